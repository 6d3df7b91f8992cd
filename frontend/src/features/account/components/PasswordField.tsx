import { t } from "@lingui/core/macro";
import { useState } from "react";

import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";
import { passwordStrength } from "@/features/account/password-strength";

interface Props {
  label: string;
  autoComplete: "current-password" | "new-password";
  error?: string | undefined;
}

/** A password that can be shown; a new one also says how strong it is. */
export function PasswordField({ label, autoComplete, error }: Props) {
  const [isShown, setShown] = useState(false);
  const [typed, setTyped] = useState("");
  const isNew = autoComplete === "new-password";
  return (
    <div className="relative">
      <TextField
        label={label}
        name="password"
        type={isShown ? "text" : "password"}
        autoComplete={autoComplete}
        error={error}
        className="pe-20"
        hint={isNew ? <Strength password={typed} /> : undefined}
        onChange={(event) => setTyped(event.target.value)}
        {...(isNew ? { minLength: 8 } : {})}
        required
      />
      <Button variant="ghost" className="absolute end-0 top-7 text-sm" onClick={() => setShown(!isShown)}>
        {/* Not by a label, which the field has to itself. */}
        <span aria-hidden>{isShown ? t`Hide` : t`Show`}</span>
        <span className="sr-only">{isShown ? t`Hide password` : t`Show password`}</span>
      </Button>
    </div>
  );
}

function Strength({ password }: { password: string }) {
  if (password === "") return t`At least 8 characters.`;
  return {
    "too short": t`Too short: at least 8 characters.`,
    weak: t`Strength: weak`,
    fair: t`Strength: fair`,
    strong: t`Strength: strong`,
  }[passwordStrength(password)];
}
