import { t } from "@lingui/core/macro";
import { useState } from "react";

import { SelectField } from "@/components/ui/field";
import { dimensionsOf, type Attempt } from "@/features/history/trend";

import { Comparison } from "./Comparison";
import { TrendLine } from "./TrendLine";

/** How each dimension changed, and a comparison of two attempts. */
export function Trends({ attempts }: { attempts: Attempt[] }) {
  const [role, setRole] = useState("");
  const roles = [...new Set(attempts.flatMap(({ job_role }) => job_role ?? []))];
  const chosen = role ? attempts.filter(({ job_role }) => job_role === role) : attempts;
  return (
    <>
      <section aria-labelledby="trend" className="space-y-3">
        <h2 id="trend">{t`By dimension`}</h2>
        <p className="text-muted">{t`From your oldest report to your newest. Gaps mean the scoring changed.`}</p>
        {roles.length > 1 ? (
          <div className="max-w-sm">
            <SelectField label={t`Role`} value={role} onChange={(event) => setRole(event.target.value)}>
              <option value="">{t`All roles`}</option>
              {roles.map((one) => (
                <option key={one}>{one}</option>
              ))}
            </SelectField>
          </div>
        ) : null}
        <ul className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
          {dimensionsOf(chosen).map((dimension) => (
            <li key={dimension} className="rounded-xl border bg-card p-4">
              <TrendLine attempts={chosen} dimension={dimension} />
            </li>
          ))}
        </ul>
      </section>
      <Comparison attempts={attempts} />
    </>
  );
}
