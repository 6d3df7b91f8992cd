import { t } from "@lingui/core/macro";
import { i18n } from "@lingui/core";
import { useId } from "react";

import { Button } from "@/components/ui/button";
import { TextArea, TextField } from "@/components/ui/field";
import type { SetupDraft } from "@/features/setup/draft";
import { professions } from "@/features/setup/professions";
import { samples } from "@/features/setup/samples";

export interface FieldsProps {
  draft: SetupDraft;
  onChange: (values: Partial<SetupDraft>) => void;
  errorOf: (field: string) => string | undefined;
}

/** What the interview is for. */
export function JobFields({ draft, onChange, errorOf }: FieldsProps) {
  const suggestions = useId();
  return (
    <fieldset className="space-y-4">
      <legend className="text-xl font-semibold">{t`The job`}</legend>
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label={t`Role`}
          name="job_role"
          dir="auto"
          list={suggestions}
          autoComplete="organization-title"
          required
          value={draft.job_role}
          error={errorOf("job_role")}
          onChange={(event) => onChange({ job_role: event.target.value })}
        />
        <datalist id={suggestions}>
          {professions.map((profession) => (
            <option key={profession.id}>{i18n._(profession)}</option>
          ))}
        </datalist>
        <TextField
          label={t`Company (optional)`}
          name="company_name"
          dir="auto"
          value={draft.company_name}
          error={errorOf("company_name")}
          onChange={(event) => onChange({ company_name: event.target.value })}
        />
      </div>
      <TextArea
        label={t`Job description (optional)`}
        name="job_description"
        dir="auto"
        value={draft.job_description}
        error={errorOf("job_description")}
        onChange={(event) => onChange({ job_description: event.target.value })}
        placeholder={t`Paste the job ad.`}
        hint={t`The interviewer reads this and your CV. If it’s an AI model, its provider gets them too.`}
      />
      <div className="flex flex-wrap items-center gap-2">
        <span className="text-sm text-muted">{t`Try an example:`}</span>
        {samples.map((sample) => {
          const job_role = i18n._(sample.role);
          return (
            <Button
              key={sample.role.id}
              variant="secondary"
              onClick={() => onChange({ job_role, job_description: i18n._(sample.jobAd) })}
            >
              {job_role}
            </Button>
          );
        })}
      </div>
    </fieldset>
  );
}
