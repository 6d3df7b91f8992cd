import { t } from "@lingui/core/macro";

import { formatNumber } from "@/lib/i18n/format";

export function formatCountdown(seconds: number): string {
  const rest = formatNumber(seconds % 60, { minimumIntegerDigits: 2 });
  return `${formatNumber(Math.floor(seconds / 60), { useGrouping: false })}:${rest}`;
}

/** What is announced about the time that is left, if anything. */
export function countdownWarning(seconds: number | null): string {
  if (seconds === null) return "";
  if (seconds === 0) return t`Time’s up. Your next answer is the last one.`;
  if (seconds <= 30) return t`Less than 30 seconds left.`;
  return seconds <= 90 ? t`Less than 90 seconds left.` : "";
}
