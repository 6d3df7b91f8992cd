import { t } from "@lingui/core/macro";
import { metOf } from "@/features/report/met-of";
import { quoted } from "@/lib/quoted";
import type { CheckTotal } from "@/api/types";
import { CheckMark } from "@/components/ui/check-mark";
import type { AnsweredQuestion } from "@/features/interview/questions";
import { checkName } from "@/lib/check-name";

interface Props {
  totals: CheckTotal[];
  questions: AnsweredQuestion[];
}

/** How often each line of the checklist was met, and the sentences that this rests on. */
export function ChecklistTotals({ totals, questions }: Props) {
  return (
    <ul className="grid gap-3 md:grid-cols-2">
      {totals.map(({ check, met, answers }) => (
        <li key={check} className="space-y-2 rounded-xl border bg-card p-4">
          <div className="flex items-baseline justify-between gap-3">
            <h3>{checkName(check)}</h3>
            <p className="shrink-0 text-muted">{answers === 0 ? t`can’t tell` : metOf(met, answers)}</p>
          </div>
          <AnswersTo check={check} questions={questions} />
        </li>
      ))}
    </ul>
  );
}

function AnswersTo({ check, questions }: { check: string; questions: AnsweredQuestion[] }) {
  const checked = questions.flatMap(({ turnNo, name, feedback }) => {
    const found = feedback?.checklist?.find((one) => one.check === check);
    return found ? [{ turnNo, name, ...found }] : [];
  });
  if (checked.length === 0) return null;
  return (
    <ul className="space-y-2 text-sm">
      {checked.map(({ turnNo, name, met, detail, evidence }) => (
        <li key={turnNo} className="flex gap-2">
          <CheckMark met={met} />
          <div className="min-w-0 space-y-1">
            <p>
              <span className="font-semibold">{name}.</span> <bdi>{detail}</bdi>
            </p>
            {evidence?.map(({ quote }) => (
              <blockquote key={quote} dir="auto" className="border-s-4 border-border ps-3">
                {quoted(quote)}
              </blockquote>
            ))}
          </div>
        </li>
      ))}
    </ul>
  );
}
