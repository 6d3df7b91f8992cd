/** Server-sent events over `fetch`, since `EventSource` sends no headers; resumed after every break. */
import { sleep } from "@/lib/sleep";

import { API_URL, authorized } from "./client";
import { Problem } from "./problem";

export interface ServerEvent {
  name: string;
  id: string | null;
  data: unknown;
}

/** Events of a stream's text as it comes. */
export class EventParser {
  private rest = "";

  push(text: string): ServerEvent[] {
    const blocks = (this.rest + text).split("\n\n");
    this.rest = blocks.pop() ?? "";
    return blocks.flatMap((block) => {
      let name = "message";
      let id: string | null = null;
      const data: string[] = [];
      for (const line of block.split("\n")) {
        const colon = line.indexOf(":");
        const field = colon < 0 ? line : line.slice(0, colon);
        const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
        if (field === "event") name = value;
        else if (field === "id") id = value;
        else if (field === "data") data.push(value);
      }
      return data.length > 0 ? [{ name, id, data: JSON.parse(data.join("\n")) as unknown }] : [];
    });
  }
}

const LONGEST_WAIT = 10_000;

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
  let wait = 500;
  while (!signal.aborted) {
    try {
      const headers = new Headers({ accept: "text/event-stream", "x-session-id": sessionId });
      if (last) headers.set("last-event-id", last);
      const url = `${API_URL || window.location.origin}/agent/events`;
      const response = await authorized(new Request(url, { headers, signal }));
      if (!response.ok || !response.body) throw await Problem.of(response);
      onProblem(null);
      wait = 500;
      const parser = new EventParser();
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        for (const event of parser.push(value)) {
          if (event.id) last = event.id;
          onEvent(event);
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      const problem = error instanceof Problem ? error : Problem.offline();
      onProblem(problem);
      if (!problem.retryable && problem.status !== 401) return;
      await sleep(wait, signal);
      wait = Math.min(wait * 2, LONGEST_WAIT);
    }
  }
}
