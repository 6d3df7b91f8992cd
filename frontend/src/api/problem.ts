import { t } from "@lingui/core/macro";
import { problemSentences } from "./problem-sentences";

import { formatDate } from "@/lib/i18n/format";

/** Seconds. A longer wait is told, not slept. */
const MAX_SILENT_WAIT = 60;

/** What goes wrong with the language model and stays wrong until whoever runs the service repairs it. */
const MODEL_CODES = [
  "model_not_found",
  "model_credit_exhausted",
  "model_refused_request",
  "model_context_exceeded",
  "model_key_rejected",
];

/** A failed request: a problem document of the service (RFC 9457), or a request that never reached it. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    /** The service's own sentence. What people are told instead is `errorMessage`. */
    detail: string,
    readonly retryable: boolean,
    /** Seconds. */
    readonly retryAfter: number | null = null,
    readonly fields: { field: string; message: string }[] = [],
  ) {
    super(detail);
    this.name = "Problem";
  }

  readonly #receivedAt = Date.now();

  /** Whether the service asks for so long a wait that the user should know when it ends. */
  get isLongWait(): boolean {
    return this.retryAfter !== null && this.retryAfter > MAX_SILENT_WAIT;
  }

  /** The end of a long wait. */
  get retryAt(): Date | null {
    return this.isLongWait ? new Date(this.#receivedAt + (this.retryAfter ?? 0) * 1_000) : null;
  }

  /** Whether only the operator of the service can put an end to it. */
  get isForOperator(): boolean {
    return MODEL_CODES.includes(this.code);
  }

  static async fromResponse(response: Response): Promise<Problem> {
    const retryAfter = Number(response.headers.get("retry-after"));
    const body = (await response.json().catch(() => ({}))) as Partial<{
      code: string;
      detail: string;
      retryable: boolean;
      errors: { field: string; message: string }[];
    }>;
    return new Problem(
      response.status,
      body.code ?? "unknown",
      body.detail ?? t`Something went wrong. Try again.`,
      body.retryable ?? response.status >= 500,
      Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter : null,
      body.errors ?? [],
    );
  }

  static offline(): Problem {
    return new Problem(0, "offline", "the service can't be reached", true);
  }
}

/** Sentences for the user, with the end of a long wait. */
export function errorMessage(error: unknown): string {
  if (!(error instanceof Problem) || !error.message) return t`Something went wrong. Try again.`;
  const sentence = problemSentences[error.code]?.() ?? error.message;
  if (!error.retryAt) return sentence;
  const time = formatDate(error.retryAt, { timeStyle: "short" });
  return t`${sentence} Try again after ${time}.`;
}
