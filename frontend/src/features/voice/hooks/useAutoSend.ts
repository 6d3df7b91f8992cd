import { useCallback, useEffect, useRef, useState } from "react";

/** Silence after which a hands-free answer is sent. */
export const SILENCE_SECONDS = 3;

export interface AutoSend {
  /** The answer is sent in a moment, unless that is cancelled. */
  isPending: boolean;
  cancel: () => void;
  onSpeechStart: () => void;
  onPause: () => void;
  onWords: () => void;
}

/** Sends the answer after a silence. Words may come later than the pause after them: the later one starts the wait. */
export function useAutoSend(enabled: boolean, onSend: () => void): AutoSend {
  const [isPending, setPending] = useState(false);
  /** Nobody has spoken since the last pause. */
  const isSilent = useRef(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const latest = useRef({ enabled, onSend });
  useEffect(() => {
    latest.current = { enabled, onSend };
  });
  useEffect(() => () => clearTimeout(timer.current), []);

  const cancel = useCallback(() => {
    clearTimeout(timer.current);
    setPending(false);
  }, []);
  const onWords = useCallback(() => {
    cancel();
    if (!latest.current.enabled || !isSilent.current) return;
    setPending(true);
    timer.current = setTimeout(() => {
      setPending(false);
      latest.current.onSend();
    }, SILENCE_SECONDS * 1_000);
  }, [cancel]);
  const onPause = useCallback(() => {
    isSilent.current = true;
    onWords();
  }, [onWords]);
  const onSpeechStart = useCallback(() => {
    isSilent.current = false;
    cancel();
  }, [cancel]);
  return { isPending, cancel, onSpeechStart, onPause, onWords };
}
