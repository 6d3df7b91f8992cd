/** What a link in one of GoTrue's e-mails brings, in the fragment of the page that it leads to. */
export interface EmailLink {
  access_token: string | null;
  refresh_token: string | null;
  /** `signup`, `recovery`, `magiclink`, … */
  type: string | null;
  /** What failed, in the mail service's words. */
  error: string | null;
  errorCode: string | null;
}

let captured: EmailLink | null = null;

/** Moves the link out of the address before anything else runs: tokens must not stay there. */
export function captureEmailLink(): void {
  const fragment = new URLSearchParams(window.location.hash.slice(1));
  if (!fragment.has("access_token") && !fragment.has("error")) return;
  captured = {
    access_token: fragment.get("access_token"),
    refresh_token: fragment.get("refresh_token"),
    type: fragment.get("type"),
    error: fragment.get("error_description") ?? fragment.get("error"),
    errorCode: fragment.get("error_code") ?? fragment.get("error"),
  };
  window.history.replaceState(null, "", "/auth/callback");
}

export const capturedEmailLink = (): EmailLink | null => captured;
