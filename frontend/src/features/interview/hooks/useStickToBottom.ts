import { useEffect, useLayoutEffect, useRef, type RefObject } from "react";

/**
 * Keeps the end of growing content in view while the reader is there; a reader who has scrolled up stays there.
 * `growth` changes with the content, `jump` when the end must be shown wherever the reader is. Returns the ref of the
 * element at the end.
 */
export function useStickToBottom(growth: unknown, jump: unknown): RefObject<HTMLDivElement | null> {
  const end = useRef<HTMLDivElement>(null);
  const isAtBottom = useRef(true);
  useEffect(() => {
    if (!end.current || typeof IntersectionObserver === "undefined") return;
    const observer = new IntersectionObserver(([entry]) => {
      isAtBottom.current = entry?.isIntersecting ?? true;
    });
    observer.observe(end.current);
    return () => observer.disconnect();
  }, []);
  // Whatever else grows, and a phone's keyboard that opens: the end of the question stays in view while it is answered.
  useEffect(() => {
    const content = end.current?.parentElement;
    if (!content || typeof ResizeObserver === "undefined") return;
    const stick = () => {
      if (isAtBottom.current) end.current?.scrollIntoView({ block: "nearest" });
    };
    const observer = new ResizeObserver(stick);
    observer.observe(content);
    window.addEventListener("resize", stick);
    window.visualViewport?.addEventListener("resize", stick);
    return () => {
      observer.disconnect();
      window.removeEventListener("resize", stick);
      window.visualViewport?.removeEventListener("resize", stick);
    };
  }, []);
  // Before the browser paints: what grows above the end must not move it even once.
  useLayoutEffect(() => {
    if (isAtBottom.current) end.current?.scrollIntoView({ block: "nearest" });
  }, [growth]);
  useEffect(() => {
    end.current?.scrollIntoView({ block: "nearest" });
  }, [jump]);
  return end;
}
