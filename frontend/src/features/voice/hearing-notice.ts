import { t } from "@lingui/core/macro";
import type { SpeechSource } from "./speech-player";

/**
 * Who hears what is said into the microphone, told before it is used. `signInHelps`: an account would get a recogniser
 * where there is none.
 */
export function hearingNotice(recogniser: SpeechSource | null, signInHelps: boolean): string {
  if (recogniser === "service") return t`When you speak, the sound goes to this service and its speech provider.`;
  if (recogniser === "browser") {
    return t`When you speak, your browser turns it into text. Chrome and Edge send the sound to Google or Microsoft for this.`;
  }
  return signInHelps ? t`Speech needs an account here. Sign in, or type your answers.` : "";
}
