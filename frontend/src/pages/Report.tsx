import { Link } from "@tanstack/react-router";

import { Button } from "@/components/ui/button";
import { SessionReport } from "@/features/report/components/SessionReport";
import { useDocumentTitle } from "@/hooks/useDocumentTitle";
import { useSessionId } from "@/hooks/useSessionId";

export function Report() {
  useDocumentTitle("Report");
  const sessionId = useSessionId();
  return sessionId ? (
    <SessionReport key={sessionId} sessionId={sessionId} />
  ) : (
    <div className="space-y-4">
      <h1>No report to show</h1>
      <Button asChild>
        <Link to="/history">Go to your interviews</Link>
      </Button>
    </div>
  );
}
