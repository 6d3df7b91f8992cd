import { useEffect } from "react";

/** Sets the page's title, which screen readers announce first. */
export function useDocumentTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · AI Interviewer`;
  }, [title]);
}
