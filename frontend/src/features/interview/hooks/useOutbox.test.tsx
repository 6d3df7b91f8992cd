import { act, renderHook, waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { Problem } from "@/api/problem";
import { sendMessage } from "@/features/interview/api";

import { useOutbox } from "./useOutbox";

vi.mock("@/features/interview/api", () => ({ sendMessage: vi.fn() }));
vi.mock("@/lib/sleep", () => ({ sleep: () => Promise.resolve() }));
const send = vi.mocked(sendMessage);
const done = {} as Awaited<ReturnType<typeof sendMessage>>;

describe("a message on its way", () => {
  beforeEach(() => {
    localStorage.clear();
    send.mockReset();
  });

  it("is sent again under the same key until it arrives", async () => {
    send
      .mockRejectedValueOnce(Problem.offline())
      .mockRejectedValueOnce(new Problem(503, "x", "x", true))
      .mockResolvedValue(done);
    const { result } = renderHook(() => useOutbox("s", null, vi.fn(), vi.fn()));
    act(() => result.current.send("Hello", null));
    await waitFor(() => expect(result.current.outgoing).toBeNull());
    expect(send).toHaveBeenCalledTimes(3);
    expect(new Set(send.mock.calls.map(([, { key }]) => key)).size).toBe(1);
    expect(localStorage.length).toBe(0);
  });

  it("is told with its reply, unless nothing says which turn it is", async () => {
    const turn = { ...done, turn_no: 3, message: "Hello" };
    send.mockResolvedValueOnce(turn).mockResolvedValue({ ...turn, turn_no: 0 });
    const answered = vi.fn();
    const { result } = renderHook(() => useOutbox("s", null, answered, vi.fn()));
    for (const text of ["Hello", "Again"]) {
      act(() => result.current.send(text, null));
      await waitFor(() => expect(result.current.outgoing).toBeNull());
    }
    expect(answered.mock.calls).toEqual([[turn]]);
  });

  it("survives a reload under its key", async () => {
    send.mockImplementation(() => new Promise(() => undefined));
    const first = renderHook(() => useOutbox("s", null, vi.fn(), vi.fn()));
    act(() => first.result.current.send("Hello", null));
    const key = first.result.current.outgoing?.key;
    first.unmount();
    const { result } = renderHook(() => useOutbox("s", null, vi.fn(), vi.fn()));
    expect(result.current.outgoing).toEqual({ key, text: "Hello", speechTiming: null });
    await waitFor(() => expect(send).toHaveBeenLastCalledWith("s", expect.objectContaining({ text: "Hello", key })));
    act(() => result.current.acknowledge(key ?? ""));
    expect(result.current.outgoing).toBeNull();
  });

  it("comes back to the writer when it is refused", async () => {
    const problem = new Problem(409, "session_ended", "It has ended.", false);
    send.mockRejectedValue(problem);
    const refused = vi.fn();
    const { result } = renderHook(() => useOutbox("s", null, vi.fn(), refused));
    act(() => result.current.send("Hello", null));
    await waitFor(() => expect(refused).toHaveBeenCalledWith("Hello", problem));
    expect(result.current.outgoing).toBeNull();
  });

  it.each([
    ["a model that only the operator can repair", new Problem(502, "model_not_found", "x", false), 1],
    ["a request that the model's provider refuses", new Problem(422, "model_refused_request", "x", false), 1],
    ["a fault that no repeat would cure", new Problem(500, "broken", "x", false), 1],
    ["a wait of more than a minute", new Problem(429, "busy", "x", true, 300), 1],
    ["tries that all fail", new Problem(503, "x", "x", true), 5],
    ["a turn that was stopped", new Problem(409, "turn_stopped", "x", true), 1],
  ])("is kept through %s, and is sent again under its key on demand alone", async (_, problem, tries) => {
    send.mockRejectedValue(problem);
    const refused = vi.fn();
    const { result } = renderHook(() => useOutbox("s", null, vi.fn(), refused));
    act(() => result.current.send("Hello", null));
    await waitFor(() => expect(result.current.isStopped).toBe(true));
    expect([result.current.problem, result.current.outgoing?.text]).toEqual([problem, "Hello"]);
    expect(send).toHaveBeenCalledTimes(tries);
    expect(refused).not.toHaveBeenCalled();
    send.mockResolvedValue(done);
    act(() => result.current.resend());
    await waitFor(() => expect(result.current.outgoing).toBeNull());
    expect([result.current.problem, result.current.isStopped]).toEqual([null, false]);
    expect(new Set(send.mock.calls.map(([, { key }]) => key)).size).toBe(1);
  });

  it("that could not leave a dead network is sent when the network is back", async () => {
    send.mockRejectedValue(Problem.offline());
    const { result } = renderHook(() => useOutbox("s", null, vi.fn(), vi.fn()));
    act(() => result.current.send("Hello", null));
    await waitFor(() => expect(result.current.isStopped).toBe(true));
    send.mockResolvedValue(done);
    act(() => void window.dispatchEvent(new Event("online")));
    await waitFor(() => expect(result.current.outgoing).toBeNull());
  });

  it.each([
    ["whose token has expired", new Problem(401, "token_expired", "x", false)],
    ["who is taken for a guest", new Problem(404, "session_not_found", "x", false)],
  ])("of a user %s waits for the sign-in and goes on with it", async (_, problem) => {
    send.mockRejectedValueOnce(problem).mockResolvedValue(done);
    const refused = vi.fn();
    const { result, rerender } = renderHook(({ userId }) => useOutbox("s", userId, vi.fn(), refused), {
      initialProps: { userId: null as string | null },
    });
    act(() => result.current.send("Hello", null));
    await waitFor(() => expect(result.current.isStopped).toBe(true));
    expect([result.current.problem, result.current.outgoing?.text]).toEqual([problem, "Hello"]);
    rerender({ userId: "ada" });
    expect([result.current.problem, result.current.isStopped]).toEqual([null, false]);
    await waitFor(() => expect(result.current.outgoing).toBeNull());
    expect(refused).not.toHaveBeenCalled();
  });
});
