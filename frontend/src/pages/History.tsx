import { t } from "@lingui/core/macro";
import { useAuth } from "@/auth/AuthProvider";
import { GuestSessions } from "@/features/history/components/GuestSessions";
import { UserSessions } from "@/features/history/components/UserSessions";
import { useDocumentTitle } from "@/hooks/useDocumentTitle";

export function History() {
  useDocumentTitle(t`History`);
  const { isAuthenticated } = useAuth();
  return (
    <div className="space-y-6">
      <h1>{t`Your interviews`}</h1>
      {isAuthenticated ? <UserSessions /> : <GuestSessions />}
    </div>
  );
}
