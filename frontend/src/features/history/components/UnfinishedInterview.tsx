import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { useAuth } from "@/auth/AuthProvider";
import { guestSessions } from "@/lib/guest-sessions";
import { session, sessions } from "@/api/service";

import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";

/** The way back into the latest interview, if it was left in the middle. Whoever is new asks the service nothing. */
export function Unfinished() {
  const { user } = useAuth();
  const latest = guestSessions()[0];
  const { data } = useQuery({
    queryKey: ["sessions", "unfinished", user?.id ?? latest],
    queryFn: async () => {
      if (user) return (await sessions({ status: "active" }, 1)).sessions[0] ?? null;
      const { session_id, status, session_config } = await session(latest ?? "");
      return status === "active" ? { session_id, job_role: session_config.job_role } : null;
    },
    enabled: user !== null || latest !== undefined,
    retry: false,
  });
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
