import { Link } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";

import { errorMessage } from "@/api/problem";
import { useAuth } from "@/auth/AuthProvider";
import { Button } from "@/components/ui/button";
import { Loading, Notice } from "@/components/ui/notice";
import { PasswordForm } from "@/features/account/components/PasswordForm";
import { capturedEmailLink } from "@/features/account/email-link";
import { useDocumentTitle } from "@/hooks/useDocumentTitle";

/** Where the links in e-mails lead: it signs in, asks for a new password, or says why the link failed. */
export function AuthCallback() {
  useDocumentTitle("Your account");
  const { signInWithTokens } = useAuth();
  const link = capturedEmailLink();
  const [error, setError] = useState<string | null>(link ? link.error : "This link is incomplete.");
  const [ready, setReady] = useState(false);
  const started = useRef(false);
  const recovery = link?.type === "recovery";
  useEffect(() => {
    if (started.current || error || !link?.access_token || !link.refresh_token) return;
    started.current = true;
    signInWithTokens(link.access_token, link.refresh_token).then(
      () => setReady(true),
      (failed: unknown) => setError(errorMessage(failed)),
    );
  }, [signInWithTokens, error, link]);
  if (error) {
    return (
      <div className="max-w-lg space-y-4">
        <h1>This link didn’t work</h1>
        <Notice kind="problem">{error}</Notice>
        <p>Each link works once, and only for a short time. Ask for a new one.</p>
        <Button asChild>
          <Link to="/">Go to home page</Link>
        </Button>
      </div>
    );
  }
  if (!ready) return <Loading what="Signing you in" />;
  if (!recovery) return <Welcome />;
  return (
    <div className="max-w-lg space-y-4">
      <h1>Set a new password</h1>
      <PasswordForm />
      <Button asChild variant="secondary">
        <Link to="/history">Go to your interviews</Link>
      </Button>
    </div>
  );
}

function Welcome() {
  return (
    <div className="max-w-lg space-y-4">
      <h1>You’re signed in</h1>
      <p>Your interviews are saved to your account from now on.</p>
      <div className="flex flex-wrap gap-3">
        <Button asChild>
          <Link to="/">Start an interview</Link>
        </Button>
        <Button asChild variant="secondary">
          <Link to="/history">Go to your interviews</Link>
        </Button>
      </div>
    </div>
  );
}
