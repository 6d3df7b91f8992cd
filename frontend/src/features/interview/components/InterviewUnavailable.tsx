import { t } from "@lingui/core/macro";
import { Link } from "@tanstack/react-router";

import { errorMessage, type Problem } from "@/api/problem";
import { useOpenAuthDialog } from "@/auth/AuthDialogContext";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";

/** In place of an interview that is gone, or that belongs to another user. */
export function InterviewUnavailable({ problem, isForeign }: { problem: Problem; isForeign: boolean }) {
  const openAuthDialog = useOpenAuthDialog();
  return (
    <div className="space-y-4">
      <h1>{t`We can’t show this interview`}</h1>
      <Notice kind="problem">
        {isForeign
          ? t`This interview belongs to another account. Sign in to that account to continue.`
          : errorMessage(problem)}
      </Notice>
      <div className="flex flex-wrap gap-3">
        <Button onClick={() => openAuthDialog("login")}>{t`Sign in`}</Button>
        <Button asChild variant="secondary">
          <Link to="/">{t`Start another interview`}</Link>
        </Button>
      </div>
    </div>
  );
}
