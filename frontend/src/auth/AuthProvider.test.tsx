import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { Problem } from "@/api/problem";
import { guestSessionIds, saveGuestSessionIds } from "@/lib/guest-sessions";

import * as api from "./api";
import { AuthProvider, useAuth } from "./AuthProvider";

vi.mock("./api");

const ada = { id: "ada", email: "ada@example.com", name: "Ada" };

async function signIn() {
  vi.mocked(api.login).mockResolvedValue({ access_token: "a", refresh_token: "r", user: ada } as never);
  vi.mocked(api.getProfile).mockResolvedValue(ada as never);
  const { result } = renderHook(useAuth, {
    wrapper: ({ children }) => (
      <QueryClientProvider client={new QueryClient()}>
        <AuthProvider>{children}</AuthProvider>
      </QueryClientProvider>
    ),
  });
  await act(() => result.current.login("ada@example.com", "Wonder-land-42"));
  expect(result.current.user?.name).toBe("Ada");
}

describe("a guest who signs in", () => {
  beforeEach(() => {
    localStorage.clear();
    saveGuestSessionIds(["one", "two"]);
  });

  it("takes their interviews along", async () => {
    vi.mocked(api.claimSession).mockResolvedValue(undefined as never);
    await signIn();
    expect(vi.mocked(api.claimSession).mock.calls).toEqual([
      ["one", "a"],
      ["two", "a"],
    ]);
    expect(guestSessionIds()).toEqual([]);
  });

  it.each([
    ["the account has too many", new Problem(429, "too_many_sessions", "Too many.", false)],
    ["the service is busy", new Problem(503, "overloaded", "Busy.", true)],
    ["there is no network", Problem.offline()],
  ])("keeps an interview for the next time when %s", async (_, problem) => {
    vi.mocked(api.claimSession)
      .mockResolvedValueOnce(undefined as never)
      .mockRejectedValueOnce(problem);
    await signIn();
    expect(guestSessionIds()).toEqual(["two"]);
  });

  it("forgets an interview that is gone or somebody else's", async () => {
    const gone = new Problem(404, "session_not_found", "There is no such session.", false);
    vi.mocked(api.claimSession)
      .mockRejectedValueOnce(gone)
      .mockResolvedValueOnce(undefined as never);
    await signIn();
    expect(guestSessionIds()).toEqual([]);
  });
});
