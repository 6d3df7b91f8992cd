import { t } from "@lingui/core/macro";

import type { FeedbackItem } from "@/api/types";
import { FeedbackDetails, headlineOf } from "@/features/interview/components/FeedbackDetails";
import { questionName, type AnsweredQuestion } from "@/features/interview/questions";
import { BestAndWeakest } from "@/features/report/components/BestAndWeakest";
import { hasNarrative, Narrative } from "@/features/report/components/Narrative";
import { Requirements } from "@/features/report/components/Requirements";
import { Scores } from "@/features/report/components/Scores";
import { Verdict } from "@/features/report/components/Verdict";
import { useExpandDetailsOnPrint } from "@/features/report/hooks/useExpandDetailsOnPrint";
import type { SharedReport } from "@/features/share/api";
import { formatDate, formatNumber } from "@/lib/i18n/format";

/** What a reader of a link sees: the report as it was shared, with nothing to change in it. */
export function SharedReportArticle({ shared }: { shared: SharedReport }) {
  useExpandDetailsOnPrint();
  const { interview, candidate_name: candidate, report: results } = shared;
  const questions = answered(shared);
  const facts = [
    candidate,
    interview.company_name,
    formatDate(interview.created_at, { dateStyle: "long" }),
    t`Shared until ${{ date: formatDate(shared.expires_at, { dateStyle: "long" }) }}`,
  ];
  return (
    <article className="space-y-8">
      <div>
        <h1>{interview.job_role ? t`Report: ${{ role: interview.job_role }}` : t`Interview report`}</h1>
        <p className="text-muted">{facts.filter(Boolean).join(" · ")}</p>
        <p className="text-muted">{t`From a practice interview. The scores are a coach’s, not an employer’s.`}</p>
      </div>
      <Verdict results={results} />
      <BestAndWeakest results={results} questions={questions} />
      <section aria-labelledby="scores" className="space-y-3">
        <h2 id="scores">{results.checklist?.length ? t`Checklist` : t`Scores`}</h2>
        <Scores results={results} questions={questions} />
      </section>
      <Requirements requirements={results.requirements ?? []} questions={questions} />
      {hasNarrative(results) ? (
        <section aria-labelledby="summary" className="space-y-3">
          <h2 id="summary">{t`Coach’s summary`}</h2>
          <Narrative results={results} />
        </section>
      ) : null}
      {questions.length > 0 ? <Answers questions={questions} /> : null}
    </article>
  );
}

function Answers({ questions }: { questions: AnsweredQuestion[] }) {
  return (
    <section aria-labelledby="answers" className="space-y-3">
      <h2 id="answers">{t`Answers`}</h2>
      <ol className="space-y-4">
        {questions.map(({ turnNo, name, question, answer, feedback }) => (
          <li
            key={turnNo}
            id={`turn-${turnNo}`}
            tabIndex={-1}
            className="scroll-mt-4 space-y-2 rounded-xl border bg-card p-4"
          >
            <h3 className="text-base">{name}</h3>
            <p dir="auto" className="font-semibold">
              {question}
            </p>
            <p dir="auto" className="whitespace-pre-wrap [overflow-wrap:anywhere]">
              {answer}
            </p>
            {feedback?.status === "ready" ? (
              <details className="-mx-4 border-t text-sm">
                <summary className="min-h-11 cursor-pointer px-4 py-2.5 font-semibold">{t`Feedback`}</summary>
                <FeedbackDetails item={feedback} headline={headlineOf(feedback)} />
              </details>
            ) : null}
          </li>
        ))}
      </ol>
    </section>
  );
}

/** The shared answers under the names that readers know them by; each question's follow-ups are counted. */
function answered({ answers }: SharedReport): AnsweredQuestion[] {
  let followUp = 0;
  return answers.map(({ turn_no: turnNo, question_number, is_follow_up: isFollowUp, question, answer, feedback }) => {
    followUp = isFollowUp ? followUp + 1 : 0;
    const questionNo = question_number ?? 0;
    return {
      turnNo,
      questionNo,
      isFollowUp,
      number: formatNumber(questionNo),
      name: questionName(questionNo, followUp),
      question,
      answer,
      feedback: { ...feedback, turn_no: turnNo } as unknown as FeedbackItem,
    };
  });
}
