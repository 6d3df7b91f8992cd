import { useEffect } from "react";

/** The page's title, which screen readers tell first. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · AI Interviewer`;
  }, [title]);
}
