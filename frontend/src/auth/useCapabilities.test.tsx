import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { renderHook, waitFor } from "@testing-library/react";
import { expect, it, vi } from "vitest";

import { client } from "@/api/client";
import { useAuth } from "./AuthProvider";

import { useCapabilities } from "./useCapabilities";

vi.mock("./AuthProvider", () => ({ useAuth: vi.fn() }));
vi.mock("@/api/client", () => ({
  client: { GET: vi.fn() },
  unwrap: (answer: Promise<unknown>) => answer,
}));

const become = (id: string | null) => vi.mocked(useAuth).mockReturnValue({ user: id && { id } } as never);
const answer = (interviewer: string, models: boolean, speech: boolean) =>
  vi.mocked(client.GET).mockResolvedValueOnce({ interviewer, guests: { models, speech } } as never);

it("tells a guest what signing in brings, and asks again once they have", async () => {
  answer("offline", false, true);
  become(null);
  const queries = new QueryClient();
  const { result, rerender } = renderHook(useCapabilities, {
    wrapper: ({ children }) => <QueryClientProvider client={queries}>{children}</QueryClientProvider>,
  });
  await waitFor(() => expect(result.current.isPractice).toBe(true));
  expect(result.current.signInBrings).toEqual({ models: true, speech: false });

  answer("openai/a-model", false, true);
  become("alice");
  rerender();
  await waitFor(() => expect(result.current.capabilities?.interviewer).toBe("openai/a-model"));
  expect(result.current.isPractice).toBe(false);
  expect(result.current.signInBrings).toEqual({ models: false, speech: false });
});
