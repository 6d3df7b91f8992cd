import { t } from "@lingui/core/macro";
import { quoted } from "@/lib/quoted";
import type { Requirement } from "@/api/types";
import { CheckMark } from "@/components/ui/check-mark";
import { Button } from "@/components/ui/button";
import { nameOfTurn, type AnsweredQuestion } from "@/features/interview/questions";
import { showTurn } from "@/features/report/show-turn";

interface Props {
  requirements: Requirement[];
  questions: AnsweredQuestion[];
}

/** What the job description asks for, and the words that show it. */
export function Requirements({ requirements, questions }: Props) {
  if (requirements.length === 0) return null;
  return (
    <section aria-labelledby="requirements" className="space-y-3">
      <h2 id="requirements">{t`Fit with the job description`}</h2>
      <ul className="space-y-3">
        {requirements.map(({ requirement, met, evidence }) => (
          <li key={requirement} className="flex gap-2">
            <CheckMark met={met} />
            <div className="min-w-0 space-y-1">
              <p dir="auto">{requirement}</p>
              {evidence ? (
                <blockquote dir="auto" className="border-s-4 border-primary ps-3">
                  {quoted(evidence.quote)}
                  <Button variant="ghost" className="no-print ms-1 text-sm" onClick={() => showTurn(evidence.turn_no)}>
                    {nameOfTurn(questions, evidence.turn_no)}
                  </Button>
                </blockquote>
              ) : null}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
