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
  const limit = MAX_MESSAGE_LENGTH.toLocaleString();
  return left < 0
    ? `${(-left).toLocaleString()} characters over the limit of ${limit}. Shorten it to send it.`
    : `${left.toLocaleString()} of ${limit} characters left.`;
}
