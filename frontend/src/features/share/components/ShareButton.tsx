import { t } from "@lingui/core/macro";
import { Link2 } from "lucide-react";
import { useState } from "react";

import { useOpenAuthDialog } from "@/auth/AuthDialogContext";
import { useAuth } from "@/auth/AuthProvider";
import { Button } from "@/components/ui/button";

import { ShareDialog } from "./ShareDialog";

/** Opens the links to a report. They belong to an account, which can revoke them from anywhere. */
export function ShareButton({ sessionId }: { sessionId: string }) {
  const { isAuthenticated } = useAuth();
  const openAuthDialog = useOpenAuthDialog();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button variant="secondary" onClick={() => (isAuthenticated ? setOpen(true) : openAuthDialog("register"))}>
        <Link2 aria-hidden /> {isAuthenticated ? t`Share by link` : t`Create an account to share it`}
      </Button>
      {isOpen ? <ShareDialog sessionId={sessionId} onClose={() => setOpen(false)} /> : null}
    </>
  );
}
