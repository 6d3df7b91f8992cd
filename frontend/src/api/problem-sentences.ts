/** What people are told, where the service's own sentence is meant for programmers. By the problem's code. */
export const problemSentences: Record<string, string> = {
  interviewer_unavailable: "The interviewer couldn’t answer just now.",
  turn_stopped: "You stopped the interviewer before it said anything.",
  turn_in_progress: "Your last message is still being answered.",
  turn_superseded: "A later message was sent before this one was answered.",
  idempotency_key_reused: "This message couldn’t be sent twice. Send it as a new one.",
  session_not_found: "This interview doesn’t exist, or it belongs to someone else. It may have been deleted.",
  session_ended: "This interview has ended.",
  session_not_ended: "This interview isn’t over yet.",
  session_reset: "This interview was restarted.",
  interview_not_started: "This interview hasn’t started yet.",
  answer_not_found: "This answer doesn’t exist any more.",
  token_missing: "Sign in first.",
  token_expired: "You’re signed out. Sign in again.",
  token_invalid: "You’re signed out. Sign in again.",
  refresh_token_not_found: "You’re signed out. Sign in again.",
};
