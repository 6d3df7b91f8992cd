import { Link, useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";

import { detailOf } from "@/api/problem";
import { Button } from "@/components/ui/button";
import { Loading, Notice } from "@/components/ui/notice";
import { useAuth } from "@/auth/AuthProvider";
import { useTitle } from "@/hooks/useDocumentTitle";
import { takenMailLink } from "@/features/account/email-link";

import { NewPassword } from "./Account";

/** Where the links in mails end: an address that is confirmed, a password to be set, or an error. */
export function Callback() {
  useTitle("Welcome back");
  const { adopt } = useAuth();
  const navigate = useNavigate();
  const link = takenMailLink();
  const [error, setError] = useState<string | null>(link ? link.error : "This link holds nothing. It may be cut off.");
  const [ready, setReady] = useState(false);
  const begun = useRef(false);
  const recovery = link?.type === "recovery";
  useEffect(() => {
    if (begun.current || error || !link?.access_token || !link.refresh_token) return;
    begun.current = true;
    adopt(link.access_token, link.refresh_token).then(
      () => (recovery ? setReady(true) : void navigate({ to: "/history" })),
      (failed: unknown) => setError(detailOf(failed)),
    );
  }, [adopt, error, link, navigate, recovery]);
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
      <NewPassword />
      <Button asChild variant="secondary">
        <Link to="/history">To your interviews</Link>
      </Button>
    </div>
  );
}
