import { useCallback, useEffect, useRef, useState } from "react";

import { SpeechPlayer, type Manner, type SpeechSource } from "@/features/voice/speech-player";

export interface SpeechOutput {
  isAvailable: boolean;
  isPlaying: boolean;
  /** Whether the user wants lines to be read aloud as they come. */
  readAloud: boolean;
  setReadAloud: (on: boolean) => void;
  play: (sentences: string[]) => void;
  playLine: (lineNo: number, sentences: string[]) => void;
  stop: () => void;
}

/** The loudspeaker of an interview. */
export function useSpeechOutput(
  sessionId: string,
  source: SpeechSource | null,
  manner: Manner,
  [readAloud, setReadAloud]: [boolean, (on: boolean) => void],
  onProblem: (text: string) => void,
): SpeechOutput {
  const [isPlaying, setPlaying] = useState(false);
  // A line that is being read goes on when it turns out to be in another language.
  const latestManner = useRef(manner);
  useEffect(() => {
    latestManner.current = manner;
  });
  const player = useRef<SpeechPlayer | null>(null);
  useEffect(() => {
    if (!source) return;
    const created = new SpeechPlayer(sessionId, source, () => latestManner.current, setPlaying, onProblem);
    player.current = created;
    return () => created.stop();
  }, [sessionId, source, onProblem]);

  const play = useCallback((sentences: string[]) => player.current?.play(sentences), []);
  const playLine = useCallback(
    (lineNo: number, sentences: string[]) => player.current?.playLine(lineNo, sentences),
    [],
  );
  const stop = useCallback(() => player.current?.stop(), []);
  return {
    isAvailable: source !== null,
    isPlaying,
    readAloud,
    setReadAloud: (on) => {
      setReadAloud(on);
      if (!on) stop();
    },
    play,
    playLine,
    stop,
  };
}
