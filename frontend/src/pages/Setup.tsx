import { t } from "@lingui/core/macro";
import { SetupForm } from "@/features/setup/components/SetupForm";
import { useDocumentTitle } from "@/hooks/useDocumentTitle";

export function Setup() {
  useDocumentTitle(t`Set up an interview`);
  return <SetupForm />;
}
