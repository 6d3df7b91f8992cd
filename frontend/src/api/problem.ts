import { problemSentences } from "./problem-sentences";

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
    /** The service's own sentence; `message` is the one for people. */
    readonly detail: string,
    readonly retryable: boolean,
    /** Seconds. */
    readonly retryAfter: number | null = null,
    readonly fields: { field: string; message: string }[] = [],
  ) {
    super(problemSentences[code] ?? detail);
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
      body.detail ?? `The service answered ${response.status}. Please try again.`,
      body.retryable ?? response.status >= 500,
      Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter : null,
      body.errors ?? [],
    );
  }

  static offline(): Problem {
    return new Problem(0, "offline", "We can’t reach the service. Check your connection.", true);
  }
}

/** Sentences for the user, with the end of a long wait. */
export function errorMessage(error: unknown): string {
  if (!(error instanceof Error) || !error.message) return "Something went wrong. Please try again.";
  const retryAt = error instanceof Problem ? error.retryAt : null;
  if (!retryAt) return error.message;
  const time = retryAt.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
  return `${error.message} Try again after ${time}.`;
}
