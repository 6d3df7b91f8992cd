export const formatCountdown = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

/** What is announced about the time that is left, if anything. */
export function countdownWarning(seconds: number | null): string {
  if (seconds === null) return "";
  if (seconds === 0) return "Time’s up. Your next answer is the last one.";
  if (seconds <= 30) return "Less than 30 seconds left.";
  return seconds <= 90 ? "Less than 90 seconds left." : "";
}
