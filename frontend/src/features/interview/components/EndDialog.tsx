import { t } from "@lingui/core/macro";
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
      title={t`End the interview?`}
      description={t`You’ll get a report on your answers so far.`}
    >
      {reset.error ? <Notice kind="problem">{errorMessage(reset.error)}</Notice> : null}
      <div className="mt-3 flex flex-wrap gap-3">
        <Button onClick={onEnd} disabled={isBusy}>
          {isEnding ? t`Ending…` : t`End and get report`}
        </Button>
        <Button variant="secondary" onClick={() => onOpenChange(false)}>
          {t`Keep going`}
        </Button>
      </div>
      <div className="mt-8 space-y-2 border-t pt-4">
        <p className="text-sm text-muted">{t`Or start again with the same job. Your answers will be deleted.`}</p>
        <Button
          variant="danger"
          disabled={isBusy}
          onClick={() => reset.mutate(undefined, { onSuccess: () => onOpenChange(false) })}
        >
          {reset.isPending ? t`Restarting…` : t`Delete answers and restart`}
        </Button>
      </div>
    </Dialog>
  );
}
