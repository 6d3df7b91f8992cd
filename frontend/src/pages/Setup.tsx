import { SetupForm } from "@/features/setup/components/SetupForm";
import { useDocumentTitle } from "@/hooks/useDocumentTitle";

export function Setup() {
  useDocumentTitle("Set up an interview");
  return <SetupForm />;
}
