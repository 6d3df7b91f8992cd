import { plural, t } from "@lingui/core/macro";
import { PartyPopper } from "lucide-react";

import { Button } from "@/components/ui/button";

interface Props {
  /** Questions that were answered, each with its follow-ups. */
  questions: number;
  onEnd: () => void;
  isEnding: boolean;
}

/** The end of an interview: a moment of joy, and the way to the report. */
export function ClosingCard({ questions, onEnd, isEnding }: Props) {
  return (
    <div
      role="status"
      className="flex flex-wrap items-center gap-4 rounded-xl border bg-accent p-4 text-accent-foreground"
    >
      <PartyPopper aria-hidden className="size-10 shrink-0 motion-safe:animate-celebrate" />
      <div className="me-auto">
        <p className="text-lg font-semibold">{t`Well done, that’s the interview!`}</p>
        <p>
          {plural(questions, {
            one: "You answered # question. Your report is next.",
            other: "You answered # questions. Your report is next.",
          })}
        </p>
      </div>
      <Button onClick={onEnd} disabled={isEnding}>
        {isEnding ? t`Ending…` : t`Get my report`}
      </Button>
    </div>
  );
}
