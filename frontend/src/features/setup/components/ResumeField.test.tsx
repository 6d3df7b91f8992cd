import { fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { expect, it, vi } from "vitest";

import { Problem } from "@/api/problem";
import { uploadResume } from "@/features/setup/api";

import { ResumeField } from "./ResumeField";

vi.mock("@/features/setup/api", () => ({ uploadResume: vi.fn() }));
const uploads = vi.mocked(uploadResume);

function Field() {
  const [text, setText] = useState("");
  return <ResumeField value={text} onChange={setText} />;
}

function choose(name: string) {
  render(<Field />);
  fireEvent.change(screen.getByLabelText("CV file"), { target: { files: [new File(["x"], name)] } });
}

it.each([
  [false, "cv.odt: 5 characters read."],
  [true, "Only a part of cv.odt was read: 5 characters."],
])("says how much of a file was read, and whether it is all of it (cut: %s)", async (truncated, notice) => {
  uploads.mockResolvedValue({ filename: "cv.odt", resume_text: "Nurse", truncated, message: "" });
  choose("cv.odt");
  expect(await screen.findByText(notice)).toBeVisible();
  expect(screen.getByRole("textbox")).toHaveValue("Nurse");
});

it.each([
  ["file_type_unsupported", "This isn’t a PDF, DOCX, ODT, RTF, HTML or text file."],
  ["file_text_garbled", "The letters in this file can’t be read."],
  ["file_empty", "This file is empty."],
])("says why a file was refused (%s)", async (code, sentence) => {
  uploads.mockRejectedValue(new Problem(422, code, "For programmers.", false));
  choose("cv.pages");
  expect(await screen.findByText(sentence, { exact: false })).toBeVisible();
});

it("offers every kind of file that the service reads", () => {
  render(<Field />);
  const offered = screen.getByLabelText("CV file").getAttribute("accept")?.split(",");
  expect(offered).toEqual(expect.arrayContaining([".pdf", ".docx", ".odt", ".rtf", ".html", ".txt", ".md"]));
});
