import { useEffect, useRef, useState } from "react";

import type { Turn } from "@/features/interview/conversation";
import { readJson, writeJson } from "@/lib/local-store";
import { tabStorage } from "@/lib/storage";
import { draftKey } from "@/lib/unsent";

export interface AnswerDraft {
  text: string;
  /** Words may be transcribed faster than React renders: this is the latest text, not the rendered one. */
  latest: { readonly current: string };
  change: (text: string) => void;
  append: (words: string) => void;
  /** Drops the text if it is what was sent, or an older copy of it. */
  dropIfSent: (message: string) => void;
}

/**
 * The answer that is being written or spoken. Each tab stores its own, so that none overwrites another's. The one that
 * was changed last is kept for all tabs as well: a tab that is opened later begins with it.
 */
export function useAnswerDraft(sessionId: string): AnswerDraft {
  const key = draftKey(sessionId);
  const [own] = useState(() => readJson<{ text: string }>(key, tabStorage));
  const [text, setText] = useState(() => own?.text ?? readJson<string>(key) ?? "");
  const latest = useRef(text);
  /** It came from another tab and has not been changed here. */
  const isCopy = useRef(own === null);
  const change = (next: string) => {
    const isShared = readJson<string>(key) === latest.current;
    if (next || isShared) writeJson(key, next);
    // Empty as well: after a reload, this tab does not begin with another's.
    writeJson(key, { text: next }, tabStorage);
    isCopy.current = false;
    latest.current = next;
    setText(next);
  };
  const append = (words: string) => change([latest.current.trimEnd(), words].filter(Boolean).join(" "));

  const dropIfSent = (message: string) => {
    const draft = latest.current.trim();
    if (draft && (draft === message || (isCopy.current && message.startsWith(draft)))) change("");
  };
  return { text, latest, change, append, dropIfSent };
}

/** Drops the draft of what another tab has sent. */
export function useDropSentDraft({ dropIfSent }: AnswerDraft, turns: Turn[]): void {
  const seen = useRef(new Set<string>());
  useEffect(() => {
    for (const { turnId, message } of turns) {
      if (!turnId || message === null || seen.current.has(turnId)) continue;
      seen.current.add(turnId);
      dropIfSent(message);
    }
  });
}
