import { t } from "@lingui/core/macro";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";

import { problemSentences } from "@/api/problem-sentences";
import { errorMessage } from "@/api/problem";
import { useAuth } from "@/auth/AuthProvider";
import { Button } from "@/components/ui/button";
import { Loading, Notice } from "@/components/ui/notice";
import { PasswordForm } from "@/features/account/components/PasswordForm";
import { capturedEmailLink, type EmailLink } from "@/features/account/email-link";
import { useDocumentTitle } from "@/hooks/useDocumentTitle";

/** Where the links in e-mails lead: it signs in, asks for a new password, or says why the link failed. */
export function AuthCallback() {
  useDocumentTitle(t`Your account`);
  const { signInWithTokens } = useAuth();
  const link = capturedEmailLink();
  const [error, setError] = useState<string | null>(link ? linkProblem(link) : t`This link is incomplete.`);
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
        <h1>{t`This link didn’t work`}</h1>
        <Notice kind="problem">{error}</Notice>
        <p>{t`Each link works once, and only for a short time. Ask for a new one.`}</p>
        <Button asChild>
          <Link to="/">{t`Go to home page`}</Link>
        </Button>
      </div>
    );
  }
  if (!ready) return <Loading what={t`Signing you in…`} />;
  if (!recovery) return <Welcome />;
  return (
    <div className="max-w-lg space-y-4">
      <h1>{t`Set a new password`}</h1>
      <PasswordForm />
      <Button asChild variant="secondary">
        <Link to="/history">{t`Go to your interviews`}</Link>
      </Button>
    </div>
  );
}

const linkProblem = ({ error, errorCode }: EmailLink) => error && (problemSentences[errorCode ?? ""]?.() ?? error);

function Welcome() {
  return (
    <div className="max-w-lg space-y-4">
      <h1>{t`You’re signed in`}</h1>
      <p>{t`Your interviews are saved to your account from now on.`}</p>
      <div className="flex flex-wrap gap-3">
        <Button asChild>
          <Link to="/">{t`Start an interview`}</Link>
        </Button>
        <Button asChild variant="secondary">
          <Link to="/history">{t`Go to your interviews`}</Link>
        </Button>
      </div>
    </div>
  );
}
