import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { detailOf } from "@/api/problem";
import { Comparison } from "@/features/history/components/Comparison";
import { TrendLine } from "@/features/history/components/TrendLine";
import { Button } from "@/components/ui/button";
import { SelectField } from "@/components/ui/field";
import { Loading, Notice } from "@/components/ui/notice";
import { useAuth } from "@/auth/AuthProvider";
import { useGuestSessions } from "@/features/history/hooks/useGuestSessions";
import { useTitle } from "@/hooks/useDocumentTitle";
import { attemptsOf, dimensionsOf, type Attempt } from "@/features/history/trend";
import { sessions } from "@/api/service";

/** More would be a crowd, not a line. */
const MOST = 50;

export function Progress() {
  useTitle("Progress");
  const { user, isAuthenticated } = useAuth();
  const list = useQuery({
    queryKey: ["sessions", "progress", user?.id],
    queryFn: () => sessions({ status: "completed" }, MOST),
    enabled: isAuthenticated,
  });
  const guest = useGuestSessions(!isAuthenticated);
  const attempts = attemptsOf(isAuthenticated ? (list.data?.sessions ?? []) : guest.sessions);
  return (
    <div className="space-y-8">
      <h1>Your progress</h1>
      {list.error ? (
        <Notice kind="problem">{detailOf(list.error)}</Notice>
      ) : list.isLoading || guest.isLoading ? (
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
  const [role, setRole] = useState("");
  const roles = [...new Set(attempts.flatMap(({ job_role }) => job_role ?? []))];
  const chosen = role ? attempts.filter(({ job_role }) => job_role === role) : attempts;
  return (
    <>
      <section aria-labelledby="trend" className="space-y-3">
        <h2 id="trend">By dimension</h2>
        <p className="text-muted">
          From the oldest report to the newest. A line breaks where another coach or rubric judged: such scores can't be
          compared.
        </p>
        {roles.length > 1 ? (
          <div className="max-w-sm">
            <SelectField label="Role" value={role} onChange={(event) => setRole(event.target.value)}>
              <option value="">All roles</option>
              {roles.map((one) => (
                <option key={one}>{one}</option>
              ))}
            </SelectField>
          </div>
        ) : null}
        <ul className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
          {dimensionsOf(chosen).map((dimension) => (
            <li key={dimension} className="rounded-xl border bg-card p-4">
              <TrendLine attempts={chosen} dimension={dimension} />
            </li>
          ))}
        </ul>
      </section>
      <Comparison attempts={attempts} />
    </>
  );
}
