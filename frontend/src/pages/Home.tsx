import { Link } from "@tanstack/react-router";
import { ArrowRight, SlidersHorizontal } from "lucide-react";

import { detailOf } from "@/api/problem";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { useBegin } from "@/hooks/useBegin";
import { useTitle } from "@/hooks/useTitle";
import { samples } from "@/lib/samples";

export function Home() {
  useTitle("Practise job interviews");
  const begin = useBegin();
  return (
    <div className="space-y-8">
      <div className="space-y-3">
        <h1>Practise the interview before it counts</h1>
        <p className="max-w-2xl text-lg text-muted">
          An interviewer asks, a coach tells you after each answer what worked and what to change, and every score
          quotes the words it rests on. No account needed.
        </p>
      </div>
      {begin.error ? <Notice kind="problem">{detailOf(begin.error)}</Notice> : null}
      <section aria-labelledby="samples" className="space-y-3">
        <h2 id="samples">Start right now</h2>
        <ul className="grid gap-3 sm:grid-cols-2">
          {samples.map((sample) => (
            <li key={sample.title}>
              <button
                type="button"
                disabled={begin.isPending}
                onClick={() => begin.mutate(sample.config)}
                className="flex h-full w-full items-center gap-4 rounded-xl border bg-card p-4 text-left hover:bg-accent hover:text-accent-foreground disabled:opacity-60"
              >
                <span className="flex-1">
                  <span className="block font-semibold">{sample.title}</span>
                  <span className="block text-sm">{sample.about}</span>
                </span>
                <ArrowRight aria-hidden className="shrink-0" />
              </button>
            </li>
          ))}
        </ul>
        <p role="status" className="min-h-6 text-muted">
          {begin.isPending ? "Preparing your interview…" : ""}
        </p>
      </section>
      <section aria-labelledby="own" className="space-y-3">
        <h2 id="own">Or for the job you want</h2>
        <p className="text-muted">Your role, the advertisement, your résumé, the interviewer's manner.</p>
        <Button asChild variant="secondary">
          <Link to="/setup">
            <SlidersHorizontal aria-hidden /> Set up an interview
          </Link>
        </Button>
      </section>
    </div>
  );
}
