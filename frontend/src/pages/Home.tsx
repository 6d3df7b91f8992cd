import { Link } from "@tanstack/react-router";
import { FileText, MessagesSquare, Quote, SlidersHorizontal } from "lucide-react";

import { Button } from "@/components/ui/button";
import { UnfinishedInterview } from "@/features/history/components/UnfinishedInterview";
import { SampleInterviews } from "@/features/setup/components/SampleInterviews";
import { useDocumentTitle } from "@/hooks/useDocumentTitle";

const steps = [
  {
    icon: MessagesSquare,
    title: "Answer out loud or in writing",
    text: "Questions follow up on what you say, by keyboard or by voice, against a clock if you like.",
  },
  {
    icon: Quote,
    title: "Feedback that quotes you",
    text: "The coach says what worked and what to change. No score without the words it rests on.",
  },
  {
    icon: FileText,
    title: "A report that is yours",
    text: "Strengths, gaps, what to work on and where to learn it. Compare attempts, print it, take it along.",
  },
];

export function Home() {
  useDocumentTitle("Practise job interviews");
  return (
    <div className="space-y-10">
      <div className="space-y-4 pt-4">
        <h1 className="text-4xl">Practise the interview before it counts</h1>
        <p className="max-w-2xl text-lg text-muted">
          An interviewer asks, a coach tells you after each answer what worked and what to change, and every score
          quotes the words it rests on. No account needed.
        </p>
        <div className="flex flex-wrap items-center gap-3">
          <Button asChild>
            <Link to="/setup">
              <SlidersHorizontal aria-hidden /> Set up an interview
            </Link>
          </Button>
          <span className="text-muted">with your role, the advertisement and your résumé</span>
        </div>
      </div>
      <section aria-labelledby="samples" className="space-y-3">
        <h2 id="samples">Or start right now</h2>
        <SampleInterviews />
        <UnfinishedInterview />
      </section>
      <section aria-labelledby="how" className="space-y-3">
        <h2 id="how">How it works</h2>
        <ol className="grid gap-6 md:grid-cols-3">
          {steps.map(({ icon: Icon, title, text }) => (
            <li key={title} className="space-y-1">
              <Icon aria-hidden className="size-6 text-primary" />
              <h3>{title}</h3>
              <p className="text-muted">{text}</p>
            </li>
          ))}
        </ol>
      </section>
    </div>
  );
}
