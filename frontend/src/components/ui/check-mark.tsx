import { t } from "@lingui/core/macro";
import { Check, Minus, X } from "lucide-react";

/** Whether something was met; `null` where it can't be told. The word is read by screen readers and in print. */
export function CheckMark({ met }: { met: boolean | null | undefined }) {
  const [Icon, label, colour] =
    met === null || met === undefined
      ? [Minus, t`Can’t tell`, "text-muted"]
      : met
        ? [Check, t`Yes`, "text-good"]
        : [X, t`Not yet`, "text-bad"];
  return (
    <span className={`inline-flex shrink-0 ${colour}`}>
      <Icon aria-hidden className="size-5" strokeWidth={3} />
      <span className="sr-only">{t`${label}:`} </span>
    </span>
  );
}
