import { t } from "@lingui/core/macro";
import { errorMessage } from "@/api/problem";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import type { EventStream } from "@/features/interview/hooks/useEventStream";

/** The event stream is not connected: it is being tried, or waits for the user. */
export function LostConnection({ stream: { problem, isStopped, reconnect } }: { stream: EventStream }) {
  if (!isStopped) return <Notice>{t`Connection lost. Reconnecting…`}</Notice>;
  return (
    <Notice kind="problem">
      <span className="me-auto">
        {problem && problem.status > 0 ? errorMessage(problem) : t`Connection lost. Check your network.`}
      </span>
      <Button variant="secondary" onClick={reconnect}>
        {t`Reconnect`}
      </Button>
    </Notice>
  );
}
