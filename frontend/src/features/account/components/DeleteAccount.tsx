import { t } from "@lingui/core/macro";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { errorMessage } from "@/api/problem";
import { useAuth } from "@/auth/AuthProvider";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { TextField } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";

export function DeleteAccount({ email }: { email: string }) {
  const navigate = useNavigate();
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const { deleteAccount } = useAuth();
  const remove = useMutation({ mutationFn: deleteAccount, onSuccess: () => navigate({ to: "/" }) });
  return (
    <section aria-labelledby="deletion" className="space-y-3 rounded-xl border border-bad p-4">
      <h2 id="deletion">{t`Delete your account`}</h2>
      <p>{t`This deletes your interviews, your reports and everything else we know about you. You can’t undo it.`}</p>
      <Button variant="danger" onClick={() => setOpen(true)}>
        {t`Delete my account`}
      </Button>
      <Dialog open={open} onOpenChange={setOpen} title={t`Delete everything?`} description={t`You can’t undo this.`}>
        <div className="space-y-4">
          {remove.error ? <Notice kind="problem">{errorMessage(remove.error)}</Notice> : null}
          <TextField
            label={t`Type ${email} to confirm`}
            value={typed}
            autoComplete="off"
            onChange={(event) => setTyped(event.target.value)}
          />
          <Button variant="danger" disabled={typed !== email || remove.isPending} onClick={() => remove.mutate()}>
            {t`Delete everything`}
          </Button>
        </div>
      </Dialog>
    </section>
  );
}
