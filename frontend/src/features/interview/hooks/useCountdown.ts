import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { timeRemainingQuery } from "@/features/interview/queries";

/**
 * Seconds left by the service's clock, counted down between two requests. `null` when no clock ends the interview, or
 * while the service has not answered.
 */
export function useCountdown(sessionId: string, enabled: boolean): number | null {
  const { data, dataUpdatedAt } = useQuery({ ...timeRemainingQuery(sessionId), enabled });
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!enabled) return;
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [enabled]);
  const left = data?.time_remaining_seconds;
  if (!enabled || left === null || left === undefined) return null;
  // Rounded up: it shows zero only when nothing is left by the service's clock either.
  return Math.max(0, Math.ceil(left - Math.max(0, now - dataUpdatedAt) / 1_000));
}
