import type { UseMutationResult } from "@tanstack/react-query";

import { errorMessage } from "@/api/problem";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Notice } from "@/components/ui/notice";

interface Props {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onEnd: () => void;
  isEnding: boolean;
  reset: UseMutationResult<unknown, Error, void>;
}

/** Asks whether to end the interview or to keep going; apart from these, whether to restart it. */
export function EndDialog({ open, onOpenChange, onEnd, isEnding, reset }: Props) {
  const isBusy = isEnding || reset.isPending;
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="End the interview?"
      description="You’ll get a report on your answers so far."
    >
      {reset.error ? <Notice kind="problem">{errorMessage(reset.error)}</Notice> : null}
      <div className="mt-3 flex flex-wrap gap-3">
        <Button onClick={onEnd} disabled={isBusy}>
          {isEnding ? "Ending…" : "End and get report"}
        </Button>
        <Button variant="secondary" onClick={() => onOpenChange(false)}>
          Keep going
        </Button>
      </div>
      <div className="mt-8 space-y-2 border-t pt-4">
        <p className="text-sm text-muted">Or start again with the same job. Your answers will be deleted.</p>
        <Button
          variant="danger"
          disabled={isBusy}
          onClick={() => reset.mutate(undefined, { onSuccess: () => onOpenChange(false) })}
        >
          {reset.isPending ? "Restarting…" : "Delete answers and restart"}
        </Button>
      </div>
    </Dialog>
  );
}
