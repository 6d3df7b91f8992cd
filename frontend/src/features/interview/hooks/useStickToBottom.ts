import { useEffect, useRef, type RefObject } from "react";

/**
 * Keeps the end of what grows in view, as long as whoever reads it is there: who scrolled up to read again stays there.
 * `growth` changes with what is shown, `jump` when the end is to be shown whatever is being read.
 */
export function useFollowBottom(growth: unknown, jump: unknown): RefObject<HTMLDivElement | null> {
  const end = useRef<HTMLDivElement>(null);
  const isThere = useRef(true);
  useEffect(() => {
    if (!end.current || typeof IntersectionObserver === "undefined") return;
    const observer = new IntersectionObserver(([entry]) => {
      isThere.current = entry?.isIntersecting ?? true;
    });
    observer.observe(end.current);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (isThere.current) end.current?.scrollIntoView({ block: "nearest" });
  }, [growth]);
  useEffect(() => {
    end.current?.scrollIntoView({ block: "nearest" });
  }, [jump]);
  return end;
}
