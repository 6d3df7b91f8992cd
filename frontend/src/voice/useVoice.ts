/** Voice of an interview: what there is of it, what is heard, what is read aloud. */
import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";

import { read, write } from "@/lib/local";
import { usageStats } from "@/services/api";

import { hasMicrophone } from "./microphone";
import { browserSpeaks, Speaker } from "./speaker";
import { browserListens, listenByBrowser, listenByService, type Transcriber } from "./transcriber";

/** Silence after which a hands-free answer is sent. */
const SENDS_AFTER = 2_500;

export function useVoice(sessionId: string, onWords: (text: string) => void, onSend: () => void) {
  const { data } = useQuery({
    queryKey: ["usage", sessionId],
    queryFn: () => usageStats(sessionId),
    staleTime: 300_000,
  });
  const byService = Boolean(data?.providers.live) && hasMicrophone();
  const canListen = data !== undefined && (byService || browserListens());
  const voice = data?.providers.text_to_speech ? "service" : browserSpeaks() ? "browser" : null;

  const [listening, setListening] = useState(false);
  const [interim, setInterim] = useState("");
  const [level, setLevel] = useState(0);
  const [problem, setProblem] = useState<string | null>(null);
  const [aloud, setAloud] = useState(() => read<boolean>("aloud") ?? false);
  const [handsFree, setHandsFree] = useState(() => read<boolean>("hands_free") ?? false);
  const [speaking, setSpeaking] = useState(false);
  const transcriber = useRef<Transcriber | null>(null);
  const speaker = useRef<Speaker | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  // The latest of each, for callbacks that outlive a render.
  const latest = useRef({ onWords, onSend, handsFree });
  useEffect(() => {
    latest.current = { onWords, onSend, handsFree };
  });

  useEffect(() => {
    if (!voice) return;
    const made = new Speaker(sessionId, voice, setSpeaking, setProblem);
    speaker.current = made;
    return () => made.stop();
  }, [sessionId, voice]);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      transcriber.current?.finish();
    },
    [],
  );

  const say = useCallback((text: string) => void speaker.current?.say(text), []);
  const hush = useCallback(() => speaker.current?.stop(), []);

  const stop = useCallback(() => {
    clearTimeout(timer.current);
    transcriber.current?.finish();
  }, []);

  const start = useCallback(() => {
    setProblem(null);
    setInterim("");
    setListening(true);
    const listener = {
      onStarted: () => {
        clearTimeout(timer.current);
        // Who begins to speak is not talked over.
        speaker.current?.stop();
      },
      onInterim: setInterim,
      onFinal: (text: string) => {
        setInterim("");
        latest.current.onWords(text);
      },
      onPause: () => {
        clearTimeout(timer.current);
        if (latest.current.handsFree) timer.current = setTimeout(() => latest.current.onSend(), SENDS_AFTER);
      },
      onLevel: setLevel,
      onProblem: setProblem,
      onEnd: () => {
        transcriber.current = null;
        setListening(false);
        setInterim("");
        setLevel(0);
      },
    };
    transcriber.current = byService ? listenByService(sessionId, listener) : listenByBrowser(listener);
  }, [byService, sessionId]);

  return {
    canListen,
    canSpeak: voice !== null,
    listening,
    speaking,
    interim,
    level,
    problem,
    start,
    stop,
    say,
    hush,
    aloud,
    setAloud: (on: boolean) => {
      setAloud(on);
      write("aloud", on);
      if (!on) hush();
    },
    handsFree,
    setHandsFree: (on: boolean) => {
      setHandsFree(on);
      write("hands_free", on);
    },
  };
}
