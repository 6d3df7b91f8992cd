/** Numbers and dates as the user's language writes them. */
import { i18n } from "@lingui/core";

export const formatNumber = (value: number, options?: Intl.NumberFormatOptions): string => i18n.number(value, options);

/** Day and time. */
export const formatDate = (
  date: string | Date,
  options: Intl.DateTimeFormatOptions = { dateStyle: "medium", timeStyle: "short" },
): string => i18n.date(date, options);
