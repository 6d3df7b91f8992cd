import type { Problem } from "@/api/problem";
import { useOpenAuthDialog } from "@/auth/AuthDialogContext";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";

interface Props {
  /** Why the interviewer's first line is late. */
  introduction: Problem | null;
  /** Why the event stream is not connected. */
  connection: Problem | null;
  /** Why the message in the outbox has not been sent. */
  outbox: Problem | null;
  onResend: () => void;
}

/** What is being retried, and what waits for the user. */
export function ConnectionNotices({ introduction, connection, outbox, onResend }: Props) {
  const openAuthDialog = useOpenAuthDialog();
  return (
    <>
      {introduction ? (
        <Notice kind={introduction.retryable ? "info" : "problem"}>
          {introduction.detail} {introduction.retryable ? "Trying again…" : null}
        </Notice>
      ) : null}
      {connection?.retryable ? <Notice>The connection is gone. Trying again…</Notice> : null}
      {outbox?.status === 401 || connection?.status === 401 ? (
        <Notice kind="problem">
          <span>You are signed out. Your message is kept.</span>
          <Button variant="secondary" onClick={() => openAuthDialog("login")}>
            Sign in
          </Button>
        </Notice>
      ) : outbox ? (
        <Notice>
          <span className="mr-auto">{outbox.detail}</span>
          <Button variant="secondary" onClick={onResend}>
            Send now
          </Button>
        </Notice>
      ) : null}
    </>
  );
}
