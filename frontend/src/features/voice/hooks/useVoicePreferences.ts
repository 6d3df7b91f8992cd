/** How somebody likes to speak and to be spoken to: kept in this browser, the same in set-up and interview. */
import { useState } from "react";

import { read, write } from "@/lib/local-store";

/** A switch that survives a reload. */
function useKept(name: string): [boolean, (on: boolean) => void] {
  const [on, setOn] = useState(() => read<boolean>(name) ?? false);
  const change = (next: boolean) => {
    setOn(next);
    write(name, next || null);
  };
  return [on, change];
}

export function useVoicePreferences() {
  /** The interviewer's lines are read aloud as they come. */
  const [aloud, setAloud] = useKept("aloud");
  /** An answer is sent when its speaker pauses. */
  const [handsFree, setHandsFree] = useKept("hands_free");
  return { aloud, setAloud, handsFree, setHandsFree };
}
