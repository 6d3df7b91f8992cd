import { useId, type ComponentProps, type ReactNode } from "react";

import { cn } from "@/lib/cn";

const box =
  "w-full rounded-lg border border-input bg-background px-3 py-2 placeholder:text-muted aria-invalid:border-bad disabled:opacity-60";

interface Frame {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
}

type Ids = { id: string; "aria-describedby"?: string; "aria-invalid"?: true };

function Framed({ label, hint, error, children }: Frame & { children: (ids: Ids) => ReactNode }) {
  const id = useId();
  const described = [hint ? `${id}-hint` : "", error ? `${id}-error` : ""].filter(Boolean).join(" ");
  return (
    <div className="space-y-1.5">
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      {children({
        id,
        ...(described ? { "aria-describedby": described } : {}),
        ...(error ? { "aria-invalid": true as const } : {}),
      })}
      {hint ? (
        <p id={`${id}-hint`} className="text-sm text-muted">
          {hint}
        </p>
      ) : null}
      {error ? (
        <p id={`${id}-error`} className="text-sm text-bad">
          {error}
        </p>
      ) : null}
    </div>
  );
}

export function TextField({ label, hint, error, className, ...props }: Frame & ComponentProps<"input">) {
  return (
    <Framed label={label} hint={hint} error={error}>
      {(ids) => <input className={cn(box, "min-h-11", className)} {...ids} {...props} />}
    </Framed>
  );
}

export function TextArea({ label, hint, error, className, ...props }: Frame & ComponentProps<"textarea">) {
  return (
    <Framed label={label} hint={hint} error={error}>
      {(ids) => (
        <textarea
          className={cn(box, "field-sizing-content max-h-[60vh] min-h-24", className)}
          rows={3}
          {...ids}
          {...props}
        />
      )}
    </Framed>
  );
}

export function SelectField({ label, hint, error, children, ...props }: Frame & ComponentProps<"select">) {
  return (
    <Framed label={label} hint={hint} error={error}>
      {(ids) => (
        <select className={cn(box, "min-h-11")} {...ids} {...props}>
          {children}
        </select>
      )}
    </Framed>
  );
}

interface Check {
  label: string;
  on: boolean;
  onChange: (on: boolean) => void;
}

export function CheckField({ label, on, onChange }: Check) {
  return (
    <label className="flex min-h-11 items-center gap-2">
      <input
        type="checkbox"
        className="size-5 shrink-0 accent-primary"
        checked={on}
        onChange={(event) => onChange(event.target.checked)}
      />
      {label}
    </label>
  );
}
