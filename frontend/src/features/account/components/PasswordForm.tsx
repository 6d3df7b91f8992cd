import { t } from "@lingui/core/macro";
import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";

import { errorMessage } from "@/api/problem";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { updatePassword } from "@/features/account/api";

import { PasswordField } from "./PasswordField";

export function PasswordForm() {
  const change = useMutation({ mutationFn: updatePassword });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    change.mutate(String(new FormData(event.currentTarget).get("password")));
  };
  return (
    <form onSubmit={submit} className="space-y-3">
      <h2>{t`Password`}</h2>
      {change.error ? <Notice kind="problem">{errorMessage(change.error)}</Notice> : null}
      {change.isSuccess ? <Notice>{t`Password changed.`}</Notice> : null}
      <PasswordField key={String(change.isSuccess)} label={t`New password`} autoComplete="new-password" />
      <Button type="submit" disabled={change.isPending}>
        {t`Save new password`}
      </Button>
    </form>
  );
}
