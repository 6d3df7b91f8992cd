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

/** Asks whether to end the interview, to start it over, or to go on. */
export function EndDialog({ open, onOpenChange, onEnd, isEnding, reset }: Props) {
  const isBusy = isEnding || reset.isPending;
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="End the interview?"
      description="You get the report on what was said so far. Starting over forgets all of it, and asks for the same job again."
    >
      {reset.error ? <Notice kind="problem">{errorMessage(reset.error)}</Notice> : null}
      <div className="mt-3 flex flex-wrap gap-3">
        <Button onClick={onEnd} disabled={isBusy}>
          {isEnding ? "Ending…" : "End it"}
        </Button>
        <Button variant="secondary" onClick={() => onOpenChange(false)}>
          Go on
        </Button>
        <Button
          variant="danger"
          disabled={isBusy}
          onClick={() => reset.mutate(undefined, { onSuccess: () => onOpenChange(false) })}
        >
          {reset.isPending ? "Starting over…" : "Start over"}
        </Button>
      </div>
    </Dialog>
  );
}
