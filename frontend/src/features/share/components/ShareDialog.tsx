import { plural, t } from "@lingui/core/macro";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { errorMessage } from "@/api/problem";
import { useAuth } from "@/auth/AuthProvider";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { CheckField, SelectField } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { shareReport, sharesQuery } from "@/features/share/api";

import { CopyLink } from "./CopyLink";
import { ShareList } from "./ShareList";

const LIFETIMES_DAYS = [7, 30, 90];

/** Makes a link to a report, and lists those that still work. */
export function ShareDialog({ sessionId, onClose }: { sessionId: string; onClose: () => void }) {
  const queries = useQueryClient();
  const { user } = useAuth();
  const [days, setDays] = useState(30);
  const [withAnswers, setWithAnswers] = useState(false);
  const [withName, setWithName] = useState(false);
  const { queryKey } = sharesQuery(sessionId);
  const shares = useQuery(sharesQuery(sessionId));
  const share = useMutation({
    mutationFn: () =>
      shareReport(sessionId, {
        expires_in_days: days,
        include_answers: withAnswers,
        ...(withName && user?.name ? { candidate_name: user.name } : {}),
      }),
    onSuccess: () => queries.invalidateQueries({ queryKey }),
  });
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={t`Share this report`}
      description={t`Anyone with the link can read the report as it is now. Your CV, the job ad and your e-mail address are never shown.`}
    >
      <div className="space-y-4">
        <div>
          <CheckField label={t`Show my answers and their feedback`} on={withAnswers} onChange={setWithAnswers} />
          {user?.name ? (
            <CheckField label={t`Show my name (${{ name: user.name }})`} on={withName} onChange={setWithName} />
          ) : null}
        </div>
        <SelectField
          label={t`Link expires after`}
          value={days}
          onChange={({ target }) => setDays(Number(target.value))}
        >
          {LIFETIMES_DAYS.map((lifetime) => (
            <option key={lifetime} value={lifetime}>
              {plural(lifetime, { one: "# day", other: "# days" })}
            </option>
          ))}
        </SelectField>
        {share.error ? <Notice kind="problem">{errorMessage(share.error)}</Notice> : null}
        <Button disabled={share.isPending} onClick={() => share.mutate()}>
          {share.isPending ? t`Creating the link…` : t`Create link`}
        </Button>
        {share.data ? <CopyLink key={share.data.path} path={share.data.path} /> : null}
        {shares.error ? <Notice kind="problem">{errorMessage(shares.error)}</Notice> : null}
        <ShareList sessionId={sessionId} shares={shares.data?.shares ?? []} />
      </div>
    </Dialog>
  );
}
