import { t } from "@lingui/core/macro";
import { useAuth } from "@/auth/AuthProvider";
import { useOpenAuthDialog } from "@/auth/AuthDialogContext";
import { Button } from "@/components/ui/button";
import { Loading } from "@/components/ui/notice";
import { DeleteAccount } from "@/features/account/components/DeleteAccount";
import { NameForm } from "@/features/account/components/NameForm";
import { PasswordForm } from "@/features/account/components/PasswordForm";
import { useDocumentTitle } from "@/hooks/useDocumentTitle";

export function Account() {
  useDocumentTitle(t`Account`);
  const { user, isLoading, logout } = useAuth();
  const openAuthDialog = useOpenAuthDialog();
  if (!user) {
    return (
      <div className="space-y-4">
        <h1>{t`Your account`}</h1>
        <p>{t`You’re not signed in.`}</p>
        <Button onClick={() => openAuthDialog("login")}>{t`Sign in`}</Button>
      </div>
    );
  }
  if (isLoading) return <Loading what={t`Loading your account…`} />;
  return (
    <div className="max-w-lg space-y-8">
      <div>
        <h1>{t`Your account`}</h1>
        <p className="text-muted">{user.email}</p>
        <Button variant="secondary" className="mt-3 sm:hidden" onClick={() => void logout()}>
          {t`Sign out`}
        </Button>
      </div>
      <NameForm name={user.name} />
      <PasswordForm />
      <DeleteAccount email={user.email ?? ""} />
    </div>
  );
}
