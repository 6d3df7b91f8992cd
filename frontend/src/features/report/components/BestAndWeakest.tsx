import { t } from "@lingui/core/macro";
import { quoted } from "@/lib/quoted";
import type { ReportResults } from "@/api/types";
import { Button } from "@/components/ui/button";
import type { AnsweredQuestion } from "@/features/interview/questions";
import { moments } from "@/features/report/moments";
import { showTurn } from "@/features/report/show-turn";

/** Characters of an answer that are quoted. */
const EXCERPT_LENGTH = 220;

interface Props {
  results: ReportResults;
  questions: AnsweredQuestion[];
}

/** The best answer and the weakest, each with the way to it. */
export function BestAndWeakest({ results, questions }: Props) {
  const { best, weakest } = moments(results, questions);
  if (!best && !weakest) return null;
  return (
    <section aria-label={t`Best and weakest answer`} className="grid gap-4 md:grid-cols-2">
      {best ? <Moment title={t`Your best answer`} moment={best} tone="border-s-good" /> : null}
      {weakest ? <Moment title={t`The answer to work on`} moment={weakest} tone="border-s-warn" /> : null}
    </section>
  );
}

function Moment({ title, moment, tone }: { title: string; moment: AnsweredQuestion; tone: string }) {
  const { name, turnNo, answer, feedback } = moment;
  return (
    <div className={`break-inside-avoid space-y-2 rounded-xl border border-s-4 bg-card p-4 ${tone}`}>
      <h2 className="text-base">
        {title} <span className="font-normal text-muted">· {name}</span>
      </h2>
      <blockquote dir="auto">{quoted(excerpt(answer))}</blockquote>
      {feedback?.headline ? <p className="text-muted">{feedback.headline}</p> : null}
      <Button variant="ghost" className="no-print -ms-3 text-sm underline sm:-ms-4" onClick={() => showTurn(turnNo)}>
        {t`Go to this answer`}
      </Button>
    </div>
  );
}

function excerpt(text: string): string {
  if (text.length <= EXCERPT_LENGTH) return text;
  const cut = text.slice(0, EXCERPT_LENGTH);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(" "), EXCERPT_LENGTH / 2))}…`;
}
