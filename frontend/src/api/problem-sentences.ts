import { t } from "@lingui/core/macro";

const signedOut = () => t`You’re signed out. Sign in again.`;
const busy = () => t`The service is busy. Try again in a moment.`;
const unreachable = () => t`The service can’t save or read anything right now. Try again in a moment.`;
const misconfigured = () => t`This service isn’t set up right. Whoever runs the service must fix it.`;
const tooSlow = () => t`It took too long. Try again.`;

/** What people are told of a problem, by its code, in their language. A code that is not here has the service's own words. */
export const problemSentences: Record<string, () => string> = {
  offline: () => t`We can’t reach the service. Check your connection.`,
  internal_error: () => t`Something went wrong on our side. Try again.`,
  rate_limited: () => t`That was a bit fast. Give it a moment.`,

  interviewer_unavailable: () => t`The interviewer couldn’t answer just now.`,
  model_not_found: () => t`The AI model isn’t available any more. Whoever runs the service must choose another one.`,
  model_credit_exhausted: () => t`The AI provider’s credit is used up. Whoever runs the service must top it up.`,
  model_key_rejected: () => t`The AI provider rejects this service’s key. Whoever runs the service must replace it.`,
  model_refused_request: () =>
    t`The AI provider refuses requests. Whoever runs the service can find the reason in its log.`,
  model_budget_exceeded: () => t`Today’s AI allowance is used up.`,
  model_context_exceeded: () => t`This interview is too long for the AI model. Try a shorter message, job ad or CV.`,
  turn_stopped: () => t`You stopped the interviewer before it said anything.`,
  turn_in_progress: () => t`Your last message is still being answered.`,
  turn_superseded: () => t`A later message was sent before this one was answered.`,
  idempotency_key_reused: () => t`This message was already sent with other words. Send it again.`,
  session_not_found: () => t`This interview doesn’t exist, or it belongs to someone else. It may have been deleted.`,
  session_ended: () => t`This interview has ended.`,
  session_not_ended: () => t`This interview isn’t over yet.`,
  session_reset: () => t`This interview was restarted.`,
  interview_not_started: () => t`This interview hasn’t started yet.`,
  question_not_found: () => t`This question doesn’t exist any more.`,
  report_not_ready: () => t`The report isn’t finished yet. Try again in a moment.`,
  too_many_sessions: () => t`You have too many interviews. Delete some you no longer need, or wait a while.`,
  too_many_at_once: () => t`You have too much open at once. Close another tab or recording.`,
  too_many_shares: () => t`This report has ten links already. Revoke one first.`,
  share_not_found: () => t`This link doesn’t work any more.`,
  answer_not_found: () => t`This answer doesn’t exist any more.`,

  token_missing: () => t`Sign in first.`,
  token_expired: signedOut,
  token_invalid: signedOut,
  signed_out: signedOut,
  refresh_token_not_found: signedOut,
  refresh_token_already_used: signedOut,
  auth_unavailable: () => t`Sign-in isn’t working right now. Try again in a moment.`,
  invalid_credentials: () => t`The e-mail address or the password is wrong.`,
  email_not_confirmed: () => t`Confirm your e-mail address first: we sent you a link.`,
  email_taken: () => t`This e-mail address already has an account. Sign in instead.`,
  weak_password: () => t`This password is too easy to guess. Choose a longer one with different kinds of characters.`,
  same_password: () => t`That’s your current password. Choose a new one.`,
  signup_disabled: () => t`New accounts can’t be created here right now.`,
  account_deletion_unavailable: () => t`Accounts can’t be deleted here. Ask whoever runs the service.`,
  // The codes of links in e-mails are GoTrue's.
  otp_expired: () => t`This link has expired or was already used.`,
  access_denied: () => t`This link has expired or was already used.`,

  file_too_large: () => t`This file is too large. Choose a smaller one, or paste the text.`,
  file_type_unsupported: () =>
    t`This isn’t a PDF, DOCX, ODT, RTF, HTML or text file. Save it as one of these, or paste the text.`,
  file_empty: () => t`This file is empty.`,
  file_encrypted: () => t`This file has a password. Save it without one, or paste the text.`,
  file_without_text: () => t`There’s no text in this file. It may be a scan. Paste the text instead.`,
  file_damaged: () => t`This file can’t be read. Save it again, or paste the text.`,
  file_too_complex: () => t`This file takes too long to read. Save it in a simpler form, or paste the text.`,
  file_text_garbled: () =>
    t`The letters in this file can’t be read. Save it again from the program it was written in, or paste the text.`,
  uploads_busy: busy,
  upload_too_slow: tooSlow,
  body_too_large: () => t`That’s more text than we can take. Shorten it.`,
  body_too_slow: tooSlow,
  validation_failed: () => t`Something in this form isn’t right. Check the fields.`,
  data_refused: () => t`This text can’t be saved. Remove unusual characters and try again.`,

  speech_unavailable: () => t`This service can’t listen or read aloud. Type your answers.`,
  speech_busy: () => t`Many people are speaking right now. Try again in a moment, or type.`,
  speech_budget_exceeded: () => t`Today’s speech allowance is used up. You can go on by typing.`,
  speech_for_users_only: () => t`Speech needs an account here. Sign in, or type your answers.`,
  speech_refused: () => t`The speech service refuses this. Type your answer.`,
  speech_provider_refuses: () => t`The speech service isn’t available. Type your answers.`,
  speech_provider_unavailable: () => t`The speech service isn’t available right now. Try again in a moment, or type.`,
  speech_provider_timeout: tooSlow,
  utterance_missed: () => t`Some of what you said couldn’t be heard. Say it again, or type it.`,
  utterance_not_stored: () => t`What you said was heard but not saved. Don’t close this page before you have sent it.`,
  speech_provider_failed: () => t`The speech service failed. Try again, or type.`,

  database_busy: busy,
  conflict: busy,
  clock_skew: busy,
  database_unavailable: unreachable,
  database_read_only: unreachable,
  upstream_timeout: tooSlow,
  upstream_bad_response: unreachable,
  supabase_key_rejected: misconfigured,
  migrations_missing: misconfigured,
  database_misconfigured: misconfigured,
  project_paused: misconfigured,
  project_quota_exceeded: misconfigured,
  service_key_missing: misconfigured,
};
