import { t } from "@lingui/core/macro";
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
  useDocumentTitle(t`Progress`);
  const { user } = useAuth();
  const userId = user?.id ?? null;
  const list = useQuery(completedSessionsQuery(userId));
  const guest = useGuestSessions(userId === null);
  const reports = userId === null ? guest.sessions : (list.data?.sessions ?? []);
  const attempts = scoredAttempts(reports);
  return (
    <div className="space-y-8">
      <h1>{t`Your progress`}</h1>
      {list.error ? (
        <Notice kind="problem">{errorMessage(list.error)}</Notice>
      ) : list.isLoading || guest.isLoading ? (
        <Loading what={t`Loading your reports…`} />
      ) : attempts.length < 2 ? (
        <TooFewReports hasUnscored={reports.length > attempts.length} />
      ) : (
        <Trends attempts={attempts} />
      )}
    </div>
  );
}

function TooFewReports({ hasUnscored }: { hasUnscored: boolean }) {
  return (
    <div className="space-y-3">
      <p>{t`Finish two interviews with scores to see how you’re doing. Practise the same one again to compare.`}</p>
      {hasUnscored ? (
        <p className="text-muted">{t`Reports from practice mode (no AI) have a checklist instead of scores.`}</p>
      ) : null}
      <Button asChild>
        <Link to="/">{t`Start an interview`}</Link>
      </Button>
    </div>
  );
}
