import { sleep } from "@/lib/sleep";

import { Problem } from "./problem";

const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 10_000;

interface Options {
  signal: AbortSignal;
  /** Told of every failure, the last one included. */
  onProblem: (problem: Problem) => void;
  /** Failures after which it is not tried again; those that no repeat would cure unless said otherwise. */
  isFinal?: (problem: Problem) => boolean;
}

/**
 * Calls until it succeeds: at once when the network is back, else after what the service asks for, or ever longer
 * waits. Throws the failure that is final. `undefined` once `signal` is aborted.
 */
export async function untilDone<T>(call: () => Promise<T>, options: Options): Promise<T | undefined> {
  const { signal, onProblem, isFinal = ({ retryable }: Problem) => !retryable } = options;
  for (let wait = FIRST_WAIT; !signal.aborted; wait = Math.min(wait * 2, LONGEST_WAIT)) {
    try {
      return await call();
    } catch (error) {
      if (signal.aborted) return undefined;
      const problem = error instanceof Problem ? error : Problem.offline();
      onProblem(problem);
      if (isFinal(problem)) throw problem;
      await pause((problem.retryAfter ?? 0) * 1_000 || wait, signal);
    }
  }
  return undefined;
}

/** Resolves after a time, when the network is back, or when `signal` is aborted. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  const waiting = new AbortController();
  const online = new Promise((resolve) =>
    window.addEventListener("online", resolve, { once: true, signal: waiting.signal }),
  );
  await Promise.race([sleep(milliseconds, signal), online]);
  waiting.abort();
}
