import { useQueries, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { detailOf } from "@/api/problem";
import { Button } from "@/components/ui/button";
import { SelectField } from "@/components/ui/field";
import { Loading, Notice } from "@/components/ui/notice";
import { guestSessions, useAuth } from "@/contexts/AuthContext";
import { useTitle } from "@/hooks/useTitle";
import { dimensionName } from "@/lib/report";
import { attemptOf, dimensionsOf, lineOf, type Attempt } from "@/lib/trend";
import { session, sessions } from "@/services/api";

/** More would be a crowd, not a line. */
const MOST = 20;

export function Progress() {
  useTitle("Progress");
  const { user } = useAuth();
  const list = useQuery({ queryKey: ["sessions", "progress"], queryFn: () => sessions(null), enabled: user !== null });
  const ids = user
    ? (list.data?.sessions ?? []).filter(({ status }) => status === "completed").map(({ session_id }) => session_id)
    : guestSessions();
  const found = useQueries({
    queries: ids.slice(0, MOST).map((id) => ({
      queryKey: ["session", id, user?.id ?? null],
      queryFn: () => session(id),
      retry: false,
      staleTime: 60_000,
    })),
  });
  const attempts = found
    .flatMap(({ data }) => (data ? [attemptOf(data)] : []))
    .filter((attempt) => attempt !== null)
    .toSorted((a, b) => a.at.localeCompare(b.at));
  const loading = list.isLoading || found.some((one) => one.isLoading);
  return (
    <div className="space-y-8">
      <h1>Your progress</h1>
      {list.error ? <Notice kind="problem">{detailOf(list.error)}</Notice> : null}
      {loading ? (
        <Loading what="Fetching your reports" />
      ) : attempts.length < 2 ? (
        <TooFew />
      ) : (
        <Shown attempts={attempts} />
      )}
    </div>
  );
}

function TooFew() {
  return (
    <div className="space-y-3">
      <p>Two reports are needed for a comparison. Practise the same interview again and see what changed.</p>
      <Button asChild>
        <Link to="/">Begin an interview</Link>
      </Button>
    </div>
  );
}

function Shown({ attempts }: { attempts: Attempt[] }) {
  const dimensions = dimensionsOf(attempts);
  return (
    <>
      <section aria-labelledby="trend" className="space-y-3">
        <h2 id="trend">By dimension</h2>
        <p className="text-muted">
          From the oldest report to the newest. A line breaks where another coach or rubric judged: such scores can't be
          compared.
        </p>
        <ul className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
          {dimensions.map((dimension) => (
            <li key={dimension} className="rounded-xl border bg-card p-4">
              <Line attempts={attempts} dimension={dimension} />
            </li>
          ))}
        </ul>
      </section>
      <Comparison attempts={attempts} dimensions={dimensions} />
    </>
  );
}

function Line({ attempts, dimension }: { attempts: Attempt[]; dimension: string }) {
  const pieces = lineOf(attempts, dimension);
  const points = pieces.flat();
  const x = (at: number) => 10 + (at * 180) / Math.max(1, attempts.length - 1);
  const y = (score: number) => 66 - score * 12;
  return (
    <figure>
      <figcaption>
        <span className="font-semibold">{dimensionName(dimension)}</span>
        <span className="block text-sm text-muted">{points.map(({ score }) => score).join(" → ")} of 5</span>
      </figcaption>
      <svg viewBox="0 0 200 72" className="mt-2 w-full" aria-hidden focusable="false">
        {[1, 3, 5].map((score) => (
          <line key={score} x1="0" x2="200" y1={y(score)} y2={y(score)} className="stroke-border" />
        ))}
        {pieces.map((piece) => (
          <polyline
            key={piece[0]?.at}
            points={piece.map(({ at, score }) => `${x(at)},${y(score)}`).join(" ")}
            className="fill-none stroke-primary"
            strokeWidth="2"
          />
        ))}
        {points.map(({ at, score }) => (
          <circle key={at} cx={x(at)} cy={y(score)} r="3" className="fill-primary" />
        ))}
      </svg>
    </figure>
  );
}

function Comparison({ attempts, dimensions }: { attempts: Attempt[]; dimensions: string[] }) {
  const [first, setFirst] = useState(attempts.at(-2)?.id);
  const [second, setSecond] = useState(attempts.at(-1)?.id);
  const one = attempts.find(({ id }) => id === first);
  const other = attempts.find(({ id }) => id === second);
  const options = attempts.map((attempt) => (
    <option key={attempt.id} value={attempt.id}>
      {attempt.role}, {new Date(attempt.at).toLocaleString()}
    </option>
  ));
  return (
    <section aria-labelledby="compare" className="space-y-3">
      <h2 id="compare">Compare two attempts</h2>
      <div className="grid gap-4 sm:grid-cols-2">
        <SelectField label="First" value={first} onChange={(event) => setFirst(event.target.value)}>
          {options}
        </SelectField>
        <SelectField label="Second" value={second} onChange={(event) => setSecond(event.target.value)}>
          {options}
        </SelectField>
      </div>
      {one && other ? (
        <>
          {one.measure === other.measure ? null : (
            <Notice>These two were judged by another coach or rubric; differences say little.</Notice>
          )}
          <div className="overflow-x-auto">
            <table className="w-full text-left">
              <caption className="sr-only">Scores of both attempts, of 5</caption>
              <thead>
                <tr>
                  <th scope="col">Dimension</th>
                  <th scope="col">First</th>
                  <th scope="col">Second</th>
                  <th scope="col">Change</th>
                </tr>
              </thead>
              <tbody>
                <Compared name="Overall" before={one.overall} now={other.overall} />
                {dimensions.map((dimension) => (
                  <Compared
                    key={dimension}
                    name={dimensionName(dimension)}
                    before={one.scores[dimension] ?? null}
                    now={other.scores[dimension] ?? null}
                  />
                ))}
              </tbody>
            </table>
          </div>
          <div className="flex flex-wrap gap-3">
            {[one, other].map((attempt, at) => (
              <Button key={`${at}-${attempt.id}`} asChild variant="secondary">
                <Link to="/report" hash={attempt.id}>
                  {at === 0 ? "First report" : "Second report"}
                </Link>
              </Button>
            ))}
          </div>
        </>
      ) : null}
    </section>
  );
}

function Compared({ name, before, now }: { name: string; before: number | null; now: number | null }) {
  const change = before === null || now === null ? null : Math.round((now - before) * 10) / 10;
  return (
    <tr className="border-t">
      <th scope="row" className="py-2 pr-3 font-normal">
        {name}
      </th>
      <td>{before ?? "–"}</td>
      <td>{now ?? "–"}</td>
      <td className={change === null || change === 0 ? "text-muted" : change > 0 ? "text-good" : "text-bad"}>
        {change === null ? "–" : change > 0 ? `+${change}` : change}
      </td>
    </tr>
  );
}
