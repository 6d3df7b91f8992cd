import { Loading } from "@/components/ui/notice";
import { useIsLate } from "@/hooks/useIsLate";

const LONG_WAIT_MS = 5_000;

/** Shown until the interviewer's first words come; says why when they take long. */
export function GettingReady() {
  const isLate = useIsLate(true, LONG_WAIT_MS);
  if (!isLate) return <Loading what="Starting your interview" />;
  return (
    <Loading what="The interviewer is still getting ready… A model that has just been started can take a minute" />
  );
}
