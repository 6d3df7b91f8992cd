import type { ReportResults, Session } from "@/api/types";
import { Button } from "@/components/ui/button";
import type { Turn } from "@/features/interview/conversation";
import { downloadFile, reportToJson, reportToMarkdown } from "@/features/report/export";

interface Props {
  session: Session;
  results: ReportResults;
  turns: Turn[];
}

/** What the report is about, and the ways to take it along. */
export function ReportHeader({ session, results, turns }: Props) {
  const { session_config: config, created_at } = session;
  const fileName = `interview-${created_at.slice(0, 10)}`;
  return (
    <div className="flex flex-wrap items-center gap-3">
      <div className="mr-auto">
        <h1>Report: {config.job_role ?? "interview"}</h1>
        <p className="text-muted">
          {[config.company_name, new Date(created_at).toLocaleString()].filter(Boolean).join(" · ")}
        </p>
      </div>
      <div className="no-print flex flex-wrap gap-2">
        <Button variant="secondary" onClick={() => window.print()}>
          Print or PDF
        </Button>
        <Button
          variant="secondary"
          onClick={() => downloadFile(`${fileName}.md`, "text/markdown", reportToMarkdown(session, results, turns))}
        >
          Markdown
        </Button>
        <Button
          variant="secondary"
          onClick={() => downloadFile(`${fileName}.json`, "application/json", reportToJson(session, results, turns))}
        >
          JSON
        </Button>
      </div>
    </div>
  );
}
