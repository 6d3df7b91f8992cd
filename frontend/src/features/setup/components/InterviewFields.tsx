import { t } from "@lingui/core/macro";
import type { MessageDescriptor } from "@lingui/core";

import { useCapabilities } from "@/auth/useCapabilities";
import { SelectField } from "@/components/ui/field";
import type { SetupDraft } from "@/features/setup/draft";
import { languageOptions } from "@/features/setup/languages";
import { practiceNotice } from "@/features/setup/practice-notice";
import { choiceName, difficultyNames, styleNames } from "@/lib/config-names";

import type { FieldsProps } from "./JobFields";
import { LengthField } from "./LengthField";

const options = (names: Record<string, MessageDescriptor>) =>
  Object.keys(names).map((value) => (
    <option key={value} value={value}>
      {choiceName(names, value)}
    </option>
  ));

/** How the interview is held. */
export function InterviewFields({ draft, onChange, errorOf }: FieldsProps) {
  const notice = practiceNotice(useCapabilities());
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
          hint={notice}
        >
          {languageOptions.map(({ tag, name }) => (
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
