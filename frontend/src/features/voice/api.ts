import { authorizedFetch, client, endpoint, unwrap } from "@/api/client";
import { Problem } from "@/api/problem";
import { sessionHeader } from "@/api/sessions";

/** What the service's speech providers can do, and what of today's budget is used. */
export const getSpeechUsage = (sessionId: string) =>
  unwrap(client.GET("/speech/usage_stats", { params: sessionHeader(sessionId) }));

/** A sentence as audio. `speed`: 0.5 to 2. */
export async function synthesize(sessionId: string, text: string, speed: number, signal: AbortSignal): Promise<Blob> {
  const response = await authorizedFetch(
    new Request(endpoint("/speech/text_to_speech"), {
      method: "POST",
      headers: { "content-type": "application/json", "x-session-id": sessionId },
      body: JSON.stringify(speed === 1 ? { text } : { text, speed }),
      signal,
    }),
  );
  if (!response.ok) throw await Problem.fromResponse(response);
  return response.blob();
}

/** The socket of live transcription. */
export const transcriptionUrl = (): string => endpoint("/speech/stream").replace(/^http/, "ws");
