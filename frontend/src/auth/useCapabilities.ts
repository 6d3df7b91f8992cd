import { useQuery } from "@tanstack/react-query";

import { capabilitiesQuery } from "@/api/capabilities";
import type { Capabilities } from "@/api/types";
import { useAuth } from "./AuthProvider";

/** What the service can do for whoever is here, and what they would get by signing in. */
export function useCapabilities() {
  const { user } = useAuth();
  const { data, isPending } = useQuery(capabilitiesQuery(user?.id ?? null));
  const brings = (what: keyof Capabilities["guests"]) => user === null && data?.guests[what] === false;
  return {
    capabilities: data,
    /** The service has not answered yet. */
    isPending,
    /** There is no AI: the built-in interviewer asks, in English. */
    isPractice: data?.interviewer === "offline",
    signInBrings: { models: brings("models"), speech: brings("speech") },
  };
}
