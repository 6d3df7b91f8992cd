import { msg, t } from "@lingui/core/macro";
import { i18n } from "@lingui/core";
import { Link } from "@tanstack/react-router";
import { FileText, MessagesSquare, Quote, SlidersHorizontal } from "lucide-react";

import { Button } from "@/components/ui/button";
import { UnfinishedInterview } from "@/features/history/components/UnfinishedInterview";
import { FeedbackExample } from "@/features/setup/components/FeedbackExample";
import { SampleInterviews } from "@/features/setup/components/SampleInterviews";
import { useDocumentTitle } from "@/hooks/useDocumentTitle";

const steps = [
  {
    icon: MessagesSquare,
    title: msg`Speak or type your answers`,
    text: msg`The interviewer asks follow-up questions about what you say. Add a time limit if you like.`,
  },
  {
    icon: Quote,
    title: msg`Get feedback that quotes you`,
    text: msg`See what worked and what to change. Every score shows the sentence it is based on.`,
  },
  {
    icon: FileText,
    title: msg`Keep your report`,
    text: msg`Strengths, gaps and what to work on. Download or print it, and compare it with your next try.`,
  },
];

export function Home() {
  useDocumentTitle(t`Practise job interviews`);
  return (
    <div className="space-y-10">
      <div className="grid items-center gap-10 pt-4 lg:grid-cols-[1fr_24rem]">
        <div className="space-y-4">
          <h1 className="text-4xl">{t`Practise the interview before it counts`}</h1>
          <p className="max-w-2xl text-lg text-muted">
            {t`An interviewer asks the questions. After each answer, a coach tells you what worked and what to change. Every score shows the sentence it is based on. No account needed.`}
          </p>
          <div className="flex flex-wrap items-center gap-3">
            <Button asChild>
              <Link to="/setup">
                <SlidersHorizontal aria-hidden /> {t`Set up an interview`}
              </Link>
            </Button>
            <span className="text-muted">{t`Tailor it to your job ad and CV`}</span>
            <Button asChild variant="secondary">
              <Link to="/practice">{t`Practise one question`}</Link>
            </Button>
          </div>
        </div>
        {/* On phones, the way to a first question comes first. */}
        <div className="max-lg:hidden">
          <FeedbackExample />
        </div>
      </div>
      <UnfinishedInterview />
      <section aria-labelledby="samples" className="space-y-3">
        <h2 id="samples">{t`Or try one now`}</h2>
        <SampleInterviews />
      </section>
      <section aria-labelledby="how" className="space-y-3">
        <h2 id="how">{t`How it works`}</h2>
        <ol className="grid gap-6 md:grid-cols-3">
          {steps.map(({ icon: Icon, title, text }) => (
            <li key={title.id} className="space-y-1">
              <Icon aria-hidden className="size-6 text-primary" />
              <h3>{i18n._(title)}</h3>
              <p className="text-muted">{i18n._(text)}</p>
            </li>
          ))}
        </ol>
      </section>
    </div>
  );
}
