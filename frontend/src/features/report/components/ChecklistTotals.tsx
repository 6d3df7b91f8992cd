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

/** How often each line of the checklist was met; the sentences that this rests on are one tap away. */
export function ChecklistTotals({ totals, questions }: Props) {
  return (
    <ul className="grid items-start gap-3 md:grid-cols-2">
      {totals.map((total) => (
        <li key={total.check} className="rounded-xl border bg-card">
          <Line total={total} questions={questions} />
        </li>
      ))}
    </ul>
  );
}

function Line({ total: { check, met, answers }, questions }: { total: CheckTotal; questions: AnsweredQuestion[] }) {
  const checked = answersTo(check, questions);
  const head = (
    <>
      <h3 className="me-auto">{checkName(check)}</h3>
      <span className="text-muted">{answers === 0 ? t`can’t tell` : metOf(met, answers)}</span>
    </>
  );
  if (checked.length === 0) return <div className="flex items-baseline gap-3 px-4 py-3">{head}</div>;
  return (
    <details className="group">
      <summary className="flex cursor-pointer list-none items-baseline gap-2 px-4 py-3 [&::-webkit-details-marker]:hidden">
        <span aria-hidden className="transition-transform group-open:rotate-90 rtl:rotate-180 rtl:group-open:rotate-90">
          ▸
        </span>
        {head}
      </summary>
      <Answers checked={checked} />
    </details>
  );
}

/** What was found in each answer that could be checked. */
const answersTo = (check: string, questions: AnsweredQuestion[]) =>
  questions.flatMap(({ turnNo, name, feedback }) => {
    const found = feedback?.checklist?.find((one) => one.check === check);
    return typeof found?.met === "boolean" ? [{ turnNo, name, ...found }] : [];
  });

function Answers({ checked }: { checked: ReturnType<typeof answersTo> }) {
  return (
    <ul className="space-y-2 px-4 pb-4 text-sm">
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
