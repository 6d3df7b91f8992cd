import { t } from "@lingui/core/macro";
import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";

import type { Report, ReportPart } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Loading, Notice } from "@/components/ui/notice";
import { retryReportPart } from "@/features/report/api";

interface Props {
  sessionId: string;
  report: Report | undefined;
  part: ReportPart;
  title: string;
  children: ReactNode;
}

/** One part of the report: its content once it is ready, or the way to try again. */
export function ReportSection({ sessionId, report, part, title, children }: Props) {
  const retry = useMutation({ mutationFn: () => retryReportPart(sessionId, part) });
  const status = report?.parts[part] ?? "pending";
  return (
    <section aria-labelledby={`part-${part}`} className="space-y-3">
      <h2 id={`part-${part}`}>{title}</h2>
      {status === "ready" ? children : null}
      {status === "pending" ? <Loading what={t`Writing this part…`} /> : null}
      {status === "failed" ? (
        <Notice kind="problem">
          <span className="me-auto">{t`We couldn’t write this part.`}</span>
          <Button variant="secondary" disabled={retry.isPending} onClick={() => retry.mutate()}>
            {t`Try again`}
          </Button>
        </Notice>
      ) : null}
    </section>
  );
}
