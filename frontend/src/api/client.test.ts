import { beforeEach, describe, expect, it, vi } from "vitest";

import { authorizedFetch } from "./client";
import { Problem } from "./problem";
import * as tokens from "./tokens";

const token = (exp: number) => `x.${btoa(JSON.stringify({ exp }))}.${exp}`;
const later = Math.floor(Date.now() / 1_000) + 3_600;
const user = { id: "u", email: null, name: "Ada", created_at: "" };
const fetched = vi.fn<typeof fetch>();
const request = () => new Request("http://localhost/agent/stats");
const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });

describe("a request with a token", () => {
  beforeEach(() => {
    localStorage.clear();
    fetched.mockReset();
    vi.stubGlobal("fetch", fetched);
  });

  it("refreshes a token that is about to expire before it is used", async () => {
    tokens.store({ access_token: token(1), refresh_token: "r", user });
    fetched.mockResolvedValueOnce(json(200, { access_token: token(later), refresh_token: "r2", user }));
    fetched.mockResolvedValueOnce(json(200, {}));
    await authorizedFetch(request());
    expect(fetched.mock.calls[0]?.[0]).toMatch(/\/auth\/refresh$/);
    expect((fetched.mock.calls.at(1)!.at(0) as Request).headers.get("authorization")).toBe(`Bearer ${token(later)}`);
    expect(tokens.refreshToken()).toBe("r2");
  });

  it("tries once more when the service refuses the token as expired", async () => {
    tokens.store({ access_token: token(later), refresh_token: "r", user });
    fetched.mockResolvedValueOnce(json(401, { code: "token_expired" }));
    fetched.mockResolvedValueOnce(json(200, { access_token: token(later + 1), refresh_token: "r2", user }));
    fetched.mockResolvedValueOnce(json(200, {}));
    expect((await authorizedFetch(request())).status).toBe(200);
    expect(fetched).toHaveBeenCalledTimes(3);
  });

  it("signs out when the refresh token is refused, and only then", async () => {
    tokens.store({ access_token: token(1), refresh_token: "r", user });
    fetched.mockResolvedValueOnce(json(503, { code: "auth_unavailable", retryable: true }));
    await expect(authorizedFetch(request())).rejects.toMatchObject({ code: "auth_unavailable", retryable: true });
    expect(tokens.refreshToken()).toBe("r");
    fetched.mockResolvedValueOnce(json(401, { code: "refresh_token_not_found" }));
    fetched.mockResolvedValueOnce(json(401, { code: "token_missing" }));
    await authorizedFetch(request());
    expect(tokens.accessToken()).toBeNull();
  });

  it("refreshes once for all requests of a page", async () => {
    tokens.store({ access_token: token(1), refresh_token: "r", user });
    fetched.mockImplementation((input) =>
      Promise.resolve(
        typeof input === "string"
          ? json(200, { access_token: token(later), refresh_token: "r2", user })
          : json(200, {}),
      ),
    );
    await Promise.all([authorizedFetch(request()), authorizedFetch(request()), authorizedFetch(request())]);
    expect(fetched.mock.calls.filter(([input]) => typeof input === "string")).toHaveLength(1);
    expect(fetched).toHaveBeenCalledTimes(4);
  });

  it("does not sign in again whoever signed out while a token was refreshed", async () => {
    tokens.store({ access_token: token(1), refresh_token: "r", user });
    fetched.mockImplementationOnce(() => {
      tokens.clear();
      return Promise.resolve(json(200, { access_token: token(later), refresh_token: "r2", user }));
    });
    fetched.mockResolvedValueOnce(json(401, { code: "token_missing" }));
    await authorizedFetch(request());
    expect([tokens.accessToken(), tokens.refreshToken()]).toEqual([null, null]);
  });

  it("does not sign out whoever signed in while an older token was refused", async () => {
    tokens.store({ access_token: token(1), refresh_token: "r", user });
    fetched.mockImplementationOnce(() => {
      tokens.store({ access_token: token(later), refresh_token: "another", user });
      return Promise.resolve(json(401, { code: "refresh_token_not_found" }));
    });
    fetched.mockResolvedValueOnce(json(200, {}));
    await authorizedFetch(request());
    expect(tokens.refreshToken()).toBe("another");
    expect((fetched.mock.calls.at(1)!.at(0) as Request).headers.get("authorization")).toBe(`Bearer ${token(later)}`);
  });

  it("forgets a refused token, but not whose it was", async () => {
    tokens.store({ access_token: token(1), refresh_token: "r", user });
    fetched.mockResolvedValueOnce(json(401, { code: "refresh_token_not_found" }));
    fetched.mockResolvedValueOnce(json(404, { code: "session_not_found" }));
    await authorizedFetch(request());
    expect([tokens.accessToken(), tokens.refreshToken(), tokens.storedUser()]).toEqual([null, null, user]);
  });

  it("tells a missing network from an answer", async () => {
    fetched.mockRejectedValue(new TypeError("failed"));
    await expect(authorizedFetch(request())).rejects.toEqual(Problem.offline());
  });
});
