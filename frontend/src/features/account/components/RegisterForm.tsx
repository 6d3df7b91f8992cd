import { t } from "@lingui/core/macro";
import { useState, type FormEvent } from "react";
import { z } from "zod";

import { Problem, errorMessage } from "@/api/problem";
import { useAuth } from "@/auth/AuthProvider";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";

import { PasswordField } from "./PasswordField";

// By default zod compiles its checks with `Function`, which the page's Content-Security-Policy forbids.
z.config({ jitless: true });

const registration = () =>
  z.object({
    name: z
      .string()
      .trim()
      .min(1, t`Enter your name.`)
      .max(100, t`At most 100 characters.`),
    email: z.email(t`Enter a valid e-mail address.`),
    password: z.string().min(8, t`At least 8 characters.`),
  });

export function RegisterForm({ onDone }: { onDone: () => void }) {
  const { register } = useAuth();
  const [busy, setBusy] = useState(false);
  const [pending, setPending] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [fields, setFields] = useState<Record<string, string>>({});
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const parsed = registration().safeParse(Object.fromEntries(new FormData(event.currentTarget)));
    setError(null);
    setFields({});
    if (!parsed.success) {
      setFields(Object.fromEntries(parsed.error.issues.map((issue) => [String(issue.path[0]), issue.message])));
      return;
    }
    const { email, password, name } = parsed.data;
    setBusy(true);
    try {
      if (await register(email, password, name)) onDone();
      else setPending(email);
    } catch (failed) {
      if (failed instanceof Problem && failed.fields.length > 0) {
        setFields(Object.fromEntries(failed.fields.map(({ field }) => [field, t`Check this field.`])));
      } else setError(errorMessage(failed));
    } finally {
      setBusy(false);
    }
  };
  if (pending) {
    return (
      <Notice>
        {t`We sent a link to ${pending}. Open it to finish creating your account. Until then, your interviews stay in this browser.`}
      </Notice>
    );
  }
  return (
    <form onSubmit={(event) => void submit(event)} className="space-y-4" noValidate>
      {error ? <Notice kind="problem">{error}</Notice> : null}
      <TextField label={t`Name`} name="name" autoComplete="name" error={fields["name"]} required />
      <TextField
        label={t`E-mail address`}
        name="email"
        type="email"
        autoComplete="email"
        error={fields["email"]}
        required
      />
      <PasswordField label={t`Password`} autoComplete="new-password" error={fields["password"]} />
      <Button type="submit" disabled={busy}>
        {busy ? t`Creating your account…` : t`Create account`}
      </Button>
    </form>
  );
}
