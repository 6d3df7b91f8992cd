import { useEffect, useState } from "react";

import { browserVoices, hasSpeechSynthesis } from "@/features/voice/browser-voices";

/** The browser's voices of a language, once it knows them. */
export function useBrowserVoices(language: string): SpeechSynthesisVoice[] {
  const [, setLoads] = useState(0);
  useEffect(() => {
    if (!hasSpeechSynthesis()) return;
    const synthesis = speechSynthesis;
    const update = () => setLoads((count) => count + 1);
    synthesis.addEventListener?.("voiceschanged", update);
    return () => synthesis.removeEventListener?.("voiceschanged", update);
  }, []);
  return browserVoices(language);
}
