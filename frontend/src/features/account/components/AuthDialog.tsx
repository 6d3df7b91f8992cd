import { t } from "@lingui/core/macro";
import { Tabs } from "radix-ui";
import { useState, type FormEvent } from "react";

import { errorMessage } from "@/api/problem";
import type { AuthView } from "@/auth/AuthDialogContext";
import { useAuth } from "@/auth/AuthProvider";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { TextField } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { requestPasswordReset } from "@/features/account/api";

import { LoginForm } from "./LoginForm";
import { RegisterForm } from "./RegisterForm";

interface Props {
  /** `null`: the dialog is closed. */
  view: AuthView | null;
  onClose: () => void;
}

const tab =
  "min-h-11 flex-1 rounded-lg px-3 font-medium data-[state=active]:bg-accent data-[state=active]:text-accent-foreground";

/** Sign-in, sign-up and the way to a new password. */
export function AuthDialog({ view, onClose }: Props) {
  const [forgot, setForgot] = useState(false);
  const { expiredUser, logout } = useAuth();
  /** Kept when the user goes back and forth. */
  const [typed, setEmail] = useState<string | null>(null);
  const email = typed ?? expiredUser?.email ?? "";
  const close = () => {
    setForgot(false);
    onClose();
  };
  const forget = () => {
    setEmail(null);
    void logout();
  };
  return (
    <Dialog
      open={view !== null}
      onOpenChange={(open) => {
        if (!open) close();
      }}
      title={forgot ? t`Reset your password` : t`Your account`}
      description={forgot ? t`We’ll e-mail you a link.` : t`Your interviews in this browser move to your account.`}
    >
      {forgot ? (
        <ForgotPassword email={email} onEmail={setEmail} onBack={() => setForgot(false)} />
      ) : (
        <Tabs.Root defaultValue={view ?? "login"} key={view}>
          <Tabs.List aria-label={t`Sign in or create an account`} className="mb-4 flex gap-2">
            <Tabs.Trigger value="login" className={tab}>
              {t`Sign in`}
            </Tabs.Trigger>
            <Tabs.Trigger value="register" className={tab}>
              {t`Create account`}
            </Tabs.Trigger>
          </Tabs.List>
          <Tabs.Content value="login">
            <LoginForm email={email} onEmail={setEmail} onDone={close} onForgot={() => setForgot(true)} />
            {expiredUser ? (
              <Button variant="ghost" className="mt-3" onClick={forget}>
                {t`Not you? Remove what is saved here`}
              </Button>
            ) : null}
          </Tabs.Content>
          <Tabs.Content value="register">
            <RegisterForm onDone={close} />
          </Tabs.Content>
        </Tabs.Root>
      )}
    </Dialog>
  );
}

interface ForgotPasswordProps {
  email: string;
  onEmail: (email: string) => void;
  onBack: () => void;
}

function ForgotPassword({ email, onEmail, onBack }: ForgotPasswordProps) {
  const [sent, setSent] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    try {
      await requestPasswordReset(email);
      setSent(true);
    } catch (failed) {
      setError(errorMessage(failed));
    }
  };
  if (sent) return <Notice>{t`Check your inbox: if ${email} has an account, the link is on its way.`}</Notice>;
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
      <div className="flex gap-3">
        <Button type="submit">{t`Send link`}</Button>
        <Button variant="ghost" onClick={onBack}>
          {t`Back`}
        </Button>
      </div>
    </form>
  );
}
