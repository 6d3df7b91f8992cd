import { t } from "@lingui/core/macro";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { errorMessage } from "@/api/problem";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { useOpenNewSession } from "@/features/interview/hooks/useStartInterview";
import { attemptsQuery, practiseAgain } from "@/features/interview/practice/api";

import { Attempts } from "./Attempts";

interface Props {
  sessionId: string;
  /** The coach has said what there is to say. */
  isJudged: boolean;
}

/** The end of a practice: how it compares with the attempts before it, and where to go from here. */
export function PracticeResult({ sessionId, isJudged }: Props) {
  const question = { sessionId, number: 1 };
  const practise = useOpenNewSession(practiseAgain);
  const { data } = useQuery({ ...attemptsQuery(question), enabled: isJudged });
  return (
    <section aria-labelledby="result" className="space-y-4 rounded-xl border bg-accent p-4 text-accent-foreground">
      <h2 id="result">{t`Your attempts`}</h2>
      <div role="status">{isJudged ? <Attempts question={question} /> : <p>{t`Reviewing your answer…`}</p>}</div>
      {practise.error ? <Notice kind="problem">{errorMessage(practise.error)}</Notice> : null}
      <div className="flex flex-wrap gap-3">
        <Button disabled={practise.isPending} onClick={() => practise.mutate(question)}>
          {practise.isPending ? t`Starting…` : t`Try once more`}
        </Button>
        <Button asChild variant="secondary">
          {data && data.session_id !== sessionId ? (
            <Link to="/report" hash={data.session_id}>{t`Back to the interview`}</Link>
          ) : (
            <Link to="/practice">{t`Practise another question`}</Link>
          )}
        </Button>
      </div>
    </section>
  );
}
