import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";

import { sessionKeys } from "@/api/session-queries";
import { createSession } from "@/api/sessions";
import type { SessionConfig } from "@/api/types";
import { useAuth } from "@/auth/AuthProvider";
import { requestIntroduction } from "@/features/interview/introduction";
import { addGuestSessionId } from "@/lib/guest-sessions";

/** Creates a session and navigates to its interview, which shows the introduction as it is streamed. */
export function useOpenNewSession<Options>(create: (options: Options) => Promise<string>) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { isAuthenticated } = useAuth();
  return useMutation({
    mutationFn: create,
    onSuccess: async (id: string) => {
      if (!isAuthenticated) addGuestSessionId(id);
      // Sooner than the page can. The page joins this request, and retries it if it fails.
      requestIntroduction(id, { isNewSession: true }).catch(() => undefined);
      void queries.invalidateQueries({ queryKey: sessionKeys.lists });
      await navigate({ to: "/interview", hash: id });
    },
  });
}

export const useStartInterview = () => useOpenNewSession<SessionConfig>(createSession);
