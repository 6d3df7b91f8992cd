/** Requests of a running interview. Failures are thrown as `Problem`s. */
import { client, unwrap } from "@/api/client";
import { sessionHeader } from "@/api/sessions";
import type { Reply } from "@/api/types";
import type { TurnData } from "@/features/interview/conversation";
import type { SpeechTiming } from "@/features/voice/speech-clock";

export const startInterview = (sessionId: string) =>
  unwrap(client.POST("/agent/start_interview", { params: sessionHeader(sessionId), body: {} as never }));

/** Repeats under the same key make one turn: the one that is answered, with its reply. */
export async function sendMessage(
  sessionId: string,
  { key, text, speechTiming }: { key: string; text: string; speechTiming?: SpeechTiming | null },
): Promise<TurnData> {
  const answer = await client.POST("/agent/send_message", {
    params: { header: { "X-Session-ID": sessionId, "Idempotency-Key": key } },
    body: { message: text, speech_timing: speechTiming ?? null },
  });
  const reply = (await unwrap(Promise.resolve(answer))) as Reply;
  const turn_no = Number(answer.response.headers.get("X-Turn-No"));
  return { turn_no, turn_id: key, state: "completed", message: text, reply };
}

export const stopTurn = (sessionId: string) =>
  unwrap(client.POST("/agent/stop_turn", { params: sessionHeader(sessionId) }));

export const endInterview = (sessionId: string) =>
  unwrap(client.POST("/agent/end_interview", { params: sessionHeader(sessionId) }));

/** Deletes everything that was said and keeps the configuration. */
export const resetInterview = (sessionId: string) =>
  unwrap(client.POST("/agent/reset_interview", { params: sessionHeader(sessionId) }));

export const getTimeRemaining = (sessionId: string) =>
  unwrap(client.GET("/agent/time_remaining", { params: sessionHeader(sessionId) }));

export const retryFeedback = (sessionId: string, turn_no: number) =>
  unwrap(client.POST("/agent/retry_feedback", { params: sessionHeader(sessionId), body: { turn_no } }));
