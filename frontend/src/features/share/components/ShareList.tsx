import { t } from "@lingui/core/macro";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";

import { errorMessage } from "@/api/problem";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { revokeShare, sharesQuery, type Share } from "@/features/share/api";
import { formatDate } from "@/lib/i18n/format";

/** The links that still work, each with the way to end it. */
export function ShareList({ sessionId, shares }: { sessionId: string; shares: Share[] }) {
  const queries = useQueryClient();
  const heading = useRef<HTMLHeadingElement>(null);
  const revoke = useMutation({
    mutationFn: (shareId: string) => revokeShare(sessionId, shareId),
    onSuccess: () => {
      // The button that had the focus goes with its link.
      heading.current?.focus();
      return queries.invalidateQueries({ queryKey: sharesQuery(sessionId).queryKey });
    },
  });
  return (
    <section aria-labelledby="links" className="space-y-2 border-t pt-4">
      <h3 id="links" ref={heading} tabIndex={-1}>
        {t`Active links`}
      </h3>
      {revoke.error ? <Notice kind="problem">{errorMessage(revoke.error)}</Notice> : null}
      {shares.length === 0 ? <p className="text-muted">{t`None.`}</p> : null}
      <ul className="space-y-2">
        {shares.map((share) => (
          <li key={share.share_id} className="flex flex-wrap items-center gap-2">
            <span className="me-auto">
              {[
                t`Until ${{ date: formatDate(share.expires_at, { dateStyle: "medium" }) }}`,
                share.includes_answers ? t`with answers` : t`report only`,
                share.candidate_name,
              ]
                .filter(Boolean)
                .join(" · ")}
            </span>
            <Button
              variant="secondary"
              disabled={revoke.isPending}
              aria-label={t`Revoke the link until ${{ date: formatDate(share.expires_at) }}`}
              onClick={() => revoke.mutate(share.share_id)}
            >
              {t`Revoke`}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
