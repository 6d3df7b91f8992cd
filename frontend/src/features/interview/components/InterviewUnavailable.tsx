import { Link } from "@tanstack/react-router";

import type { Problem } from "@/api/problem";
import { useOpenAuthDialog } from "@/auth/AuthDialogContext";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";

/** In place of an interview that is gone, or that belongs to another user. */
export function InterviewUnavailable({ problem, isForeign }: { problem: Problem; isForeign: boolean }) {
  const openAuthDialog = useOpenAuthDialog();
  return (
    <div className="space-y-4">
      <h1>We can’t show this interview</h1>
      <Notice kind="problem">
        {isForeign ? "This interview belongs to another account. Sign in to that account to go on." : problem.message}
      </Notice>
      <div className="flex flex-wrap gap-3">
        <Button onClick={() => openAuthDialog("login")}>Sign in</Button>
        <Button asChild variant="secondary">
          <Link to="/">Start another interview</Link>
        </Button>
      </div>
    </div>
  );
}
