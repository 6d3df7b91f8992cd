import { t } from "@lingui/core/macro";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { formatDate, formatNumber } from "@/lib/i18n/format";
import { Button } from "@/components/ui/button";
import { SelectField } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { dimensionsOf, rubricKey, type Attempt } from "@/features/history/trend";
import { dimensionName } from "@/lib/dimension-name";

/** Two attempts side by side; first the newest and the one before it for the same role. */
export function Comparison({ attempts }: { attempts: Attempt[] }) {
  const newest = attempts.at(-1);
  const earlier = attempts.slice(0, -1);
  const before = earlier.findLast(({ job_role }) => job_role === newest?.job_role) ?? earlier.at(-1);
  const [firstId, setFirstId] = useState(before?.session_id);
  const [secondId, setSecondId] = useState(newest?.session_id);
  const first = attempts.find(({ session_id }) => session_id === firstId);
  const second = attempts.find(({ session_id }) => session_id === secondId);
  const options = attempts.map(({ session_id, job_role, created_at }) => (
    <option key={session_id} value={session_id}>
      {[job_role ?? t`Interview`, formatDate(created_at)].join(" · ")}
    </option>
  ));
  return (
    <section aria-labelledby="compare" className="space-y-3">
      <h2 id="compare">{t`Compare two interviews`}</h2>
      <div className="grid gap-4 sm:grid-cols-2">
        <SelectField label={t`First`} value={firstId} onChange={(event) => setFirstId(event.target.value)}>
          {options}
        </SelectField>
        <SelectField label={t`Second`} value={secondId} onChange={(event) => setSecondId(event.target.value)}>
          {options}
        </SelectField>
      </div>
      {first && second ? (
        <>
          {rubricKey(first) === rubricKey(second) ? null : (
            <Notice>{t`These two were scored differently, so the numbers don’t compare.`}</Notice>
          )}
          <div className="overflow-x-auto">
            <table className="w-full text-start">
              <caption className="sr-only">{t`Scores of both interviews, out of ${{ max: formatNumber(5) }}`}</caption>
              <thead>
                <tr>
                  <th scope="col" className="text-start">
                    {t`Dimension`}
                  </th>
                  <th scope="col" className="text-start">
                    {t`First`}
                  </th>
                  <th scope="col" className="text-start">
                    {t`Second`}
                  </th>
                  <th scope="col" className="text-start">
                    {t`Change`}
                  </th>
                </tr>
              </thead>
              <tbody>
                <ComparisonRow name={t`Overall`} before={first.overall_score} now={second.overall_score} />
                {dimensionsOf([first, second]).map((dimension) => (
                  <ComparisonRow
                    key={dimension}
                    name={dimensionName(dimension)}
                    before={first.scores_by_dimension[dimension] ?? null}
                    now={second.scores_by_dimension[dimension] ?? null}
                  />
                ))}
              </tbody>
            </table>
          </div>
          <div className="flex flex-wrap gap-3">
            <Button asChild variant="secondary">
              <Link to="/report" hash={first.session_id}>
                {t`First report`}
              </Link>
            </Button>
            <Button asChild variant="secondary">
              <Link to="/report" hash={second.session_id}>
                {t`Second report`}
              </Link>
            </Button>
          </div>
        </>
      ) : null}
    </section>
  );
}

function ComparisonRow({ name, before, now }: { name: string; before: number | null; now: number | null }) {
  const change = before === null || now === null ? null : Math.round((now - before) * 10) / 10;
  return (
    <tr className="border-t">
      <th scope="row" className="py-2 pe-3 text-start font-normal">
        {name}
      </th>
      <td>{before === null ? "–" : formatNumber(before)}</td>
      <td>{now === null ? "–" : formatNumber(now)}</td>
      <td className={change === null || change === 0 ? "text-muted" : change > 0 ? "text-good" : "text-bad"}>
        {change === null ? "–" : formatNumber(change, { signDisplay: "exceptZero" })}
      </td>
    </tr>
  );
}
