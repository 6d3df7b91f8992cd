import { authorizedFetch, client, endpoint, unwrap } from "@/api/client";
import { Problem } from "@/api/problem";
import { sessionHeader } from "@/api/sessions";

/** What the service's speech providers can do, and what of today's budget is used. */
export const getSpeechUsage = (sessionId: string) =>
  unwrap(client.GET("/speech/usage_stats", { params: sessionHeader(sessionId) }));

export interface SynthesisOptions {
  /** 0.5 to 2. */
  speed: number;
  /** The service's own choice without one. */
  voice: string | null;
}

/** A sentence as audio. Without a session it is a trial: short, and stored nowhere. */
export async function synthesize(
  sessionId: string | null,
  text: string,
  { speed, voice }: SynthesisOptions,
  signal: AbortSignal,
): Promise<Blob> {
  const options = { ...(speed === 1 ? {} : { speed }), ...(voice ? { voice } : {}) };
  const response = await authorizedFetch(
    new Request(endpoint("/speech/text_to_speech"), {
      method: "POST",
      headers: { "content-type": "application/json", ...(sessionId ? { "x-session-id": sessionId } : {}) },
      body: JSON.stringify({ text, ...options, ...(sessionId ? {} : { trial: true }) }),
      signal,
    }),
  );
  if (!response.ok) throw await Problem.fromResponse(response);
  return response.blob();
}

/** The socket of live transcription. */
export const transcriptionUrl = (): string => endpoint("/speech/stream").replace(/^http/, "ws");
