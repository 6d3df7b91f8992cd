import { t } from "@lingui/core/macro";
import type { Report, Session } from "@/api/types";
import { Transcript } from "@/features/interview/components/Transcript";
import { spokenLanguage, type Turn } from "@/features/interview/conversation";
import { answeredQuestions } from "@/features/interview/questions";

import { BestAndWeakest } from "./BestAndWeakest";
import { DeliverySection } from "./DeliverySection";
import { hasNarrative, Narrative } from "./Narrative";
import { QuestionStrip } from "./QuestionStrip";
import { ReportFooter } from "./ReportFooter";
import { ReportHeader } from "./ReportHeader";
import { ReportSection } from "./ReportSection";
import { Requirements } from "./Requirements";
import { Resources } from "./Resources";
import { Scores } from "./Scores";
import { notEnough, Verdict } from "./Verdict";

interface Props {
  session: Session;
  report: Report | undefined;
  turns: Turn[];
}

/** A report from what matters most to what it rests on. */
export function ReportArticle({ session, report, turns }: Props) {
  const results = report?.results ?? {};
  const questions = answeredQuestions(turns);
  const hasAnswers = questions.length > 0;
  return (
    <article className="space-y-8">
      <ReportHeader session={session} results={results} />
      {hasAnswers ? (
        <ReportBody sessionId={session.session_id} report={report} questions={questions} />
      ) : (
        <p className="rounded-xl border bg-card p-4 text-lg">{notEnough()}</p>
      )}
      <section aria-labelledby="conversation" className="space-y-3">
        <h2 id="conversation">{t`Transcript`}</h2>
        <Transcript
          sessionId={session.session_id}
          language={spokenLanguage({ turns }, session.session_config)}
          turns={turns}
          showFeedback
          offersPractice
        />
      </section>
      <ReportFooter session={session} results={results} turns={turns} />
    </article>
  );
}

interface BodyProps {
  sessionId: string;
  report: Report | undefined;
  questions: ReturnType<typeof answeredQuestions>;
}

function ReportBody({ sessionId, report, questions }: BodyProps) {
  const results = report?.results ?? {};
  const section = { sessionId, report };
  return (
    <>
      {report?.parts.scores === "ready" ? <Verdict results={results} /> : null}
      <BestAndWeakest results={results} questions={questions} />
      <QuestionStrip questions={questions} />
      <ReportSection {...section} part="scores" title={results.checklist?.length ? t`Checklist` : t`Scores`}>
        <Scores results={results} questions={questions} />
      </ReportSection>
      <DeliverySection questions={questions} />
      <Requirements requirements={results.requirements ?? []} questions={questions} />
      {report?.parts.narrative !== "ready" || hasNarrative(results) ? (
        <ReportSection {...section} part="narrative" title={t`Coach’s summary`}>
          <Narrative results={results} />
        </ReportSection>
      ) : null}
      <ReportSection {...section} part="resources" title={t`What to read next`}>
        <Resources results={results} />
      </ReportSection>
    </>
  );
}
