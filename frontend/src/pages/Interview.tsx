import { t } from "@lingui/core/macro";
import { Link } from "@tanstack/react-router";

import { Button } from "@/components/ui/button";
import { RunningInterview } from "@/features/interview/components/RunningInterview";
import { useDocumentTitle } from "@/hooks/useDocumentTitle";
import { useSessionId } from "@/hooks/useSessionId";

export function Interview() {
  useDocumentTitle(t`Interview`);
  const sessionId = useSessionId();
  if (!sessionId) {
    return (
      <div className="space-y-4">
        <h1>{t`No interview to show`}</h1>
        <p>{t`Start one, or continue one from your history.`}</p>
        <Button asChild>
          <Link to="/">{t`Start an interview`}</Link>
        </Button>
      </div>
    );
  }
  return <RunningInterview key={sessionId} sessionId={sessionId} />;
}
