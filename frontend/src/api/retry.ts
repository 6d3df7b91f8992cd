import { sleep } from "@/lib/sleep";

import { Problem } from "./problem";

/** Calls of one series, the first one included. */
export const MAX_TRIES = 5;
/** From the first call to the last: whoever still waits then decides what happens. */
const MAX_SERIES_MS = 120_000;
const INITIAL_DELAY_MS = 1_000;
const DELAY_FACTOR = 3;

interface Options {
  signal: AbortSignal;
  /** Called with every failure that is followed by another try. */
  onProblem: (problem: Problem) => void;
  /** Whether a failure may pass. Without it, the service's own `retryable` decides. */
  shouldRetry?: (problem: Problem) => boolean;
}

/**
 * Repeats `call` until it succeeds, with exponential backoff, or after the time that the service asks for, and at once
 * when the network is back. A series is bounded in calls and in time, since calls may cost money. Resolves to
 * `undefined` when `signal` is aborted.
 * @throws Problem the failure that ended the series: one that must not be retried, or the last one
 */
export async function retry<T>(call: () => Promise<T>, options: Options): Promise<T | undefined> {
  const { signal, onProblem, shouldRetry = ({ retryable }: Problem) => retryable } = options;
  const end = Date.now() + MAX_SERIES_MS;
  for (let tries = 1, delay = INITIAL_DELAY_MS; !signal.aborted; tries++, delay *= DELAY_FACTOR) {
    try {
      return await call();
    } catch (error) {
      if (signal.aborted) return undefined;
      const problem = error instanceof Problem ? error : Problem.offline();
      const wait = (problem.retryAfter ?? 0) * 1_000 || delay;
      const isLast = tries === MAX_TRIES || problem.isLongWait || Date.now() + wait > end;
      if (isLast || !shouldRetry(problem)) throw problem;
      onProblem(problem);
      await backoff(wait, signal);
    }
  }
  return undefined;
}

/** Resolves after a time, or sooner: when the network is back or `signal` is aborted. */
export async function backoff(milliseconds: number, signal: AbortSignal): Promise<void> {
  const waiting = new AbortController();
  const online = new Promise((resolve) =>
    window.addEventListener("online", resolve, { once: true, signal: waiting.signal }),
  );
  await Promise.race([sleep(milliseconds, signal), online]);
  waiting.abort();
}
