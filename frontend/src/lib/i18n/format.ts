/** Numbers and dates as the user's language writes them. */
import { i18n } from "@lingui/core";
import { t } from "@lingui/core/macro";

export const formatNumber = (value: number, options?: Intl.NumberFormatOptions): string => i18n.number(value, options);

/** Day and time. */
export const formatDate = (
  date: string | Date,
  options: Intl.DateTimeFormatOptions = { dateStyle: "medium", timeStyle: "short" },
): string => i18n.date(date, options);

/** "4.2 of 5" */
export const scoreOutOfFive = (value: number): string => {
  const score = formatNumber(value);
  const max = formatNumber(5);
  return t`${score} of ${max}`;
};

/** "10 min", or "10 minutes" */
export const formatMinutes = (minutes: number, unitDisplay: "short" | "long"): string =>
  formatNumber(minutes, { style: "unit", unit: "minute", unitDisplay });
