import { i18n } from "@lingui/core";
import { t } from "@lingui/core/macro";
import { useState, type FormEvent } from "react";

import { errorMessage } from "@/api/problem";
import { useCapabilities } from "@/auth/useCapabilities";
import { ActionBar } from "@/components/ui/action-bar";
import { Button } from "@/components/ui/button";
import { TextArea, TextField } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { useStartInterview } from "@/features/interview/hooks/useStartInterview";
import { commonQuestions } from "@/features/setup/common-questions";
import { defaultLanguage } from "@/features/setup/languages";
import { practiceNotice } from "@/features/setup/practice-notice";
import { english } from "@/lib/i18n/language";

/** The service's own. */
const MAX_LENGTH = 2_000;

/** A question of one's own, or one that most interviews have, answered without an interview around it. */
export function PracticeForm() {
  const [question, setQuestion] = useState("");
  const [role, setRole] = useState("");
  const [isMissing, setMissing] = useState(false);
  const start = useStartInterview();
  const service = useCapabilities();
  // The interviewer without AI speaks English only.
  const language = service.isPractice ? english : i18n;
  const known = commonQuestions.find(({ text }) => language._(text) === question.trim());
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setMissing(!question.trim());
    if (!question.trim()) {
      event.currentTarget.querySelector("textarea")?.focus();
      return;
    }
    start.mutate({
      ...(role.trim() ? { job_role: role.trim() } : {}),
      language: known || service.isPractice ? language.locale : defaultLanguage(),
      practice: { question: question.trim(), ...(known ? { question_kind: known.kind } : {}) },
    });
  };
  return (
    <form onSubmit={submit} className="space-y-6" noValidate>
      {start.error ? <Notice kind="problem">{errorMessage(start.error)}</Notice> : null}
      <TextArea
        label={t`Question`}
        rows={2}
        dir="auto"
        maxLength={MAX_LENGTH}
        value={question}
        hint={practiceNotice(service)}
        error={isMissing ? t`Type a question or choose one below.` : undefined}
        onChange={({ target }) => setQuestion(target.value)}
      />
      <fieldset className="space-y-2">
        <legend className="font-medium">{t`Common questions`}</legend>
        <ul className="grid gap-2 sm:grid-cols-2">
          {commonQuestions.map(({ text }) => (
            <li key={text.id}>
              <Button
                variant="secondary"
                className="h-full w-full justify-start text-start font-normal aria-pressed:border-primary aria-pressed:bg-accent aria-pressed:text-accent-foreground"
                aria-pressed={known?.text === text}
                lang={language.locale}
                onClick={() => setQuestion(language._(text))}
              >
                {language._(text)}
              </Button>
            </li>
          ))}
        </ul>
      </fieldset>
      <TextField
        label={t`Job (optional)`}
        hint={t`The coach judges the answer for this job.`}
        maxLength={200}
        value={role}
        onChange={({ target }) => setRole(target.value)}
      />
      <ActionBar>
        <Button type="submit" disabled={start.isPending}>
          {start.isPending ? t`Starting…` : t`Answer this question`}
        </Button>
      </ActionBar>
    </form>
  );
}
