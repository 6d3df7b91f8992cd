import { useLayoutEffect, useRef, type RefObject } from "react";

/** Makes a text box as high as its text, in browsers whose style sheets can't (`field-sizing`). */
export function useAutosize(text: string): RefObject<HTMLTextAreaElement | null> {
  const box = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    if (!box.current || globalThis.CSS?.supports?.("field-sizing", "content")) return;
    box.current.style.height = "auto";
    box.current.style.height = `${box.current.scrollHeight}px`;
  }, [text]);
  return box;
}
