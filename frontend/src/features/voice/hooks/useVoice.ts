import { useState } from "react";

import type { SpeechClock } from "@/features/voice/speech-clock";
import { speechLanguage } from "@/features/voice/language";
import type { SpeechSource } from "@/features/voice/speech-player";

import { useAutoSend, type AutoSend } from "./useAutoSend";
import { useSpeechCapabilities } from "./useSpeechCapabilities";
import { useSpeechInput, type SpeechInput } from "./useSpeechInput";
import { useSpeechOutput, type SpeechOutput } from "./useSpeechOutput";
import { readingManner, useVoicePreferences, type VoicePreferences } from "./useVoicePreferences";

export interface Voice {
  input: SpeechInput;
  output: SpeechOutput;
  autoSend: AutoSend;
  /** Who turns speech into text. */
  recogniser: SpeechSource | null;
  /** Who reads lines aloud. */
  reader: SpeechSource | null;
  /** In which it is listened and read, as a BCP 47 tag. */
  language: string;
  preferences: VoicePreferences;
  /** What went wrong last, for the user. */
  problem: string | null;
}

interface Handlers {
  /** Measures how the answer is spoken. */
  clock: SpeechClock;
  /** Words that were said, each once. */
  onWords: (text: string) => void;
  /** A hands-free answer is complete. */
  onSend: () => void;
}

/** Voice of an interview: microphone, loudspeaker, and how they depend on each other. */
export function useVoice(sessionId: string, interviewLanguage: string, { clock, onWords, onSend }: Handlers): Voice {
  const language = speechLanguage(interviewLanguage);
  const { transcription, synthesis } = useSpeechCapabilities(sessionId);
  const preferences = useVoicePreferences();
  const { readAloud, setReadAloud, handsFree } = preferences;
  const [problem, setProblem] = useState<string | null>(null);
  const autoSend = useAutoSend(handsFree, onSend);
  const manner = readingManner(preferences, language);
  const output = useSpeechOutput(sessionId, synthesis, manner, [readAloud, setReadAloud], setProblem);
  const input = useSpeechInput(sessionId, transcription, language, {
    onStart: () => clock.listen(),
    onSpeechStart: () => {
      autoSend.onSpeechStart();
      clock.onSpeechStart();
      // The interviewer does not talk over the candidate.
      output.stop();
    },
    onInterim: (text) => clock.onInterim(text),
    onWords: (text) => {
      clock.onWords(text);
      onWords(text);
      autoSend.onWords();
    },
    onPause: () => {
      clock.onPause();
      autoSend.onPause();
    },
    onStop: () => clock.interrupt(),
    onProblem: setProblem,
  });
  const stop = () => {
    autoSend.cancel();
    input.stop();
  };
  return {
    input: { ...input, stop },
    output,
    autoSend,
    recogniser: transcription,
    reader: synthesis,
    language,
    preferences,
    problem,
  };
}
