import { t } from "@lingui/core/macro";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { useAuth } from "@/auth/AuthProvider";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { unfinishedInterviewQuery } from "@/features/history/queries";
import { guestSessionIds } from "@/lib/guest-sessions";

/** A link back into the latest interview, if it was not ended. A new visitor makes no request. */
export function UnfinishedInterview() {
  const { user } = useAuth();
  const { data } = useQuery(unfinishedInterviewQuery(user?.id ?? null, guestSessionIds()[0]));
  if (!data) return null;
  return (
    <Notice>
      <span className="me-auto">{t`You have an unfinished interview.`}</span>
      <Button asChild variant="secondary">
        <Link to="/interview" hash={data.session_id}>
          {data.job_role ? t`Continue your ${{ role: data.job_role }} interview` : t`Continue your interview`}
        </Link>
      </Button>
    </Notice>
  );
}
