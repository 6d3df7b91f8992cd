import { plural } from "@lingui/core/macro";

import { formatNumber } from "@/lib/i18n/format";

/** "3 of 4 answers" */
export function metOf(count: number, answers: number): string {
  const met = formatNumber(count);
  return plural(answers, { one: `${met} of # answer`, other: `${met} of # answers` });
}
