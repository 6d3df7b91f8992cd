import { useStoredValue } from "@/hooks/useStoredValue";

/** The user's choices in this browser, the same in the set-up and in the interview. */
export function useVoicePreferences() {
  /** Lines are read aloud as they come. */
  const [readAloud, setReadAloud] = useStoredValue<boolean>("aloud", false);
  /** An answer is sent when its speaker pauses. */
  const [handsFree, setHandsFree] = useStoredValue<boolean>("hands_free", false);
  /** How fast lines are read; 1 is the voice's own speed. */
  const [speed, setSpeed] = useStoredValue<number>("reading_speed", 1);
  return { readAloud, setReadAloud, handsFree, setHandsFree, speed, setSpeed };
}
