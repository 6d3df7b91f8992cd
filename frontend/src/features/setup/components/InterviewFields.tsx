import { t } from "@lingui/core/macro";
import type { MessageDescriptor } from "@lingui/core";
import { useQuery } from "@tanstack/react-query";

import { capabilitiesQuery } from "@/api/capabilities";
import { SelectField, TextField } from "@/components/ui/field";
import { MAX_MINUTES, MAX_QUESTIONS, type SetupDraft } from "@/features/setup/draft";
import { minutesFor, questionsFor } from "@/features/setup/estimate";
import { languageOptions } from "@/features/setup/languages";
import { choiceName, difficultyNames, styleNames } from "@/lib/config-names";

import type { FieldsProps } from "./JobFields";

const options = (names: Record<string, MessageDescriptor>) =>
  Object.keys(names).map((value) => (
    <option key={value} value={value}>
      {choiceName(names, value)}
    </option>
  ));

/** How the interview is held. */
export function InterviewFields({ draft, onChange, errorOf }: FieldsProps) {
  const { data } = useQuery(capabilitiesQuery);
  const isPractice = data?.interviewer === "offline";
  return (
    <fieldset className="space-y-4">
      <legend className="text-xl font-semibold">{t`The interview`}</legend>
      <div className="grid gap-4 sm:grid-cols-2">
        <SelectField
          label={t`Interviewer style`}
          value={draft.style}
          onChange={(event) => onChange({ style: event.target.value as SetupDraft["style"] })}
        >
          {options(styleNames)}
        </SelectField>
        <SelectField
          label={t`Difficulty`}
          value={draft.difficulty}
          onChange={(event) => onChange({ difficulty: event.target.value as SetupDraft["difficulty"] })}
        >
          {options(difficultyNames)}
        </SelectField>
        <SelectField
          label={t`Length`}
          value={draft.length}
          onChange={(event) => onChange({ length: event.target.value as SetupDraft["length"] })}
        >
          <option value="questions">{t`By questions`}</option>
          <option value="time">{t`By time`}</option>
        </SelectField>
        <LengthField draft={draft} onChange={onChange} errorOf={errorOf} />
        <SelectField
          label={t`Language of the interview`}
          value={draft.language}
          error={errorOf("language")}
          onChange={(event) => onChange({ language: event.target.value })}
          hint={isPractice ? t`Practice mode without AI is in English only.` : undefined}
        >
          {languageOptions().map(({ tag, name }) => (
            <option key={tag} value={tag} lang={tag}>
              {name}
            </option>
          ))}
        </SelectField>
        <SelectField
          label={t`Feedback`}
          value={draft.feedback_mode}
          onChange={(event) => onChange({ feedback_mode: event.target.value as SetupDraft["feedback_mode"] })}
          hint={
            draft.feedback_mode === "coached"
              ? t`The coach comments on each answer.`
              : t`Like a real interview: no feedback until it’s over.`
          }
        >
          <option value="coached">{t`After each answer`}</option>
          <option value="realistic">{t`At the end`}</option>
        </SelectField>
      </div>
    </fieldset>
  );
}

function LengthField({ draft, onChange, errorOf }: FieldsProps) {
  const number = { type: "number", inputMode: "numeric", min: 1, required: true } as const;
  return draft.length === "questions" ? (
    <TextField
      {...number}
      key="questions"
      label={t`Number of questions`}
      name="target_question_count"
      max={MAX_QUESTIONS}
      value={draft.questions}
      error={errorOf("target_question_count")}
      hint={
        Number(draft.questions) > 0
          ? t`That takes ${{ time: minutesFor(Number(draft.questions), "long") }}.`
          : undefined
      }
      onChange={(event) => onChange({ questions: event.target.value })}
    />
  ) : (
    <TextField
      {...number}
      key="minutes"
      label={t`Minutes`}
      name="interview_duration_minutes"
      max={MAX_MINUTES}
      value={draft.minutes}
      error={errorOf("interview_duration_minutes")}
      hint={[
        Number(draft.minutes) > 0 ? t`Time for ${{ questions: questionsFor(Number(draft.minutes)) }}.` : "",
        t`The clock keeps running if you leave the page.`,
      ].join(" ")}
      onChange={(event) => onChange({ minutes: event.target.value })}
    />
  );
}
