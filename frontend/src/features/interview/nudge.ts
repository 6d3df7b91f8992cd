/** Tips while an answer is written, measured in the browser. Only for English: they look for its words. */
import { t } from "@lingui/core/macro";

/** Before so many words, nobody needs a tip. */
const MIN_WORDS = 25;
/** Longer answers lose their listeners. */
const MAX_WORDS = 200;

/** The tip that helps most now; `null` when there is none. */
export function nudge(answer: string): string | null {
  const words = answer.match(/[\p{L}\p{N}’'-]+/gu) ?? [];
  if (words.length < MIN_WORDS) return null;
  if (words.length > MAX_WORDS) return t`Getting long. Can you come to the result?`;
  if (!words.some((word) => /^I(['’](m|d|ve|ll))?$/.test(word))) return t`Say what you did yourself.`;
  if (!/\d|\b(half|third|quarter|twice|double|dozen|hundred|thousand|million)\b/i.test(answer)) {
    return t`A number would help.`;
  }
  if (!/\b(because|since|so that|in order to|reason|therefore)\b/i.test(answer)) return t`Say why you did it.`;
  return null;
}
