import { Link, useNavigate } from "@tanstack/react-router";
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
  useDocumentTitle("Welcome back");
  const { signInWithTokens } = useAuth();
  const navigate = useNavigate();
  const link = capturedEmailLink();
  const [error, setError] = useState<string | null>(link ? link.error : "This link holds nothing. It may be cut off.");
  const [ready, setReady] = useState(false);
  const started = useRef(false);
  const recovery = link?.type === "recovery";
  useEffect(() => {
    if (started.current || error || !link?.access_token || !link.refresh_token) return;
    started.current = true;
    signInWithTokens(link.access_token, link.refresh_token).then(
      () => (recovery ? setReady(true) : void navigate({ to: "/history" })),
      (failed: unknown) => setError(errorMessage(failed)),
    );
  }, [signInWithTokens, error, link, navigate, recovery]);
  if (error) {
    return (
      <div className="max-w-lg space-y-4">
        <h1>This link did not work</h1>
        <Notice kind="problem">{error}</Notice>
        <p>Links work once and not for long. Ask for a new one.</p>
        <Button asChild>
          <Link to="/">To the start</Link>
        </Button>
      </div>
    );
  }
  if (!ready) return <Loading what="One moment" />;
  return (
    <div className="max-w-lg space-y-4">
      <h1>Set a new password</h1>
      <PasswordForm />
      <Button asChild variant="secondary">
        <Link to="/history">To your interviews</Link>
      </Button>
    </div>
  );
}
