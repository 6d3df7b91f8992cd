import { t } from "@lingui/core/macro";
import type { ReportResults, Session } from "@/api/types";
import { Button } from "@/components/ui/button";
import type { Turn } from "@/features/interview/conversation";
import { downloadFile, reportToJson, reportToMarkdown } from "@/features/report/export";

interface Props {
  session: Session;
  results: ReportResults;
  turns: Turn[];
}

/** The ways to take the report along. */
export function ReportDownloads({ session, results, turns }: Props) {
  const fileName = `interview-${session.created_at.slice(0, 10)}`;
  return (
    <div className="flex flex-wrap gap-2" role="group" aria-label={t`Download this report`}>
      <Button variant="secondary" onClick={() => window.print()}>
        {t`Print or save as PDF`}
      </Button>
      <Button
        variant="secondary"
        onClick={() => downloadFile(`${fileName}.md`, "text/markdown", reportToMarkdown(session, results, turns))}
      >
        {t`Download Markdown`}
      </Button>
      <Button
        variant="secondary"
        onClick={() => downloadFile(`${fileName}.json`, "application/json", reportToJson(session, results, turns))}
      >
        {t`Download JSON`}
      </Button>
    </div>
  );
}
