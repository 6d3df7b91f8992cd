import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";

import { errorMessage } from "@/api/problem";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { updatePassword } from "@/features/account/api";

export function PasswordForm() {
  const change = useMutation({ mutationFn: updatePassword });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    change.mutate(String(new FormData(form).get("password")), { onSuccess: () => form.reset() });
  };
  return (
    <form onSubmit={submit} className="space-y-3">
      <h2>Password</h2>
      {change.error ? <Notice kind="problem">{errorMessage(change.error)}</Notice> : null}
      {change.isSuccess ? <Notice>Your password was changed.</Notice> : null}
      <TextField
        label="New password"
        name="password"
        type="password"
        autoComplete="new-password"
        minLength={8}
        hint="At least 8 characters."
        required
      />
      <Button type="submit" disabled={change.isPending}>
        Change the password
      </Button>
    </form>
  );
}
