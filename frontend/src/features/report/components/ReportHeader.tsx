import type { ReportResults, Session } from "@/api/types";

/** What the report is about, and who judged. */
export function ReportHeader({ session, results }: { session: Session; results: ReportResults }) {
  const { session_config: config, created_at } = session;
  const date = new Date(created_at).toLocaleString(undefined, { dateStyle: "long", timeStyle: "short" });
  return (
    <div>
      <h1>Report: {config.job_role ?? "interview"}</h1>
      <p className="text-muted">{[config.company_name, date, coachName(results)].filter(Boolean).join(" · ")}</p>
    </div>
  );
}

function coachName({ coach }: ReportResults): string {
  if (!coach) return "";
  return coach === "offline" ? "practice coach (no AI)" : `AI coach: ${coach}`;
}
