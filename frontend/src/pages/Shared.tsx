import { t } from "@lingui/core/macro";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";

import { errorMessage, Problem } from "@/api/problem";
import { Button } from "@/components/ui/button";
import { Loading, Notice } from "@/components/ui/notice";
import { sharedReportQuery } from "@/features/share/api";
import { SharedReportArticle } from "@/features/report/components/SharedReportArticle";
import { useDocumentTitle } from "@/hooks/useDocumentTitle";

/** A report behind a link. */
export function Shared() {
  useDocumentTitle(t`Shared report`);
  const { token } = useParams({ strict: false });
  const { data, error, refetch } = useQuery(sharedReportQuery(token ?? ""));
  if (data) return <SharedReportArticle shared={data} />;
  if (!error) return <Loading what={t`Loading the report…`} />;
  if (error instanceof Problem && error.status === 404) return <LinkEnded />;
  return (
    <Notice kind="problem">
      <span className="me-auto">{errorMessage(error)}</span>
      <Button variant="secondary" onClick={() => void refetch()}>
        {t`Try again`}
      </Button>
    </Notice>
  );
}

function LinkEnded() {
  return (
    <div className="space-y-4">
      <h1>{t`This link doesn’t work any more`}</h1>
      <p>{t`It may have expired, or its owner ended it. Ask them for a new one.`}</p>
      <Button asChild>
        <Link to="/">{t`Go to home page`}</Link>
      </Button>
    </div>
  );
}
