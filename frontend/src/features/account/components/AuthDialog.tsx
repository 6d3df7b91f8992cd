import { Tabs } from "radix-ui";
import { useState, type FormEvent } from "react";

import { errorMessage } from "@/api/problem";
import type { AuthView } from "@/auth/AuthDialogContext";
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
  const close = () => {
    setForgot(false);
    onClose();
  };
  return (
    <Dialog
      open={view !== null}
      onOpenChange={(open) => {
        if (!open) close();
      }}
      title={forgot ? "Reset your password" : "Your account"}
      description={forgot ? "We send you a link." : "What you practised as a guest comes with you."}
    >
      {forgot ? (
        <ForgotPassword onBack={() => setForgot(false)} />
      ) : (
        <Tabs.Root defaultValue={view ?? "login"} key={view}>
          <Tabs.List aria-label="Sign in or create an account" className="mb-4 flex gap-2">
            <Tabs.Trigger value="login" className={tab}>
              Sign in
            </Tabs.Trigger>
            <Tabs.Trigger value="register" className={tab}>
              Create account
            </Tabs.Trigger>
          </Tabs.List>
          <Tabs.Content value="login">
            <LoginForm onDone={close} onForgot={() => setForgot(true)} />
          </Tabs.Content>
          <Tabs.Content value="register">
            <RegisterForm onDone={close} />
          </Tabs.Content>
        </Tabs.Root>
      )}
    </Dialog>
  );
}

function ForgotPassword({ onBack }: { onBack: () => void }) {
  const [sent, setSent] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const email = String(new FormData(event.currentTarget).get("email"));
    try {
      await requestPasswordReset(email);
      setSent(true);
    } catch (failed) {
      setError(errorMessage(failed));
    }
  };
  if (sent) return <Notice>If there is an account with this address, a link is on its way.</Notice>;
  return (
    <form onSubmit={(event) => void submit(event)} className="space-y-4">
      {error ? <Notice kind="problem">{error}</Notice> : null}
      <TextField label="E-mail address" name="email" type="email" autoComplete="email" required />
      <div className="flex gap-3">
        <Button type="submit">Send the link</Button>
        <Button variant="ghost" onClick={onBack}>
          Back
        </Button>
      </div>
    </form>
  );
}
