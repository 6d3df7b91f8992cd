/** What a link in one of GoTrue's mails brings, in the fragment of the page it leads to. */
export interface MailLink {
  access_token: string | null;
  refresh_token: string | null;
  /** `signup`, `recovery`, `magiclink`, … */
  type: string | null;
  error: string | null;
}

let taken: MailLink | null = null;

/** Takes the link out of the address before anything else sees it: tokens must not stay there. */
export function takeMailLink(): MailLink | null {
  const fragment = new URLSearchParams(window.location.hash.slice(1));
  if (!fragment.has("access_token") && !fragment.has("error")) return null;
  taken = {
    access_token: fragment.get("access_token"),
    refresh_token: fragment.get("refresh_token"),
    type: fragment.get("type"),
    error: fragment.get("error_description") ?? fragment.get("error"),
  };
  window.history.replaceState(null, "", "/auth/callback");
  return taken;
}

export const takenMailLink = (): MailLink | null => taken;
