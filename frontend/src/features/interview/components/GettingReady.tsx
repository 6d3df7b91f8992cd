import { useEffect, useState } from "react";

import { Loading } from "@/components/ui/notice";

const LONG_WAIT_MS = 5_000;

/** Shown until the interviewer's first words come; says why when they take long. */
export function GettingReady() {
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), LONG_WAIT_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <Loading
      what={
        isLong
          ? "The interviewer is still getting ready… A model that has just been started can take a minute"
          : "Starting your interview"
      }
    />
  );
}
