import { t } from "@lingui/core/macro";
import { useRef, useState, type FormEvent } from "react";

import { Problem, errorMessage } from "@/api/problem";
import { useCapabilities } from "@/auth/useCapabilities";
import { ActionBar } from "@/components/ui/action-bar";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { useStartInterview } from "@/features/interview/hooks/useStartInterview";
import { draftErrors, emptyDraft, toSessionConfig, type SetupDraft } from "@/features/setup/draft";
import { Lobby } from "@/features/voice/components/Lobby";
import { useIsOnline } from "@/hooks/useIsOnline";
import { readJson, writeJson } from "@/lib/local-store";
import { SETUP_KEY } from "@/lib/unsent";

import { InterviewFields } from "./InterviewFields";
import { JobFields } from "./JobFields";
import { ResumeField } from "./ResumeField";

/** The form that configures an interview. It survives a reload until the user signs out. */
export function SetupForm() {
  const form = useRef<HTMLFormElement>(null);
  const [draft, setDraft] = useState<SetupDraft>(() => ({
    ...emptyDraft(),
    ...readJson<Partial<SetupDraft>>(SETUP_KEY),
  }));
  const [errors, setErrors] = useState<Record<string, string>>({});
  const start = useStartInterview();
  const isOnline = useIsOnline();
  const { isPractice } = useCapabilities();
  const change = (values: Partial<SetupDraft>) => {
    const next = { ...draft, ...values };
    setDraft(next);
    setErrors({});
    writeJson(SETUP_KEY, next);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found = draftErrors(draft);
    setErrors(found);
    const [first] = Object.keys(found);
    if (first) form.current?.querySelector<HTMLElement>(`[name="${first}"]`)?.focus();
    else start.mutate(toSessionConfig(draft));
  };
  const refused = start.error instanceof Problem ? start.error.fields : [];
  const errorOf = (field: string) =>
    errors[field] ?? (refused.some((error) => error.field === field) ? t`Check this field.` : undefined);
  const fields = { draft, onChange: change, errorOf };
  return (
    <form ref={form} onSubmit={submit} className="space-y-8" noValidate>
      <h1>{t`Set up an interview`}</h1>
      {start.error ? <Notice kind="problem">{errorMessage(start.error)}</Notice> : null}
      <JobFields {...fields} />
      <fieldset className="space-y-4">
        <legend className="text-xl font-semibold">{t`About you`}</legend>
        <ResumeField
          value={draft.resume_content}
          error={errorOf("resume_content")}
          onChange={(resume_content) => change({ resume_content })}
        />
      </fieldset>
      <InterviewFields {...fields} />
      {/* The interviewer without AI speaks English only. */}
      <Lobby language={isPractice ? "en" : draft.language} />
      <ActionBar>
        <Button type="submit" disabled={start.isPending || !isOnline}>
          {start.isPending ? t`Starting…` : t`Start interview`}
        </Button>
        <Button
          variant="ghost"
          onClick={() => {
            setDraft(emptyDraft());
            setErrors({});
            writeJson(SETUP_KEY, null);
          }}
        >
          {t`Clear form`}
        </Button>
        <p role="status" className="text-muted">
          {isOnline ? null : t`You need a connection to start an interview.`}
        </p>
      </ActionBar>
    </form>
  );
}
