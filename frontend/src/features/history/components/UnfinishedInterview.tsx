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
      <span className="mr-auto">You left an interview in the middle{data.job_role ? `: ${data.job_role}` : ""}.</span>
      <Button asChild variant="secondary">
        <Link to="/interview" hash={data.session_id}>
          Go on with it
        </Link>
      </Button>
    </Notice>
  );
}
