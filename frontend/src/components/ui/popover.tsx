import { Popover as Radix } from "radix-ui";
import type { ReactNode } from "react";

interface Props {
  /** The button that opens it. */
  trigger: ReactNode;
  /** What screen readers call it. */
  label: string;
  children: ReactNode;
}

/** What opens above or below its button, and closes by Escape or a click elsewhere. */
export function Popover({ trigger, label, children }: Props) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          aria-label={label}
          side="top"
          align="start"
          sideOffset={8}
          collisionPadding={8}
          className="z-30 max-h-(--radix-popover-content-available-height) w-80 max-w-[calc(100vw-1rem)] overflow-y-auto rounded-xl border bg-background p-4 shadow-xl"
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
