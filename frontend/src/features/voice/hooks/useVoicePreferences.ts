import { useStoredSwitch } from "@/hooks/useStoredSwitch";

/** The user's choices in this browser, the same in the set-up and in the interview. */
export function useVoicePreferences() {
  /** Lines are read aloud as they come. */
  const [readAloud, setReadAloud] = useStoredSwitch("aloud");
  /** An answer is sent when its speaker pauses. */
  const [handsFree, setHandsFree] = useStoredSwitch("hands_free");
  return { readAloud, setReadAloud, handsFree, setHandsFree };
}
