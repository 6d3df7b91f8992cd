import { t } from "@lingui/core/macro";
import { Loading } from "@/components/ui/notice";
import { useIsLate } from "@/hooks/useIsLate";

const LONG_WAIT_MS = 5_000;

/** Shown until the interviewer's first words come; says why when they take long. */
export function GettingReady() {
  const isLate = useIsLate(true, LONG_WAIT_MS);
  if (!isLate) return <Loading what={t`Starting your interview…`} />;
  return (
    <Loading what={t`The interviewer is still getting ready… An AI model that has just started can take a minute.`} />
  );
}
