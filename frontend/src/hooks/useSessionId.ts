import { useLocation } from "@tanstack/react-router";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The session that a page is about, from the fragment of its address: a guest's id is a key, and fragments are never sent. */
export function useSessionId(): string | null {
  const hash = useLocation({ select: (location) => location.hash });
  return UUID.test(hash) ? hash : null;
}
