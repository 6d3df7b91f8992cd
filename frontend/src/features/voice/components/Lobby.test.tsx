import { act, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Lobby } from "./Lobby";

const signInBrings = { models: false, speech: false };
vi.mock("@/auth/useCapabilities", () => ({ useCapabilities: () => ({ signInBrings }) }));

class Recognition {
  static last: Recognition;
  lang = "";
  start = vi.fn();
  stop = () => this.onend();
  onend!: () => void;
  onerror!: (event: { error: string }) => void;
  onresult!: (event: unknown) => void;
  constructor() {
    Recognition.last = this;
  }
}
const result = (transcript: string, isFinal: boolean) => ({ isFinal, 0: { transcript } });
const card = (name: string) => within(screen.getByRole("group", { name }));

describe("the lobby", () => {
  beforeEach(() => localStorage.clear());
  afterEach(() => vi.unstubAllGlobals());

  it("shows what the browser understood of a warm-up, and keeps nothing of it", async () => {
    vi.stubGlobal("SpeechRecognition", Recognition);
    render(<Lobby language="de" />);
    await userEvent.click(card("Speech to text").getByRole("button", { name: "Speak" }));
    expect(Recognition.last.lang).toMatch(/^de/);
    act(() => Recognition.last.onresult({ resultIndex: 0, results: [result("Ich mag", true)] }));
    act(() =>
      Recognition.last.onresult({ resultIndex: 1, results: [result("Ich mag", true), result("Zahlen", false)] }),
    );
    expect(card("Speech to text").getByRole("status")).toHaveTextContent("“Ich mag Zahlen”");
    await userEvent.click(card("Speech to text").getByRole("button", { name: "Stop" }));
    expect(card("Speech to text").getByRole("button", { name: "Speak" })).toBeEnabled();
    expect(JSON.stringify(localStorage)).not.toContain("Zahlen");
  });

  it("tells the real cause when the browser can't reach its speech service, and offers to type", async () => {
    vi.stubGlobal("SpeechRecognition", Recognition);
    render(<Lobby language="en" />);
    await userEvent.click(card("Speech to text").getByRole("button", { name: "Speak" }));
    act(() => Recognition.last.onerror({ error: "network" }));
    expect(card("Speech to text").getByRole("status")).toHaveTextContent(/couldn’t reach its speech service.*type/);
  });

  it("says so where the browser has no microphone and no speech recognition", () => {
    render(<Lobby language="en" />);
    expect(card("Microphone").getByRole("status")).toHaveTextContent(/can’t use a microphone.*You can type/);
    expect(card("Speech to text").getByRole("status")).toHaveTextContent(/you can type/);
  });

  it("says so where an account would get what the browser lacks", () => {
    signInBrings.speech = true;
    render(<Lobby language="en" />);
    expect(card("Speech to text").getByRole("status")).toHaveTextContent("Speech needs an account here. Sign in");
    signInBrings.speech = false;
  });

  it("keeps the reading speed", async () => {
    const { unmount } = render(<Lobby language="en" />);
    await userEvent.selectOptions(screen.getByLabelText("Reading speed"), "1.25×");
    unmount();
    render(<Lobby language="en" />);
    expect(screen.getByLabelText("Reading speed")).toHaveValue("1.25");
  });
});
