import { plural } from "@lingui/core/macro";

import { formatNumber } from "@/lib/i18n/format";

/** Characters; the service takes no more. */
const MAX_MESSAGE_LENGTH = 20_000;
/** From here on the writer is told how many are left. */
const WARN_BELOW = 2_000;

/** How many characters the message may still grow by, as the service counts them; negative when it is too long. */
export function charactersLeft(text: string): number {
  // A character takes one or two units of a string.
  const length = text.length <= MAX_MESSAGE_LENGTH / 2 ? text.length : [...text.trim()].length;
  return MAX_MESSAGE_LENGTH - length;
}

/** What the writer of a long message is told; empty for shorter ones. */
export function lengthWarning(text: string): string {
  const left = charactersLeft(text);
  if (left >= WARN_BELOW) return "";
  const limit = formatNumber(MAX_MESSAGE_LENGTH);
  const over = -left;
  return left < 0
    ? plural(over, {
        one: `# character over the limit of ${limit}. Shorten it to send it.`,
        other: `# characters over the limit of ${limit}. Shorten it to send it.`,
      })
    : plural(left, { one: `# of ${limit} characters left.`, other: `# of ${limit} characters left.` });
}
