/** Requests about the account and its tokens. Failures are thrown as `Problem`s. */
import { client, endpoint, send, unwrap } from "@/api/client";
import { Problem } from "@/api/problem";

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

export const register = (email: string, password: string, name: string) =>
  unwrap(client.POST("/auth/register", { body: { email, password, name } }));
export const login = (email: string, password: string) =>
  unwrap(client.POST("/auth/login", { body: { email, password } }));
export const logout = () => unwrap(client.POST("/auth/logout"));
/** The profile of `token`'s user, or of the signed-in user without one. */
export const getProfile = (token: string | null) =>
  unwrap(client.GET("/auth/me", token ? { headers: bearer(token) } : {}));
export const updateName = (name: string) => unwrap(client.PATCH("/auth/me", { body: { name } }));
export const deleteAccount = () => unwrap(client.DELETE("/auth/me"));

/** Takes its own token: the app must not switch to the new user before the session is theirs. */
export async function claimSession(sessionId: string, token: string): Promise<void> {
  const headers = { ...bearer(token), "x-session-id": sessionId };
  const response = await send(endpoint("/agent/claim_session"), { method: "POST", headers });
  if (!response.ok) throw await Problem.fromResponse(response);
}
