import { ArrowRight } from "lucide-react";

import { errorMessage } from "@/api/problem";
import { Notice } from "@/components/ui/notice";
import { useStartInterview } from "@/features/interview/hooks/useStartInterview";
import { sampleFacts, samples } from "@/features/setup/samples";
import { useIsOnline } from "@/hooks/useIsOnline";

/** Starts a sample interview at one click. */
export function SampleInterviews() {
  const start = useStartInterview();
  const isOnline = useIsOnline();
  return (
    <>
      {start.error ? <Notice kind="problem">{errorMessage(start.error)}</Notice> : null}
      <ul className="grid gap-3 sm:grid-cols-2">
        {samples.map((sample) => {
          const { title, about, icon: Icon, config } = sample;
          return (
            <li key={title}>
              <button
                type="button"
                disabled={start.isPending || !isOnline}
                onClick={() => start.mutate(config)}
                className="flex h-full w-full items-center gap-4 rounded-xl border bg-card p-4 text-start transition-colors hover:bg-accent hover:text-accent-foreground disabled:opacity-60"
              >
                <Icon aria-hidden className="size-7 shrink-0 text-primary" />
                <span className="flex-1">
                  <span className="block font-semibold">{title}</span>
                  <span className="block text-sm">{about}</span>
                  <span className="block text-sm text-muted">{sampleFacts(sample)}</span>
                </span>
                <ArrowRight aria-hidden className="shrink-0 rtl:-scale-x-100" />
              </button>
            </li>
          );
        })}
      </ul>
      <p role="status" className="min-h-6 text-muted">
        {start.isPending ? "Starting your interview…" : isOnline ? "" : "You need a connection to start an interview."}
      </p>
    </>
  );
}
