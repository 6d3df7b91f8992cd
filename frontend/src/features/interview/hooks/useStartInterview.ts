import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";

import { useAuth } from "@/auth/AuthProvider";
import { noteGuestSession } from "@/lib/guest-sessions";
import { createSession, type SessionConfig } from "@/api/service";

import { askForIntroduction } from "./useIntroduction";

/** Sessions that this page made and whose first line has not been heard yet. */
const begun = new Set<string>();
export const takeBegun = (sessionId: string): boolean => begun.delete(sessionId);

/** Creates a session and leads to its interview, which shows the introduction as it is spoken. */
export function useBegin() {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { isAuthenticated } = useAuth();
  return useMutation({
    mutationFn: createSession,
    onSuccess: async (id: string, _config: SessionConfig) => {
      begun.add(id);
      if (!isAuthenticated) noteGuestSession(id);
      // The page that shows it goes on asking; nobody waits for it here.
      askForIntroduction(id).catch(() => undefined);
      void queries.invalidateQueries({ queryKey: ["sessions"] });
      await navigate({ to: "/interview", hash: id });
    },
  });
}
