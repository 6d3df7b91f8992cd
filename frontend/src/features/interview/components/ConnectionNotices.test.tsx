import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { Problem } from "@/api/problem";

import { ConnectionNotices } from "./ConnectionNotices";

const idle = { problem: null, isStopped: false };
const resend = vi.fn();
const show = (problem: Problem, isStopped = true) =>
  render(
    <ConnectionNotices
      isSignedOut={false}
      introduction={{ ...idle, tryAgain: vi.fn() }}
      stream={{ ...idle, reconnect: vi.fn() }}
      outbox={{ problem, isStopped, resend }}
    />,
  );

describe("a message that was not answered", () => {
  beforeEach(() => void resend.mockReset());

  it.each([
    ["model_not_found", /must choose another one/],
    ["model_credit_exhausted", /must top it up/],
    ["model_refused_request", /find the reason in its log/],
    ["model_context_exceeded", /Try a shorter message/],
    ["model_key_rejected", /must replace it/],
  ])("says what is wrong with the model (%s) and who can help, and waits for the user", async (code, help) => {
    show(new Problem(502, code, "For programmers.", false));
    expect(screen.getByRole("alert")).toHaveTextContent(/AI model isn’t working/);
    expect(screen.getByRole("alert")).toHaveTextContent(help);
    expect(screen.queryByText(/trying again/i)).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(resend).toHaveBeenCalledOnce();
  });

  it("says when it may be tried again, if that takes long", () => {
    show(new Problem(429, "rate_limited", "Too many requests.", true, 3_600));
    expect(screen.getByRole("alert")).toHaveTextContent(/Try again after \d{1,2}:\d{2}/);
    expect(screen.getByRole("alert")).toHaveTextContent("Your message is saved.");
  });

  it("says that it is tried again, in words for people", () => {
    show(new Problem(503, "interviewer_unavailable", "Send it with the same Idempotency-Key.", true), false);
    expect(screen.getByRole("status")).toHaveTextContent(
      "The interviewer couldn’t answer just now. Your message is saved.Trying again…",
    );
  });
});
