import { t } from "@lingui/core/macro";
import { useState, type FormEvent } from "react";

import { errorMessage } from "@/api/problem";
import { useAuth } from "@/auth/AuthProvider";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";

import { PasswordField } from "./PasswordField";

interface Props {
  email: string;
  onEmail: (email: string) => void;
  onDone: () => void;
  onForgot: () => void;
}

export function LoginForm({ email, onEmail, onDone, onForgot }: Props) {
  const { login } = useAuth();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setError(null);
    try {
      await login(email, String(form.get("password")));
      onDone();
    } catch (failed) {
      setError(errorMessage(failed));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)} className="space-y-4">
      {error ? <Notice kind="problem">{error}</Notice> : null}
      <TextField
        label={t`E-mail address`}
        name="email"
        type="email"
        autoComplete="email"
        value={email}
        onChange={(event) => onEmail(event.target.value)}
        required
      />
      <PasswordField label={t`Password`} autoComplete="current-password" />
      <div className="flex flex-wrap gap-3">
        <Button type="submit" disabled={busy}>
          {busy ? t`Signing in…` : t`Sign in`}
        </Button>
        <Button variant="ghost" onClick={onForgot}>
          {t`Forgot password?`}
        </Button>
      </div>
    </form>
  );
}
