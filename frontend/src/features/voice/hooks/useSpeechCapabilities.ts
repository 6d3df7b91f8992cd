import { useQuery } from "@tanstack/react-query";

import { useAuth } from "@/auth/AuthProvider";
import { hasSpeechRecognition } from "@/features/voice/browser-transcriber";
import { hasMicrophone } from "@/features/voice/microphone";
import { speechUsageQuery } from "@/features/voice/queries";
import { hasSpeechSynthesis } from "@/features/voice/browser-voices";
import type { SpeechSource } from "@/features/voice/speech-player";

export interface SpeechCapabilities {
  /** Who transcribes; `null` when nobody can. */
  transcription: SpeechSource | null;
  /** Who reads aloud; `null` when nobody can. */
  synthesis: SpeechSource | null;
}

/** The service where it has a provider, else the browser. */
export const speechCapabilities = (service: { transcribes: boolean; speaks: boolean }): SpeechCapabilities => ({
  transcription: service.transcribes && hasMicrophone() ? "service" : hasSpeechRecognition() ? "browser" : null,
  synthesis: service.speaks ? "service" : hasSpeechSynthesis() ? "browser" : null,
});

/** Those of an interview; none until the service has answered, or can't. */
export function useSpeechCapabilities(sessionId: string): SpeechCapabilities {
  const { user } = useAuth();
  const { data, isPending } = useQuery(speechUsageQuery(sessionId, user?.id ?? null));
  if (isPending) return { transcription: null, synthesis: null };
  const { live, text_to_speech } = data?.providers ?? {};
  return speechCapabilities({ transcribes: Boolean(live), speaks: Boolean(text_to_speech) });
}
