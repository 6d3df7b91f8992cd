import { useRef, useState } from "react";

import { readJson, writeJson } from "@/lib/local-store";
import { draftKey } from "@/lib/unsent";

/** The answer that is being written or spoken. It is stored until it is sent. */
export function useAnswerDraft(sessionId: string) {
  const [text, setText] = useState(() => readJson<string>(draftKey(sessionId)) ?? "");
  // Words may be transcribed faster than React renders: each is appended to the latest text, not to the rendered one.
  const latest = useRef(text);
  const change = (next: string) => {
    latest.current = next;
    setText(next);
    writeJson(draftKey(sessionId), next);
  };
  const append = (words: string) => change([latest.current.trimEnd(), words].filter(Boolean).join(" "));
  return { text, latest, change, append };
}
