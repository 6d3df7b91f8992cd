import type { ReactNode } from "react";

export interface CheckState {
  /** What was found, or what to do now. */
  text: string;
  isProblem?: boolean;
}

interface Props {
  title: string;
  state: CheckState | null;
  children: ReactNode;
}

/** One thing that can be tried out, and what came of it. */
export function CheckCard({ title, state, children }: Props) {
  return (
    <div role="group" aria-label={title} className="space-y-2 rounded-xl border bg-card p-4">
      <p className="font-semibold">{title}</p>
      {children}
      <p role="status" dir="auto" className={`min-h-6 text-sm ${state?.isProblem ? "text-bad" : "text-muted"}`}>
        {state?.text}
      </p>
    </div>
  );
}
