/**
 * Requests with the user's access token. A token that is about to expire is refreshed first, by one tab for all:
 * refresh tokens work once, so two tabs must not use the same one.
 */
import createClient from "openapi-fetch";

import { sleep } from "@/lib/sleep";

import { Problem } from "./problem";
import type { paths } from "./schema";
import * as tokens from "./tokens";

const API_URL: string = (import.meta.env["VITE_API_URL"] as string | undefined) ?? "";

/** Absolute, since `Request` and `WebSocket` want it so. */
export const endpoint = (path: string): string => `${API_URL || window.location.origin}${path}`;

const REFRESH_BEFORE_SECONDS = 75;

/** How long the lock is held after a refresh: other tabs see the stored tokens a moment later. */
const LOCK_HOLD_MS = 500;

let inFlight: Promise<string | null> | null = null;

/** A new token in place of an expired one, or `null` when nobody is signed in any more. Single-flight within a tab. */
function refresh(expired: string | null): Promise<string | null> {
  inFlight ??= withRefreshLock(() => requestRefresh(expired)).finally(() => {
    inFlight = null;
  });
  return inFlight;
}

/** Runs `work` in one tab at a time. The caller does not wait for the time that the lock is held afterwards. */
function withRefreshLock(work: () => Promise<string | null>): Promise<string | null> {
  if (!("locks" in navigator)) return work();
  return new Promise((resolve, reject) => {
    navigator.locks
      .request("ai_interviewer_refresh", async () => {
        resolve(await work());
        await sleep(LOCK_HOLD_MS);
      })
      .catch(reject);
  });
}

async function requestRefresh(expired: string | null): Promise<string | null> {
  const current = tokens.accessToken();
  // Another tab refreshed it meanwhile.
  if (current && current !== expired && tokens.secondsLeft(current) > REFRESH_BEFORE_SECONDS) return current;
  const refresh_token = tokens.refreshToken();
  if (!refresh_token) return null;
  const response = await send(endpoint("/auth/refresh"), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ refresh_token }),
  });
  // Somebody signed in or out meanwhile, perhaps in another tab: that wins over this answer.
  if (tokens.refreshToken() !== refresh_token) return tokens.accessToken();
  if (response.ok) {
    const fresh = (await response.json()) as tokens.Tokens;
    tokens.store(fresh);
    return fresh.access_token;
  }
  if (response.status === 401 || response.status === 422) {
    tokens.expire();
    return null;
  }
  throw await Problem.fromResponse(response);
}

/** `fetch` that throws a `Problem` when the service can't be reached. */
export async function send(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  try {
    return await fetch(input, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw Problem.offline();
  }
}

/** The access token, refreshed when it is about to expire. `null` when nobody is signed in. */
export async function freshAccessToken(): Promise<string | null> {
  const token = tokens.accessToken();
  return token && tokens.secondsLeft(token) < REFRESH_BEFORE_SECONDS ? refresh(token) : token;
}

/** `fetch` with the user's token. Retried once with a new token when the service refuses the first one as expired. */
export async function authorizedFetch(input: Request): Promise<Response> {
  if (input.headers.has("authorization")) return send(input);
  const copy = input.clone();
  const token = await freshAccessToken();
  const response = await send(withToken(input, token));
  if (response.status !== 401 || !token) return response;
  const { code } = (await response
    .clone()
    .json()
    .catch(() => ({}))) as { code?: string };
  if (code !== "token_expired" && code !== "token_invalid") return response;
  const fresh = await refresh(token);
  return fresh ? send(withToken(copy, fresh)) : response;
}

function withToken(request: Request, token: string | null): Request {
  if (token) request.headers.set("authorization", `Bearer ${token}`);
  return request;
}

export const client = createClient<paths>({ baseUrl: endpoint(""), fetch: authorizedFetch });

/** The body of a successful response. @throws Problem for any other */
export async function unwrap<T>(call: Promise<{ data?: T; response: Response; error?: unknown }>): Promise<T> {
  const { data, response, error } = await call;
  if (response.ok) return data as T;
  throw await Problem.fromResponse(new Response(JSON.stringify(error ?? {}), response));
}
