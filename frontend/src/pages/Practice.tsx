import { t } from "@lingui/core/macro";

import { PracticeForm } from "@/features/setup/components/PracticeForm";
import { useDocumentTitle } from "@/hooks/useDocumentTitle";

export function Practice() {
  useDocumentTitle(t`Practise one question`);
  return (
    <div className="max-w-3xl space-y-6">
      <div className="space-y-2">
        <h1>{t`Practise one question`}</h1>
        <p className="text-muted">{t`Answer it, get feedback, and try again until you like your answer.`}</p>
      </div>
      <PracticeForm />
    </div>
  );
}
