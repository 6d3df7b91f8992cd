import { t } from "@lingui/core/macro";
import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";

import { errorMessage } from "@/api/problem";
import { useAuth } from "@/auth/AuthProvider";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";

export function NameForm({ name }: { name: string }) {
  const { updateName } = useAuth();
  const change = useMutation({ mutationFn: updateName });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    change.mutate(String(new FormData(event.currentTarget).get("name")));
  };
  return (
    <form onSubmit={submit} className="space-y-3">
      <h2>{t`Name`}</h2>
      {change.error ? <Notice kind="problem">{errorMessage(change.error)}</Notice> : null}
      {change.isSuccess ? <Notice>{t`Name saved.`}</Notice> : null}
      <TextField label={t`Name`} name="name" defaultValue={name} autoComplete="name" maxLength={100} required />
      <Button type="submit" disabled={change.isPending}>
        {t`Save`}
      </Button>
    </form>
  );
}
