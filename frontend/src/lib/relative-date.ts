import { i18n } from "@lingui/core";

const UNITS = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
] as const;

/** "2 hours ago", "yesterday", in the user's language. */
export function relativeDate(date: string, now = Date.now()): string {
  const seconds = (new Date(date).getTime() - now) / 1_000;
  const format = new Intl.RelativeTimeFormat(i18n.locales ?? i18n.locale, { numeric: "auto" });
  const [unit, length] = UNITS.find(([, unitLength]) => Math.abs(seconds) >= unitLength) ?? ["second", Infinity];
  return format.format(Math.round(seconds / length) || 0, unit);
}
