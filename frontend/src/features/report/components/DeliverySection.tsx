import { t } from "@lingui/core/macro";
import { formatNumber } from "@/lib/i18n/format";
import type { AnsweredQuestion } from "@/features/interview/questions";
import { deliveryTotals, type SpokenTotals } from "@/features/report/delivery";

/** How the answers were given: measured, not judged. */
export function DeliverySection({ questions }: { questions: AnsweredQuestion[] }) {
  const totals = deliveryTotals(questions);
  if (!totals) return null;
  const fillers = formatNumber(totals.fillers);
  const rate = formatNumber(totals.fillersPerHundredWords);
  const hundred = formatNumber(100);
  const figures: [string, string][] = [
    [t`Words per answer`, formatNumber(totals.wordsPerAnswer)],
    [t`Filler words`, t`${fillers} (${rate} per ${hundred} words)`],
    [t`False starts`, formatNumber(totals.repeatedStarts)],
    [t`Your share of the conversation`, formatNumber(totals.talkShare, { style: "percent", maximumFractionDigits: 0 })],
    ...(totals.spoken ? spokenFigures(totals.spoken) : []),
  ];
  return (
    <section aria-labelledby="delivery" className="space-y-3">
      <h2 id="delivery">{t`Delivery`}</h2>
      <dl className="grid gap-3 sm:grid-cols-3">
        {figures.map(([name, value]) => (
          <div
            key={name}
            className="flex flex-wrap items-baseline justify-between gap-x-3 rounded-xl border bg-card p-4 max-sm:py-2 sm:block"
          >
            <dt className="text-sm text-muted">{name}</dt>
            <dd className="text-lg font-semibold">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function spokenFigures({ wordsPerMinute, pauses, longestPauseSeconds }: SpokenTotals): [string, string][] {
  const figures: [string, string][] = [];
  if (wordsPerMinute !== null) figures.push([t`Words per minute`, formatNumber(wordsPerMinute)]);
  const count = formatNumber(pauses);
  const longest = formatNumber(Math.round(longestPauseSeconds));
  figures.push([t`Pauses`, pauses > 0 ? t`${count} (longest: ${longest} s)` : count]);
  return figures;
}
