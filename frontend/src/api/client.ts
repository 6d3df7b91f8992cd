/**
 * Requests with the user's token. A token about to expire is refreshed first, by one tab for all: refresh tokens work
 * once, so two tabs must not use the same one.
 */
import createClient from "openapi-fetch";

import { Problem } from "./problem";
import type { paths } from "./schema";
import { sleep } from "@/lib/sleep";
import * as tokens from "@/api/tokens";

export const API_URL: string = (import.meta.env["VITE_API_URL"] as string | undefined) ?? "";

const REFRESH_BEFORE_SECONDS = 75;

/** How long the turn to refresh is kept afterwards: other tabs see what was stored a moment later. */
const SETTLES = 500;

let refreshing: Promise<string | null> | null = null;

/** A new token in the place of an expired one; `null` when nobody is signed in any more. One flight for all who ask. */
function refresh(expired: string | null): Promise<string | null> {
  refreshing ??= inTurn(() => refreshNow(expired)).finally(() => {
    refreshing = null;
  });
  return refreshing;
}

/** One tab after the other; whoever waited in this one goes on at once. */
function inTurn(work: () => Promise<string | null>): Promise<string | null> {
  if (!("locks" in navigator)) return work();
  return new Promise((resolve, reject) => {
    navigator.locks
      .request("ai_interviewer_refresh", async () => {
        resolve(await work());
        await sleep(SETTLES);
      })
      .catch(reject);
  });
}

async function refreshNow(expired: string | null): Promise<string | null> {
  const current = tokens.accessToken();
  // Another tab was faster.
  if (current && current !== expired && tokens.secondsLeft(current) > REFRESH_BEFORE_SECONDS) return current;
  const refresh_token = tokens.refreshToken();
  if (!refresh_token) return null;
  const response = await reach(`${API_URL}/auth/refresh`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ refresh_token }),
  });
  // Whoever signed out or in meanwhile, in whatever tab, is who counts.
  if (tokens.refreshToken() !== refresh_token) return tokens.accessToken();
  if (response.ok) {
    const fresh = (await response.json()) as tokens.Tokens;
    tokens.store(fresh);
    return fresh.access_token;
  }
  if (response.status === 401 || response.status === 422) {
    tokens.clear();
    return null;
  }
  throw await Problem.of(response);
}

async function reach(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  try {
    return await fetch(input, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw Problem.offline();
  }
}

/** The token to use now; refreshed when it is about to expire. */
export async function freshToken(): Promise<string | null> {
  const token = tokens.accessToken();
  return token && tokens.secondsLeft(token) < REFRESH_BEFORE_SECONDS ? refresh(token) : token;
}

/** `fetch` with the user's token; asked once more with a new one when it is refused as expired. */
export async function authorized(input: Request): Promise<Response> {
  if (input.headers.has("authorization")) return reach(input);
  const again = input.clone();
  const token = await freshToken();
  const response = await reach(withToken(input, token));
  if (response.status !== 401 || !token) return response;
  const { code } = (await response
    .clone()
    .json()
    .catch(() => ({}))) as { code?: string };
  if (code !== "token_expired" && code !== "token_invalid") return response;
  const fresh = await refresh(token);
  return fresh ? reach(withToken(again, fresh)) : response;
}

function withToken(request: Request, token: string | null): Request {
  if (token) request.headers.set("authorization", `Bearer ${token}`);
  return request;
}

export const client = createClient<paths>({ baseUrl: API_URL || window.location.origin, fetch: authorized });

/** The body of a success; anything else is thrown. */
export async function unwrap<T>(call: Promise<{ data?: T; response: Response; error?: unknown }>): Promise<T> {
  const { data, response, error } = await call;
  if (response.ok) return data as T;
  throw await Problem.of(new Response(JSON.stringify(error ?? {}), response));
}
