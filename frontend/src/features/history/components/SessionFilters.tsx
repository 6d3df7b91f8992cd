import { t } from "@lingui/core/macro";
import type { SessionStatus } from "@/api/types";
import { SelectField, TextField } from "@/components/ui/field";

/** As the form holds them: empty texts filter nothing. */
export interface Filters {
  search: string;
  status: SessionStatus | "";
}

export const noFilters: Filters = { search: "", status: "" };

export function SessionFilters({ filters, onChange }: { filters: Filters; onChange: (filters: Filters) => void }) {
  return (
    <search className="grid gap-4 sm:grid-cols-2">
      <TextField
        label={t`Search by role or company`}
        type="search"
        maxLength={100}
        value={filters.search}
        onChange={(event) => onChange({ ...filters, search: event.target.value })}
      />
      <SelectField
        label={t`Status`}
        value={filters.status}
        onChange={(event) => onChange({ ...filters, status: event.target.value as Filters["status"] })}
      >
        <option value="">{t`All`}</option>
        <option value="active">{t`In progress`}</option>
        <option value="completed">{t`Finished`}</option>
        <option value="abandoned">{t`Unfinished`}</option>
      </SelectField>
    </search>
  );
}
