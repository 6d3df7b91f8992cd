import { useState, type FormEvent } from "react";

import { Problem, errorMessage } from "@/api/problem";
import { Button } from "@/components/ui/button";
import { SelectField, TextArea, TextField } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { useStartInterview } from "@/features/interview/hooks/useStartInterview";
import { emptyDraft, toSessionConfig, type SetupDraft } from "@/features/setup/draft";
import { samples } from "@/features/setup/samples";
import { VoiceCheck } from "@/features/voice/components/VoiceCheck";
import { readJson, writeJson } from "@/lib/local-store";
import { SETUP_KEY } from "@/lib/unsent";

import { ResumeField } from "./ResumeField";

/** The form that configures an interview. It survives a reload until the user signs out. */
export function SetupForm() {
  const [draft, setDraft] = useState<SetupDraft>(() => ({
    ...emptyDraft,
    ...readJson<Partial<SetupDraft>>(SETUP_KEY),
  }));
  const start = useStartInterview();
  const change = (values: Partial<SetupDraft>) => {
    const next = { ...draft, ...values };
    setDraft(next);
    writeJson(SETUP_KEY, next);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    start.mutate(toSessionConfig(draft));
  };
  const errors = start.error instanceof Problem ? start.error.fields : [];
  const errorOf = (field: string) => errors.find((error) => error.field === field)?.message;
  return (
    <form onSubmit={submit} className="space-y-8">
      <h1>Set up an interview</h1>
      {start.error ? <Notice kind="problem">{errorMessage(start.error)}</Notice> : null}
      <fieldset className="space-y-4">
        <legend className="text-xl font-semibold">The job</legend>
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField
            label="Role"
            name="job_role"
            maxLength={200}
            value={draft.job_role}
            error={errorOf("job_role")}
            onChange={(event) => change({ job_role: event.target.value })}
          />
          <TextField
            label="Company"
            name="company_name"
            maxLength={200}
            value={draft.company_name}
            error={errorOf("company_name")}
            onChange={(event) => change({ company_name: event.target.value })}
          />
        </div>
        <TextArea
          label="Job description"
          name="job_description"
          maxLength={50_000}
          value={draft.job_description}
          error={errorOf("job_description")}
          onChange={(event) => change({ job_description: event.target.value })}
          placeholder="Paste the advertisement."
        />
        <div className="flex flex-wrap items-center gap-2">
          <span className="text-sm text-muted">Or take a sample:</span>
          {samples.map((sample) => (
            <Button
              key={sample.title}
              variant="secondary"
              onClick={() =>
                change({
                  job_role: sample.config.job_role ?? "",
                  job_description: sample.config.job_description ?? "",
                })
              }
            >
              {sample.title}
            </Button>
          ))}
        </div>
      </fieldset>
      <fieldset className="space-y-4">
        <legend className="text-xl font-semibold">You</legend>
        <ResumeField value={draft.resume_content} onChange={(resume_content) => change({ resume_content })} />
      </fieldset>
      <fieldset className="space-y-4">
        <legend className="text-xl font-semibold">The interview</legend>
        <div className="grid gap-4 sm:grid-cols-2">
          <SelectField
            label="Manner"
            value={draft.style}
            onChange={(event) => change({ style: event.target.value as SetupDraft["style"] })}
          >
            <option value="formal">Formal</option>
            <option value="casual">Casual</option>
            <option value="technical">Technical</option>
            <option value="aggressive">Aggressive</option>
          </SelectField>
          <SelectField
            label="Difficulty"
            value={draft.difficulty}
            onChange={(event) => change({ difficulty: event.target.value as SetupDraft["difficulty"] })}
          >
            <option value="easy">Easy</option>
            <option value="medium">Medium</option>
            <option value="hard">Hard</option>
          </SelectField>
          <SelectField
            label="It ends after"
            value={draft.length}
            onChange={(event) => change({ length: event.target.value as SetupDraft["length"] })}
          >
            <option value="questions">a number of questions</option>
            <option value="time">a time</option>
          </SelectField>
          {draft.length === "questions" ? (
            <TextField
              label="Questions"
              type="number"
              min={1}
              max={100}
              required
              value={draft.questions}
              error={errorOf("target_question_count")}
              onChange={(event) => change({ questions: event.target.valueAsNumber || 1 })}
            />
          ) : (
            <TextField
              label="Minutes"
              type="number"
              min={1}
              max={240}
              required
              value={draft.minutes}
              error={errorOf("interview_duration_minutes")}
              onChange={(event) => change({ minutes: event.target.valueAsNumber || 1 })}
            />
          )}
          <SelectField
            label="Feedback"
            value={draft.feedback_mode}
            onChange={(event) => change({ feedback_mode: event.target.value as SetupDraft["feedback_mode"] })}
            hint={
              draft.feedback_mode === "coached"
                ? "The coach comments on each answer."
                : "As in a real interview: the coach waits until the end."
            }
          >
            <option value="coached">After each answer</option>
            <option value="realistic">At the end</option>
          </SelectField>
        </div>
      </fieldset>
      <VoiceCheck />
      <div className="flex flex-wrap items-center gap-4">
        <Button type="submit" disabled={start.isPending}>
          {start.isPending ? "Preparing…" : "Start the interview"}
        </Button>
        <Button
          variant="ghost"
          onClick={() => {
            setDraft(emptyDraft);
            writeJson(SETUP_KEY, null);
          }}
        >
          Clear the form
        </Button>
      </div>
    </form>
  );
}
