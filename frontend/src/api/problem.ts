/** A failed request: a problem document of the service (RFC 9457), or a request that never reached it. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly retryable: boolean,
    /** Seconds. */
    readonly retryAfter: number | null = null,
    readonly fields: { field: string; message: string }[] = [],
  ) {
    super(detail);
    this.name = "Problem";
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
    return new Problem(0, "offline", "The service can't be reached. Check your connection.", true);
  }
}

/** A sentence for the user. */
export const errorMessage = (error: unknown): string =>
  error instanceof Error && error.message ? error.message : "Something went wrong. Please try again.";
