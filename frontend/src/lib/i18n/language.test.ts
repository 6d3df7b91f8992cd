import { readFileSync } from "node:fs";

import { t } from "@lingui/core/macro";
import { afterEach, describe, expect, it, vi } from "vitest";

import { formatDate, formatNumber, scoreOutOfFive } from "./format";
import { activateFirstLanguage, activateLanguage, chooseLanguage, currentLanguage, languageNames } from "./language";

/** What a page does before its first paint. */
const firstPaint = new Function(readFileSync("public/theme.js", "utf8")) as () => void;

const speak = (...languages: string[]) => vi.spyOn(navigator, "languages", "get").mockReturnValue(languages);

afterEach(async () => {
  localStorage.clear();
  await activateLanguage("en");
});

describe("the language before the first paint", () => {
  vi.stubGlobal("matchMedia", () => ({ matches: false }));

  it.each([
    [null, ["de-AT", "en"], "de", "ltr"],
    [null, ["fr-FR", "es-MX", "en"], "es", "ltr"],
    [null, ["zh-TW"], "zh-Hans", "ltr"],
    [null, ["ar-EG"], "ar", "rtl"],
    [null, ["fr", "pl"], "en", "ltr"],
    [null, [], "en", "ltr"],
    ["en", ["de"], "en", "ltr"],
    ["tlh", ["de"], "de", "ltr"],
    ...Object.keys(languageNames).map((tag) => [tag, ["fr"], tag, tag === "ar" ? "rtl" : "ltr"] as const),
  ] as [string | null, string[], string, string][])(
    "with %s chosen and a browser set to %s is %s",
    (chosen, languages, language, direction) => {
      if (chosen) localStorage.setItem("ai_interviewer_language", chosen);
      speak(...languages);
      firstPaint();
      expect([document.documentElement.lang, document.documentElement.dir]).toEqual([language, direction]);
    },
  );
});

it("is the one that the page was painted for", async () => {
  document.documentElement.lang = "de";
  await activateFirstLanguage();
  expect(t`Sign in`).toBe("Anmelden");
});

it("is remembered when it is chosen", async () => {
  await chooseLanguage("ar");
  expect([currentLanguage(), document.documentElement.dir]).toEqual(["ar", "rtl"]);
  speak("en");
  firstPaint();
  expect(document.documentElement.lang).toBe("ar");
});

it("writes numbers and dates as the user's variant of it does", async () => {
  const date = new Date(2026, 10, 5, 14, 30);
  const written = async (language: Parameters<typeof activateLanguage>[0], variant: string) => {
    speak(variant);
    await activateLanguage(language);
    return [formatNumber(1234.5), scoreOutOfFive(4.2), formatDate(date, { dateStyle: "short" })];
  };
  expect(await written("en", "en-GB")).toEqual(["1,234.5", "4.2 of 5", "05/11/2026"]);
  expect(await written("de", "de-DE")).toEqual(["1.234,5", "4,2 von 5", "05.11.26"]);
  expect(await written("ar", "ar-EG")).toEqual(["١٬٢٣٤٫٥", "٤٫٢ من ٥", expect.stringContaining("٢٠٢٦")]);
});
