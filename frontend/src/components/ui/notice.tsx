import type { ReactNode } from "react";

import { cn } from "@/lib/cn";

/** A message in the page. Screen readers announce a problem at once, other notices when they pause. */
export function Notice({ kind = "info", children }: { kind?: "info" | "problem"; children: ReactNode }) {
  return (
    <div
      role={kind === "problem" ? "alert" : "status"}
      className={cn(
        "flex flex-wrap items-center gap-3 rounded-lg border px-4 py-3",
        kind === "problem" ? "border-bad bg-bad-soft text-bad" : "bg-accent text-accent-foreground",
      )}
    >
      {children}
    </div>
  );
}

export function Loading({ what }: { what: string }) {
  return (
    <p role="status" className="py-12 text-center text-muted">
      {what}
    </p>
  );
}
