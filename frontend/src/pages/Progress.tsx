import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { errorMessage } from "@/api/problem";
import { useAuth } from "@/auth/AuthProvider";
import { Button } from "@/components/ui/button";
import { Loading, Notice } from "@/components/ui/notice";
import { Trends } from "@/features/history/components/Trends";
import { useGuestSessions } from "@/features/history/hooks/useGuestSessions";
import { completedSessionsQuery } from "@/features/history/queries";
import { scoredAttempts } from "@/features/history/trend";
import { useDocumentTitle } from "@/hooks/useDocumentTitle";

export function Progress() {
  useDocumentTitle("Progress");
  const { user } = useAuth();
  const userId = user?.id ?? null;
  const list = useQuery(completedSessionsQuery(userId));
  const guest = useGuestSessions(userId === null);
  const attempts = scoredAttempts(userId === null ? guest.sessions : (list.data?.sessions ?? []));
  return (
    <div className="space-y-8">
      <h1>Your progress</h1>
      {list.error ? (
        <Notice kind="problem">{errorMessage(list.error)}</Notice>
      ) : list.isLoading || guest.isLoading ? (
        <Loading what="Fetching your reports" />
      ) : attempts.length < 2 ? (
        <TooFewReports />
      ) : (
        <Trends attempts={attempts} />
      )}
    </div>
  );
}

function TooFewReports() {
  return (
    <div className="space-y-3">
      <p>Two reports are needed for a comparison. Practise the same interview again and see what changed.</p>
      <Button asChild>
        <Link to="/">Begin an interview</Link>
      </Button>
    </div>
  );
}
