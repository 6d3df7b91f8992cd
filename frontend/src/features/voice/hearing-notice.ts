import { t } from "@lingui/core/macro";
import type { SpeechSource } from "./speech-player";

/** Who hears what is said into the microphone, told before it is used. */
export function hearingNotice(recogniser: SpeechSource | null): string {
  if (recogniser === "service") return t`When you speak, the sound goes to this service and its speech provider.`;
  if (recogniser === "browser") {
    return t`When you speak, your browser turns it into text. Chrome and Edge send the sound to Google or Microsoft for this.`;
  }
  return "";
}
