/** Voice of an interview: what there is of it, what is heard, what is read aloud. */
import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";

import { usageStats } from "@/api/service";

import { hasMicrophone } from "@/features/voice/microphone";
import { useVoicePreferences } from "./useVoicePreferences";
import { browserSpeaks, Speaker } from "@/features/voice/speech-player";
import {
  browserListens,
  listenByBrowser,
  listenByService,
  type Transcriber,
} from "@/features/voice/service-transcriber";

/** Silence after which a hands-free answer is sent. */
const SENDS_AFTER = 2_500;
/** Sound that is still taken after the button is let go: fingers are faster than tongues. */
const TAIL = 300;

export function useVoice(sessionId: string, onWords: (text: string) => void, onSend: () => void) {
  const { data, isPending } = useQuery({
    queryKey: ["usage", sessionId],
    queryFn: () => usageStats(sessionId),
    staleTime: 300_000,
  });
  // Until it is known what the service can do nothing is heard or said; if it does not tell, the browser takes over.
  const byService = Boolean(data?.providers.live) && hasMicrophone();
  const canListen = !isPending && (byService || browserListens());
  const voice = isPending ? null : data?.providers.text_to_speech ? "service" : browserSpeaks() ? "browser" : null;

  const [listening, setListening] = useState(false);
  /** Transcribers that were told to end and have not told their last words yet. */
  const [settling, setSettling] = useState(0);
  const [interim, setInterim] = useState("");
  const [level, setLevel] = useState(0);
  const [problem, setProblem] = useState<string | null>(null);
  const { aloud, setAloud, handsFree, setHandsFree } = useVoicePreferences();
  const [speaking, setSpeaking] = useState(false);
  const transcriber = useRef<Transcriber | null>(null);
  const speaker = useRef<Speaker | null>(null);
  const [sendsSoon, setSendsSoon] = useState(false);
  /** Nobody has spoken since the last pause. */
  const pausing = useRef(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const tail = useRef<ReturnType<typeof setTimeout>>(undefined);
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
      clearTimeout(tail.current);
      transcriber.current?.finish();
    },
    [],
  );

  const say = useCallback((parts: string[]) => speaker.current?.say(parts), []);
  const follow = useCallback((line: number, parts: string[]) => speaker.current?.follow(line, parts), []);
  const hush = useCallback(() => speaker.current?.stop(), []);

  const hold = useCallback(() => {
    clearTimeout(timer.current);
    setSendsSoon(false);
  }, []);
  /** Words may come later than the pause after them: whichever is last starts the wait. */
  const sendSoon = useCallback(() => {
    hold();
    if (!latest.current.handsFree || !pausing.current) return;
    setSendsSoon(true);
    timer.current = setTimeout(() => {
      setSendsSoon(false);
      latest.current.onSend();
    }, SENDS_AFTER);
  }, [hold]);

  const stop = useCallback(() => {
    hold();
    clearTimeout(tail.current);
    tail.current = setTimeout(() => {
      const ending = transcriber.current;
      if (!ending) return;
      transcriber.current = null;
      setListening(false);
      setLevel(0);
      setSettling((count) => count + 1);
      ending.finish();
    }, TAIL);
  }, [hold]);

  const start = useCallback(() => {
    clearTimeout(tail.current);
    setProblem(null);
    if (transcriber.current) return;
    setInterim("");
    setListening(true);
    let mine: Transcriber | null = null;
    const listener = {
      onStarted: () => {
        pausing.current = false;
        hold();
        // Who begins to speak is not talked over.
        speaker.current?.stop();
      },
      onInterim: setInterim,
      onFinal: (text: string) => {
        setInterim("");
        latest.current.onWords(text);
        sendSoon();
      },
      onPause: () => {
        pausing.current = true;
        sendSoon();
      },
      onLevel: (now: number) => {
        if (transcriber.current === mine) setLevel(now);
      },
      onProblem: setProblem,
      onEnd: () => {
        if (transcriber.current === mine) {
          transcriber.current = null;
          setListening(false);
          setLevel(0);
          setInterim("");
        } else {
          setSettling((count) => count - 1);
        }
      },
    };
    mine = byService ? listenByService(sessionId, listener) : listenByBrowser(listener);
    transcriber.current = mine;
  }, [byService, sessionId, hold, sendSoon]);

  return {
    canListen,
    canSpeak: voice !== null,
    listening,
    settling: settling > 0,
    speaking,
    interim,
    level,
    problem,
    /** An answer is sent in a moment unless it is held. */
    sendsSoon,
    hold,
    start,
    stop,
    say,
    follow,
    hush,
    aloud,
    setAloud: (on: boolean) => {
      setAloud(on);
      if (!on) hush();
    },
    handsFree,
    setHandsFree,
  };
}
