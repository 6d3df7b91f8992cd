/** Requests about practising one question. Failures are thrown as `Problem`s. */
import { queryOptions } from "@tanstack/react-query";

import { client, unwrap } from "@/api/client";
import { sessionKeys } from "@/api/session-queries";
import { sessionHeader } from "@/api/sessions";

/** A main question of an interview or a practice, by its number from 1. */
export interface QuestionOf {
  sessionId: string;
  number: number;
}

/** Makes a session in which that question is asked again. Returns its id. */
export const practiseAgain = async ({ sessionId, number }: QuestionOf): Promise<string> =>
  (await unwrap(client.POST("/agent/create_session", { body: { practice: { of: sessionId, question: number } } })))
    .session_id;

/** All answers to that question with their feedback, the oldest first. */
export const attemptsQuery = ({ sessionId, number }: QuestionOf) =>
  queryOptions({
    queryKey: [...sessionKeys.one(sessionId), "attempts", number],
    queryFn: () =>
      unwrap(client.GET("/agent/attempts", { params: { ...sessionHeader(sessionId), query: { question: number } } })),
    staleTime: 0,
  });
