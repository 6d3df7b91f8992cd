import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Problem } from "./problem";
import { retry } from "./retry";

const unavailable = (retryAfter: number | null = null) => new Problem(503, "unavailable", "Later.", true, retryAfter);
const refused = new Problem(409, "session_ended", "It has ended.", false);

describe("retrying a request", () => {
  const call = vi.fn<() => Promise<string>>();
  const onProblem = vi.fn<(problem: Problem) => void>();
  let abort: AbortController;
  const start = () => retry(call, { signal: abort.signal, onProblem });
  const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1_000);
  beforeEach(() => {
    vi.useFakeTimers();
    vi.resetAllMocks();
    abort = new AbortController();
  });
  afterEach(() => {
    abort.abort();
    vi.useRealTimers();
  });

  it("returns the first success and reports what failed before it", async () => {
    call.mockRejectedValueOnce(unavailable()).mockResolvedValue("done");
    const result = start();
    await pass(1);
    await expect(result).resolves.toBe("done");
    expect(onProblem.mock.calls).toEqual([[unavailable()]]);
  });

  it("waits 1, 3, 9 and 27 seconds, and gives up after five tries", async () => {
    call.mockRejectedValue(unavailable());
    const result = expect(start()).rejects.toEqual(unavailable());
    const times: number[] = [];
    for (let second = 0; second <= 300; second++) {
      if (call.mock.calls.length > times.length) times.push(second);
      await pass(1);
    }
    await result;
    // The first one is made at once; a request is seen in the second after it.
    expect(times).toEqual([0, 1, 4, 13, 40]);
    expect(onProblem).toHaveBeenCalledTimes(4);
  });

  it("gives up when the waits that the service asks for would take more than two minutes", async () => {
    call.mockRejectedValue(unavailable(50));
    const result = expect(start()).rejects.toEqual(unavailable(50));
    await pass(300);
    await result;
    expect(call).toHaveBeenCalledTimes(3);
  });

  it("does not sleep through a wait of more than a minute, but tells when it ends", async () => {
    vi.setSystemTime("2026-11-26T14:00:00Z");
    call.mockRejectedValue(unavailable(300));
    const failure = await start().catch((problem: unknown) => problem as Problem);
    expect(call).toHaveBeenCalledTimes(1);
    expect((failure as Problem).retryAt).toEqual(new Date("2026-11-26T14:05:00Z"));
    expect(unavailable(60).retryAt).toBeNull();
  });

  it("waits as long as the service asks for", async () => {
    call.mockRejectedValueOnce(unavailable(30)).mockResolvedValue("done");
    void start();
    await pass(29);
    expect(call).toHaveBeenCalledTimes(1);
    await pass(1);
    expect(call).toHaveBeenCalledTimes(2);
  });

  it("retries at once when the network is back, and once only", async () => {
    call.mockRejectedValue(Problem.offline());
    void start();
    await pass(8);
    const before = call.mock.calls.length;
    window.dispatchEvent(new Event("online"));
    window.dispatchEvent(new Event("online"));
    await pass(0);
    expect(call).toHaveBeenCalledTimes(before + 1);
  });

  it("takes an error that is no problem document for a dead network", async () => {
    call.mockRejectedValueOnce(new TypeError("failed")).mockResolvedValue("done");
    void start();
    await pass(0);
    expect(onProblem).toHaveBeenCalledWith(Problem.offline());
    await pass(1);
    expect(call).toHaveBeenCalledTimes(2);
  });

  it("throws a problem that is not retryable at once", async () => {
    call.mockRejectedValue(refused);
    await expect(start()).rejects.toBe(refused);
    expect(call).toHaveBeenCalledTimes(1);
    expect(onProblem).not.toHaveBeenCalled();
  });

  it("lets the caller decide what is retried", async () => {
    call.mockRejectedValueOnce(refused).mockRejectedValueOnce(unavailable());
    const shouldRetry = (problem: Problem) => problem.code === "session_ended";
    const result = expect(retry(call, { signal: abort.signal, onProblem, shouldRetry })).rejects.toEqual(unavailable());
    await pass(1);
    await result;
    expect(call).toHaveBeenCalledTimes(2);
  });

  it("ends without a result or a report when it is aborted, while it waits or while it asks", async () => {
    call.mockRejectedValueOnce(unavailable());
    const waiting = start();
    await pass(0);
    abort.abort();
    await expect(waiting).resolves.toBeUndefined();
    expect(call).toHaveBeenCalledTimes(1);

    abort = new AbortController();
    onProblem.mockClear();
    let fail!: (problem: Problem) => void;
    call.mockImplementationOnce(() => new Promise((_, reject) => (fail = reject)));
    const asking = start();
    abort.abort();
    fail(unavailable());
    await expect(asking).resolves.toBeUndefined();
    expect(onProblem).not.toHaveBeenCalled();
  });
});
