/** Server-sent events over `fetch`, since `EventSource` sends no headers. Reconnects and resumes after every break. */
import { createParser, type EventSourceMessage } from "eventsource-parser";

import { authorizedFetch, endpoint } from "@/api/client";
import { Problem } from "@/api/problem";
import { backoff } from "@/api/retry";

export interface SessionEvent {
  name: string;
  id: string | null;
  data: unknown;
}

const INITIAL_DELAY_MS = 500;
const MAX_DELAY_MS = 10_000;
/** The service pings every 15 seconds: after three missed pings the connection is dead, whatever the browser believes. */
const SILENCE_TIMEOUT_MS = 45_000;
/** A connection that lasts so long works: the next break starts a new series. */
const WORKING_MS = 5_000;
/** Connections that may fail in a row. With the delays between them, that takes a minute and a half. */
const MAX_FAILURES = 12;

const toSessionEvent = ({ event, id, data }: EventSourceMessage): SessionEvent => ({
  name: event ?? "message",
  id: id ?? null,
  data: JSON.parse(data) as unknown,
});

/**
 * Follows a session's events until `signal` is aborted. After a break it resumes behind the last event that had an id.
 * `onProblem` is called with the reason for each failed connection, and with `null` for each that succeeds. Resolves when
 * it gives up: after a problem that is not retryable, or too many failures in a row.
 */
export async function followSession(
  sessionId: string,
  onEvent: (event: SessionEvent) => void,
  onProblem: (problem: Problem | null) => void,
  signal: AbortSignal,
): Promise<void> {
  let lastEventId: string | null = null;
  let failures = 0;
  let last: Problem | null = null;
  const report = (problem: Problem | null) => {
    last = problem;
    onProblem(problem);
  };
  const onMessage = (message: EventSourceMessage) => {
    if (message.id) lastEventId = message.id;
    onEvent(toSessionEvent(message));
  };
  while (!signal.aborted && failures < MAX_FAILURES) {
    let connectedAt = Infinity;
    const watchdog = silenceWatchdog(signal);
    try {
      const body = await connect(sessionId, lastEventId, watchdog.signal);
      connectedAt = Date.now();
      report(null);
      await readMessages(body, onMessage, watchdog.reset);
    } catch (error) {
      if (signal.aborted) return;
      const problem = error instanceof Problem ? error : Problem.offline();
      report(problem);
      // The stream is opened again with the token of the next sign-in.
      if (problem.isLongWait || (!problem.retryable && problem.status !== 401)) return;
    } finally {
      watchdog.stop();
    }
    failures = Date.now() - connectedAt >= WORKING_MS ? 0 : failures + 1;
    await backoff(Math.min(INITIAL_DELAY_MS * 2 ** Math.max(0, failures - 1), MAX_DELAY_MS), signal);
  } // The last connections may have been made and broken at once.
  if (!signal.aborted && last === null) onProblem(Problem.offline());
}

async function connect(sessionId: string, lastEventId: string | null, signal: AbortSignal) {
  const headers = new Headers({ accept: "text/event-stream", "x-session-id": sessionId });
  if (lastEventId) headers.set("last-event-id", lastEventId);
  const response = await authorizedFetch(new Request(endpoint("/agent/events"), { headers, signal }));
  if (!response.ok || !response.body) throw await Problem.fromResponse(response);
  return response.body;
}

/** `onAlive` is called for everything that comes, pings included. */
async function readMessages(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  onMessage: (message: EventSourceMessage) => void,
  onAlive: () => void,
): Promise<void> {
  const parser = createParser({ onEvent: onMessage });
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    onAlive();
    parser.feed(chunk.value);
  }
}

/** A signal that is aborted with `outer`, or when `reset` was not called for too long. */
function silenceWatchdog(outer: AbortSignal) {
  const controller = new AbortController();
  const abort = () => controller.abort();
  outer.addEventListener("abort", abort, { once: true });
  let timer = setTimeout(abort, SILENCE_TIMEOUT_MS);
  return {
    signal: controller.signal,
    reset: () => {
      clearTimeout(timer);
      timer = setTimeout(abort, SILENCE_TIMEOUT_MS);
    },
    stop: () => {
      clearTimeout(timer);
      outer.removeEventListener("abort", abort);
    },
  };
}
