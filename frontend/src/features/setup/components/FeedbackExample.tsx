import { t } from "@lingui/core/macro";
import { Lightbulb, ThumbsUp } from "lucide-react";

import { quoted } from "@/lib/quoted";

/** What feedback looks like, for somebody who has not answered anything yet. */
export function FeedbackExample() {
  const points = [
    [ThumbsUp, t`What worked`, t`You say what you did yourself, and why.`],
    [Lightbulb, t`What to change`, t`End with the result: how long did people wait afterwards?`],
  ] as const;
  return (
    <figure className="space-y-3 rounded-2xl border bg-card p-5 shadow-sm">
      <figcaption className="text-sm font-semibold text-muted">{t`An example`}</figcaption>
      <blockquote className="ms-6 rounded-xl bg-accent px-4 py-2.5 text-accent-foreground forced-colors:border">
        {quoted(
          t`Patients waited for hours, so I changed who does the first check: it has to be the most experienced nurse.`,
        )}
      </blockquote>
      <ul className="space-y-2 rounded-xl border bg-background p-4 text-sm">
        {points.map(([Icon, title, text]) => (
          <li key={title} className="flex gap-2">
            <Icon aria-hidden className="mt-0.5 size-4 shrink-0 text-primary" />
            <p>
              <span className="font-semibold">{t`${{ label: title }}:`} </span>
              {text}
            </p>
          </li>
        ))}
      </ul>
    </figure>
  );
}
