import type { ReactNode } from "react";

/** What a long form can be sent with, in view from its start; not in windows so low that it would cover the fields. */
export function ActionBar({ children }: { children: ReactNode }) {
  return (
    <div className="-mx-4 flex flex-wrap items-center gap-x-4 gap-y-1 border-t bg-background px-4 py-2 [@media(min-height:30rem)]:sticky [@media(min-height:30rem)]:bottom-0">
      {children}
    </div>
  );
}
