import { useState, type FormEvent } from "react";

import { Problem, detailOf } from "@/api/problem";
import { ResumeField } from "@/features/setup/components/ResumeField";
import { VoiceCheck } from "@/features/voice/components/VoiceCheck";
import { Button } from "@/components/ui/button";
import { SelectField, TextArea, TextField } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { useBegin } from "@/features/interview/hooks/useStartInterview";
import { useTitle } from "@/hooks/useDocumentTitle";
import { read, write } from "@/lib/local-store";
import { samples } from "@/features/setup/samples";
import type { SessionConfig } from "@/api/service";

interface Draft {
  job_role: string;
  company_name: string;
  job_description: string;
  resume_content: string;
  style: NonNullable<SessionConfig["style"]>;
  difficulty: NonNullable<SessionConfig["difficulty"]>;
  length: "questions" | "time";
  questions: number;
  minutes: number;
  feedback_mode: NonNullable<SessionConfig["feedback_mode"]>;
}

const blank: Draft = {
  job_role: "",
  company_name: "",
  job_description: "",
  resume_content: "",
  style: "formal",
  difficulty: "medium",
  length: "questions",
  questions: 8,
  minutes: 20,
  feedback_mode: "coached",
};

export function configOf(draft: Draft): SessionConfig {
  const text = (value: string) => value.trim() || undefined;
  const config = {
    job_role: text(draft.job_role),
    company_name: text(draft.company_name),
    job_description: text(draft.job_description),
    resume_content: text(draft.resume_content),
    style: draft.style,
    difficulty: draft.difficulty,
    feedback_mode: draft.feedback_mode,
    ...(draft.length === "time"
      ? { use_time_based_interview: true, interview_duration_minutes: draft.minutes }
      : { target_question_count: draft.questions }),
  };
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined)) as SessionConfig;
}

export function Setup() {
  useTitle("Set up an interview");
  const [draft, setDraft] = useState<Draft>(() => ({ ...blank, ...read<Partial<Draft>>("setup") }));
  const begin = useBegin();
  const change = (values: Partial<Draft>) => {
    const next = { ...draft, ...values };
    setDraft(next);
    write("setup", next);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    begin.mutate(configOf(draft));
  };
  const errors = begin.error instanceof Problem ? begin.error.fields : [];
  const errorOf = (field: string) => errors.find((error) => error.field === field)?.message;
  return (
    <form onSubmit={submit} className="space-y-8">
      <h1>Set up an interview</h1>
      {begin.error ? <Notice kind="problem">{detailOf(begin.error)}</Notice> : null}
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
            onChange={(event) => change({ style: event.target.value as Draft["style"] })}
          >
            <option value="formal">Formal</option>
            <option value="casual">Casual</option>
            <option value="technical">Technical</option>
            <option value="aggressive">Aggressive</option>
          </SelectField>
          <SelectField
            label="Difficulty"
            value={draft.difficulty}
            onChange={(event) => change({ difficulty: event.target.value as Draft["difficulty"] })}
          >
            <option value="easy">Easy</option>
            <option value="medium">Medium</option>
            <option value="hard">Hard</option>
          </SelectField>
          <SelectField
            label="It ends after"
            value={draft.length}
            onChange={(event) => change({ length: event.target.value as Draft["length"] })}
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
            onChange={(event) => change({ feedback_mode: event.target.value as Draft["feedback_mode"] })}
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
        <Button type="submit" disabled={begin.isPending}>
          {begin.isPending ? "Preparing…" : "Start the interview"}
        </Button>
        <Button
          variant="ghost"
          onClick={() => {
            setDraft(blank);
            write("setup", null);
          }}
        >
          Clear the form
        </Button>
      </div>
    </form>
  );
}
