import { t } from "@lingui/core/macro";
import { useQuery } from "@tanstack/react-query";

import { errorMessage } from "@/api/problem";
import type { Attempt } from "@/api/types";
import { Loading, Notice } from "@/components/ui/notice";
import { attemptsQuery, type QuestionOf } from "@/features/interview/practice/api";
import { changes } from "@/features/interview/practice/compare";
import { formatNumber, scoreOutOfFive } from "@/lib/i18n/format";
import { relativeDate } from "@/lib/relative-date";

import { ChangesTable } from "./ChangesTable";

const isJudged = ({ status }: Attempt) => status === "ready";

/** All answers to a question: what changed from the first to the latest, and each in its own words. */
export function Attempts({ question }: { question: QuestionOf }) {
  const { data, error } = useQuery(attemptsQuery(question));
  if (error) return <Notice kind="problem">{errorMessage(error)}</Notice>;
  if (!data) return <Loading what={t`Loading your attempts…`} />;
  const { attempts } = data;
  const judged = attempts.filter(isJudged);
  const [first, latest] = [judged[0], judged.at(-1)];
  if (attempts.length < 2) return <p className="text-muted">{t`This is your only attempt so far.`}</p>;
  return (
    <div className="space-y-4">
      {first && latest && first !== latest ? <ChangesTable changes={changes(first, latest)} /> : null}
      <ol className="space-y-2">
        {attempts.map((attempt, index) => (
          <AttemptItem key={attempt.session_id} attempt={attempt} number={index + 1} />
        ))}
      </ol>
    </div>
  );
}

function AttemptItem({ attempt, number }: { attempt: Attempt; number: number }) {
  const result = overall(attempt);
  return (
    <li>
      <details className="rounded-lg border bg-card px-3 py-2">
        <summary className="min-h-6 cursor-pointer">
          <span className="font-semibold">{t`Attempt ${{ number: formatNumber(number) }}`}</span>
          <span className="text-muted">
            {" "}
            · {[result, relativeDate(attempt.answered_at)].filter(Boolean).join(" · ")}
          </span>
        </summary>
        <div className="mt-2 space-y-2">
          {attempt.headline ? (
            <p dir="auto" className="font-semibold">
              {attempt.headline}
            </p>
          ) : null}
          <p dir="auto" className="whitespace-pre-wrap [overflow-wrap:anywhere]">
            {attempt.answer}
          </p>
        </div>
      </details>
    </li>
  );
}

/** The mean score, or how many ticks. */
function overall({ scores, checklist = [] }: Attempt): string | null {
  const given = scores.flatMap(({ score }) => (typeof score === "number" ? [score] : []));
  if (given.length > 0) {
    const mean = given.reduce((sum, score) => sum + score, 0) / given.length;
    return scoreOutOfFive(Math.round(mean * 10) / 10);
  }
  if (checklist.length === 0) return null;
  const met = formatNumber(checklist.filter((check) => check.met === true).length);
  const all = formatNumber(checklist.length);
  return t`${met} of ${all} ticks`;
}
