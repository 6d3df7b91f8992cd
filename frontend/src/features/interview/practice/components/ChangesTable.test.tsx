import { render, screen } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";

import { activateLanguage } from "@/lib/i18n/language";

import { ChangesTable } from "./ChangesTable";

afterEach(() => activateLanguage("en"));

it.each([
  ["en", "First", "Latest"],
  ["de", "Erster", "Letzter"],
  ["es", "Primero", "Último"],
  ["zh-Hans", "首次", "最近"],
  ["ar", "الأولى", "الأخيرة"],
] as const)("names the columns after attempts, not after interviews (%s)", async (language, first, latest) => {
  await activateLanguage(language);
  render(<ChangesTable changes={[{ name: "structure", before: 2, after: 3, trend: "up" }]} />);
  const headers = screen.getAllByRole("columnheader").map(({ textContent }) => textContent);
  expect(headers.slice(1, 3)).toEqual([first, latest]);
});
