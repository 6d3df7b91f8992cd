import type { AnsweredQuestion } from "@/features/interview/questions";
import { deliveryTotals } from "@/features/report/delivery";

/** How the answers were given: measured, not judged. */
export function DeliverySection({ questions }: { questions: AnsweredQuestion[] }) {
  const totals = deliveryTotals(questions);
  if (!totals) return null;
  const figures = [
    ["Words per answer", totals.wordsPerAnswer.toLocaleString()],
    [
      "Filler words",
      `${totals.fillers.toLocaleString()} (${totals.fillersPerHundredWords.toLocaleString()} per 100 words)`,
    ],
    ["False starts", totals.repeatedStarts.toLocaleString()],
  ] as const;
  return (
    <section aria-labelledby="delivery" className="space-y-3">
      <h2 id="delivery">Delivery</h2>
      <dl className="grid gap-3 sm:grid-cols-3">
        {figures.map(([name, value]) => (
          <div key={name} className="rounded-xl border bg-card p-4">
            <dt className="text-sm text-muted">{name}</dt>
            <dd className="text-lg font-semibold">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
