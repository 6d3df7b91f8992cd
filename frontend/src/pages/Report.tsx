import { t } from "@lingui/core/macro";
import { Link } from "@tanstack/react-router";

import { Button } from "@/components/ui/button";
import { SessionReport } from "@/features/report/components/SessionReport";
import { useDocumentTitle } from "@/hooks/useDocumentTitle";
import { useSessionId } from "@/hooks/useSessionId";

export function Report() {
  useDocumentTitle(t`Report`);
  const sessionId = useSessionId();
  return sessionId ? (
    <SessionReport key={sessionId} sessionId={sessionId} />
  ) : (
    <div className="space-y-4">
      <h1>{t`No report to show`}</h1>
      <Button asChild>
        <Link to="/history">{t`Go to your interviews`}</Link>
      </Button>
    </div>
  );
}
