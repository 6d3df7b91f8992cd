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
      <legend className="text-xl font-semibold">The job</legend>
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label="Role"
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
          {professions.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </datalist>
        <TextField
          label="Company (optional)"
          name="company_name"
          dir="auto"
          value={draft.company_name}
          error={errorOf("company_name")}
          onChange={(event) => onChange({ company_name: event.target.value })}
        />
      </div>
      <TextArea
        label="Job description (optional)"
        name="job_description"
        dir="auto"
        value={draft.job_description}
        error={errorOf("job_description")}
        onChange={(event) => onChange({ job_description: event.target.value })}
        placeholder="Paste the job ad."
        hint="The interviewer and its AI model, if there is one, read this and your CV to ask about them."
      />
      <div className="flex flex-wrap items-center gap-2">
        <span className="text-sm text-muted">Try an example:</span>
        {samples.map(({ title, config }) => (
          <Button
            key={title}
            variant="secondary"
            onClick={() => onChange({ job_role: config.job_role ?? "", job_description: config.job_description ?? "" })}
          >
            {title}
          </Button>
        ))}
      </div>
    </fieldset>
  );
}
