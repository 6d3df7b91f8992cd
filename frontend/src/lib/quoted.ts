import { t } from "@lingui/core/macro";

/** Somebody's words between the quotation marks of the user's language. */
export const quoted = (quote: string): string => t`“${quote}”`;
