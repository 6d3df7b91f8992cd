import { t } from "@lingui/core/macro";
import { RotateCcw } from "lucide-react";
import { useState } from "react";

import { errorMessage } from "@/api/problem";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { useOpenNewSession } from "@/features/interview/hooks/useStartInterview";
import { practiseAgain, type QuestionOf } from "@/features/interview/practice/api";

import { Attempts } from "./Attempts";

interface Props {
  question: QuestionOf;
  /** Whether earlier attempts can be compared here. */
  offersComparison: boolean;
}

/** Below the feedback on an answer: the same question once more, and what came of it so far. */
export function TryAgain({ question, offersComparison }: Props) {
  const practise = useOpenNewSession(practiseAgain);
  const [isComparing, setComparing] = useState(false);
  return (
    <div className="no-print space-y-3">
      <div className="flex flex-wrap gap-2">
        <Button variant="secondary" disabled={practise.isPending} onClick={() => practise.mutate(question)}>
          <RotateCcw aria-hidden /> {practise.isPending ? t`Starting…` : t`Try this question again`}
        </Button>
        {offersComparison ? (
          <Button variant="ghost" aria-expanded={isComparing} onClick={() => setComparing(!isComparing)}>
            {isComparing ? t`Hide attempts` : t`Compare attempts`}
          </Button>
        ) : null}
      </div>
      {practise.error ? <Notice kind="problem">{errorMessage(practise.error)}</Notice> : null}
      {isComparing ? <Attempts question={question} /> : null}
    </div>
  );
}
