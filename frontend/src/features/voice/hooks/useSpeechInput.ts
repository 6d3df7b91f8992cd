import { useCallback, useEffect, useRef, useState } from "react";

import { transcribeInBrowser } from "@/features/voice/browser-transcriber";
import { transcribeByService } from "@/features/voice/service-transcriber";
import type { SpeechSource } from "@/features/voice/speech-player";
import type { Transcriber } from "@/features/voice/transcriber";

/** Listening goes on for so long after the button is released: people let go before their last word. */
const RELEASE_DELAY_MS = 300;

interface Handlers {
  /** The microphone is on. */
  onStart: () => void;
  onSpeechStart: () => void;
  onInterim: (text: string) => void;
  onWords: (text: string) => void;
  onPause: () => void;
  /** The microphone is off. */
  onStop: () => void;
  onProblem: (text: string | null) => void;
}

export interface SpeechInput {
  isAvailable: boolean;
  isListening: boolean;
  /** The last words are still being transcribed. */
  isFinishing: boolean;
  /** Words that may still change. */
  interim: string;
  /** Loudness from 0 to 1. */
  level: number;
  start: () => void;
  stop: () => void;
}

/** The microphone of an interview: starts and stops transcribers. */
export function useSpeechInput(
  sessionId: string,
  source: SpeechSource | null,
  language: string,
  handlers: Handlers,
): SpeechInput {
  const [isListening, setListening] = useState(false);
  /** Transcribers that were told to finish and have not ended yet. */
  const [finishing, setFinishing] = useState(0);
  const [interim, setInterim] = useState("");
  const [level, setLevel] = useState(0);
  const active = useRef<Transcriber | null>(null);
  const release = useRef<ReturnType<typeof setTimeout>>(undefined);
  // A transcriber outlives renders, and calls the latest handlers.
  const latest = useRef(handlers);
  useEffect(() => {
    latest.current = handlers;
  });
  useEffect(
    () => () => {
      clearTimeout(release.current);
      active.current?.finish();
    },
    [],
  );

  const deactivate = useCallback(() => {
    active.current = null;
    setListening(false);
    setLevel(0);
    latest.current.onStop();
  }, []);

  const stop = useCallback(() => {
    clearTimeout(release.current);
    release.current = setTimeout(() => {
      const transcriber = active.current;
      if (!transcriber) return;
      deactivate();
      setFinishing((count) => count + 1);
      transcriber.finish();
    }, RELEASE_DELAY_MS);
  }, [deactivate]);

  const start = useCallback(() => {
    clearTimeout(release.current);
    latest.current.onProblem(null);
    if (active.current) return;
    setInterim("");
    setListening(true);
    latest.current.onStart();
    let transcriber: Transcriber | null = null;
    const isActive = () => active.current === transcriber;
    const listener = {
      onSpeechStart: () => latest.current.onSpeechStart(),
      onInterim: (text: string) => {
        setInterim(text);
        latest.current.onInterim(text);
      },
      onFinal: (text: string) => {
        setInterim("");
        latest.current.onWords(text);
      },
      onPause: () => latest.current.onPause(),
      onLevel: (now: number) => {
        if (isActive()) setLevel(now);
      },
      onProblem: (text: string) => latest.current.onProblem(text),
      onEnd: () => {
        if (isActive()) {
          deactivate();
          setInterim("");
        } else {
          setFinishing((count) => count - 1);
        }
      },
    };
    transcriber =
      source === "service"
        ? transcribeByService(sessionId, language, listener)
        : transcribeInBrowser(language, listener);
    active.current = transcriber;
  }, [source, sessionId, language, deactivate]);

  return { isAvailable: source !== null, isListening, isFinishing: finishing > 0, interim, level, start, stop };
}
