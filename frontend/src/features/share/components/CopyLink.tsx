import { t } from "@lingui/core/macro";
import { useEffect, useRef, useState } from "react";

import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";

/** A new link. It is told once: the service keeps only a hash of it. */
export function CopyLink({ path }: { path: string }) {
  const field = useRef<HTMLInputElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const [isCopied, setCopied] = useState(false);
  // On phones it is below what the dialog shows; and it is the next thing to do.
  useEffect(() => button.current?.focus(), []);
  const link = `${window.location.origin}${path}`;
  const copy = async () => {
    field.current?.select();
    try {
      await navigator.clipboard.writeText(link);
      setCopied(true);
    } catch {
      // Without the permission the link is selected, ready to be copied by hand.
      setCopied(false);
    }
  };
  return (
    <div className="space-y-2">
      <TextField
        ref={field}
        label={t`Your link`}
        hint={t`Copy it now: it won’t be shown again.`}
        readOnly
        dir="ltr"
        value={link}
        onFocus={({ target }) => target.select()}
      />
      <Button ref={button} variant="secondary" onClick={() => void copy()}>
        {isCopied ? t`Copied` : t`Copy link`}
      </Button>
      <p role="status" className="sr-only">
        {isCopied ? t`The link was copied.` : ""}
      </p>
    </div>
  );
}
