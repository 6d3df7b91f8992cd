/** Server-sent events over `fetch`, since `EventSource` sends no headers; resumed after every break. */
import { createParser, type EventSourceMessage } from "eventsource-parser";

import { API_URL, authorized } from "@/api/client";
import { Problem } from "@/api/problem";
import { pause } from "@/api/retry";

export interface ServerEvent {
  name: string;
  id: string | null;
  data: unknown;
}

const toServerEvent = ({ event, id, data }: EventSourceMessage): ServerEvent => ({
  name: event ?? "message",
  id: id ?? null,
  data: JSON.parse(data) as unknown,
});

const FIRST_WAIT = 500;
const LONGEST_WAIT = 10_000;
/** The service says something every 15 seconds: after a silence this long the connection is dead, whoever knows it. */
const LONGEST_SILENCE = 45_000;

/**
 * Follows a session until `signal` is aborted. `onProblem` is told why a connection could not be made (`null` when it
 * was); only a problem that no repeat would cure ends it.
 */
export async function followSession(
  sessionId: string,
  onEvent: (event: ServerEvent) => void,
  onProblem: (problem: Problem | null) => void,
  signal: AbortSignal,
): Promise<void> {
  let last: string | null = null;
  let wait = FIRST_WAIT;
  const onMessage = (message: EventSourceMessage) => {
    if (message.id) last = message.id;
    onEvent(toServerEvent(message));
  };
  while (!signal.aborted) {
    const connection = watched(signal);
    try {
      const headers = new Headers({ accept: "text/event-stream", "x-session-id": sessionId });
      if (last) headers.set("last-event-id", last);
      const url = `${API_URL || window.location.origin}/agent/events`;
      const response = await authorized(new Request(url, { headers, signal: connection.signal }));
      if (!response.ok || !response.body) throw await Problem.of(response);
      onProblem(null);
      wait = FIRST_WAIT;
      const parser = createParser({ onEvent: onMessage });
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        connection.isAlive();
        parser.feed(part.value);
      }
    } catch (error) {
      if (signal.aborted) return;
      const problem = error instanceof Problem ? error : Problem.offline();
      onProblem(problem);
      if (!problem.retryable && problem.status !== 401) return;
    } finally {
      connection.end();
    }
    await pause(wait, signal);
    wait = Math.min(wait * 2, LONGEST_WAIT);
  }
}

/** A signal that is aborted with another one, or when nobody has said for long that the connection is alive. */
function watched(outer: AbortSignal) {
  const controller = new AbortController();
  const abort = () => controller.abort();
  outer.addEventListener("abort", abort, { once: true });
  let watchdog = setTimeout(abort, LONGEST_SILENCE);
  return {
    signal: controller.signal,
    isAlive: () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(abort, LONGEST_SILENCE);
    },
    end: () => {
      clearTimeout(watchdog);
      outer.removeEventListener("abort", abort);
    },
  };
}
