import { useStoredValue } from "@/hooks/useStoredValue";
import type { Manner } from "@/features/voice/speech-player";

export type VoicePreferences = ReturnType<typeof useVoicePreferences>;

/** The user's choices in this browser, the same in the set-up and in the interview. */
export function useVoicePreferences() {
  /** Lines are read aloud as they come. */
  const [readAloud, setReadAloud] = useStoredValue<boolean>("aloud", false);
  /** An answer is sent when its speaker pauses. */
  const [handsFree, setHandsFree] = useStoredValue<boolean>("hands_free", false);
  /** How fast lines are read; 1 is the voice's own speed. */
  const [speed, setSpeed] = useStoredValue<number>("reading_speed", 1);
  /** Names of the voices that read lines; empty: whichever the service or the browser chooses. */
  const [serviceVoice, setServiceVoice] = useStoredValue<string>("service_voice", "");
  const [browserVoice, setBrowserVoice] = useStoredValue<string>("browser_voice", "");
  return {
    readAloud,
    setReadAloud,
    handsFree,
    setHandsFree,
    speed,
    setSpeed,
    serviceVoice,
    setServiceVoice,
    browserVoice,
    setBrowserVoice,
  };
}

/** How lines are read. `language`: BCP 47. */
export const readingManner = (
  { speed, serviceVoice, browserVoice }: Pick<VoicePreferences, "speed" | "serviceVoice" | "browserVoice">,
  language: string,
): Manner => ({ language, speed, serviceVoice: serviceVoice || null, browserVoice: browserVoice || null });
