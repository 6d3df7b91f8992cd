import { sleep } from "@/lib/sleep";

import { Problem } from "./problem";

const INITIAL_DELAY_MS = 1_000;
const MAX_DELAY_MS = 10_000;

interface Options {
  signal: AbortSignal;
  /** Called with every failure, the last one included. */
  onProblem: (problem: Problem) => void;
  /** Whether a failure may pass. Without it, the service's own `retryable` decides. */
  shouldRetry?: (problem: Problem) => boolean;
}

/**
 * Repeats `call` until it succeeds, with exponential backoff, or after the time that the service asks for, and at once
 * when the network is back. Resolves to `undefined` when `signal` is aborted.
 * @throws Problem the first failure that must not be retried
 */
export async function retry<T>(call: () => Promise<T>, options: Options): Promise<T | undefined> {
  const { signal, onProblem, shouldRetry = ({ retryable }: Problem) => retryable } = options;
  for (let delay = INITIAL_DELAY_MS; !signal.aborted; delay = Math.min(delay * 2, MAX_DELAY_MS)) {
    try {
      return await call();
    } catch (error) {
      if (signal.aborted) return undefined;
      const problem = error instanceof Problem ? error : Problem.offline();
      onProblem(problem);
      if (!shouldRetry(problem)) throw problem;
      await backoff((problem.retryAfter ?? 0) * 1_000 || delay, signal);
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
