import { Check, Minus, X } from "lucide-react";

/** Whether something was met; `null` where it can't be told. The word is read by screen readers and in print. */
export function CheckMark({ met }: { met: boolean | null | undefined }) {
  const [Icon, word, colour] =
    met === null || met === undefined
      ? [Minus, "Can’t tell", "text-muted"]
      : met
        ? [Check, "Yes", "text-good"]
        : [X, "Not yet", "text-bad"];
  return (
    <span className={`inline-flex shrink-0 ${colour}`}>
      <Icon aria-hidden className="size-5" strokeWidth={3} />
      <span className="sr-only">{word}: </span>
    </span>
  );
}
