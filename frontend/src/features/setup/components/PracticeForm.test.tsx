import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { useCapabilities } from "@/auth/useCapabilities";
import { useStartInterview } from "@/features/interview/hooks/useStartInterview";
import { activateLanguage } from "@/lib/i18n/language";

import { PracticeForm } from "./PracticeForm";

vi.mock("@/features/interview/hooks/useStartInterview", () => ({ useStartInterview: vi.fn() }));
vi.mock("@/auth/useCapabilities", () => ({ useCapabilities: vi.fn() }));

const mutate = vi.fn();
function show(isPractice: boolean, models = false) {
  vi.mocked(useStartInterview).mockReturnValue({ mutate } as never);
  vi.mocked(useCapabilities).mockReturnValue({ isPractice, signInBrings: { models, speech: false } } as never);
  render(<PracticeForm />);
}
const GERMAN = "Erzählen Sie etwas über sich.";
const start = () => userEvent.click(screen.getByRole("button", { name: "Diese Frage beantworten" }));

beforeEach(async () => {
  mutate.mockReset();
  await activateLanguage("de");
});
afterEach(() => activateLanguage("en"));

it("practises a common question in the language that it is written in", async () => {
  vi.spyOn(navigator, "languages", "get").mockReturnValue(["pt-PT"]);
  show(false);
  await userEvent.click(screen.getByRole("button", { name: GERMAN }));
  await start();
  expect(mutate).toHaveBeenCalledWith({
    language: "de",
    practice: { question: GERMAN, question_kind: "motivation" },
  });
  expect(screen.queryByText(/Übungsmodus/)).toBeNull();
});

it("practises in English where there is no AI, and says so before", async () => {
  show(true);
  expect(screen.getByText("Den Übungsmodus ohne KI gibt es nur auf Englisch.")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Tell me about yourself." }));
  await start();
  expect(mutate).toHaveBeenCalledWith({
    language: "en",
    practice: { question: "Tell me about yourself.", question_kind: "motivation" },
  });
});

it("tells a guest that an account would bring an AI interviewer", () => {
  show(true, true);
  expect(screen.getByText(/^Ohne Konto: .*Melden Sie sich/)).toBeVisible();
});
