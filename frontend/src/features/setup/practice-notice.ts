import { t } from "@lingui/core/macro";

import type { useCapabilities } from "@/auth/useCapabilities";

/** What to know before an interview without AI, and how to get one with it; nothing where there is AI. */
export function practiceNotice({
  isPractice,
  signInBrings,
}: Pick<ReturnType<typeof useCapabilities>, "isPractice" | "signInBrings">): string | undefined {
  if (!isPractice) return undefined;
  return signInBrings.models
    ? t`Without an account: practice mode without AI, in English only. Sign in for an AI interviewer.`
    : t`Practice mode without AI is in English only.`;
}
