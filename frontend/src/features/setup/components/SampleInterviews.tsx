import { t } from "@lingui/core/macro";
import { i18n } from "@lingui/core";
import { ArrowRight } from "lucide-react";

import { errorMessage } from "@/api/problem";
import { Notice } from "@/components/ui/notice";
import { useStartInterview } from "@/features/interview/hooks/useStartInterview";
import { sampleConfig, sampleFacts, samples } from "@/features/setup/samples";
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
          const { role, about, icon: Icon } = sample;
          return (
            <li key={role.id}>
              <button
                type="button"
                disabled={start.isPending || !isOnline}
                onClick={() => start.mutate(sampleConfig(sample))}
                className="flex h-full w-full items-center gap-4 rounded-xl border bg-card p-4 text-start transition-colors hover:bg-accent hover:text-accent-foreground disabled:opacity-60"
              >
                <Icon aria-hidden className="size-7 shrink-0 text-primary" />
                <span className="flex-1">
                  <span className="block font-semibold">{i18n._(role)}</span>
                  <span className="block text-sm">{i18n._(about)}</span>
                  <span className="block text-sm text-muted">{sampleFacts(sample)}</span>
                </span>
                <ArrowRight aria-hidden className="shrink-0 rtl:-scale-x-100" />
              </button>
            </li>
          );
        })}
      </ul>
      <p role="status" className="min-h-6 text-muted">
        {start.isPending
          ? t`Starting your interview…`
          : isOnline
            ? ""
            : t`You need a connection to start an interview.`}
      </p>
    </>
  );
}
