import { useState } from "react";

import { readJson, writeJson } from "@/lib/local-store";

/** A switch that survives a reload. */
function useStoredSwitch(key: string): [boolean, (on: boolean) => void] {
  const [on, setOn] = useState(() => readJson<boolean>(key) ?? false);
  const change = (next: boolean) => {
    setOn(next);
    writeJson(key, next || null);
  };
  return [on, change];
}

/** The user's choices in this browser, the same in the set-up and in the interview. */
export function useVoicePreferences() {
  /** Lines are read aloud as they come. */
  const [readAloud, setReadAloud] = useStoredSwitch("aloud");
  /** An answer is sent when its speaker pauses. */
  const [handsFree, setHandsFree] = useStoredSwitch("hands_free");
  return { readAloud, setReadAloud, handsFree, setHandsFree };
}
