import { t } from "@lingui/core/macro";
import { formatDate } from "@/lib/i18n/format";
import type { ReportResults, Session } from "@/api/types";

/** What the report is about, and who judged. */
export function ReportHeader({ session, results }: { session: Session; results: ReportResults }) {
  const { session_config: config, created_at } = session;
  const date = formatDate(created_at, { dateStyle: "long", timeStyle: "short" });
  return (
    <div>
      <h1>{config.job_role ? t`Report: ${{ role: config.job_role }}` : t`Interview report`}</h1>
      <p className="text-muted">{[config.company_name, date, coachName(results)].filter(Boolean).join(" · ")}</p>
    </div>
  );
}

function coachName({ coach }: ReportResults): string {
  if (!coach) return "";
  return coach === "offline" ? t`practice coach (no AI)` : t`AI coach: ${coach}`;
}
