import { expect, it } from "vitest";

import { defaultLanguage, languageOptions } from "./languages";

it("begins with the browser's language where interviews are offered in it, else with English", () => {
  expect(
    ["en-US", "de-AT", "pt-PT", "zh-CN", "zh-TW", "zh-Hant-HK", "tlh", ""].map((tag) => defaultLanguage(tag)),
  ).toEqual(["en", "de", "pt-BR", "zh-Hans", "zh-Hant", "zh-Hant", "en", "en"]);
});

it("names each language as its speakers do", () => {
  const names = Object.fromEntries(languageOptions().map(({ tag, name }) => [tag, name]));
  expect([names["de"], names["fr"], names["ar"]]).toEqual(["Deutsch", "Français", "العربية"]);
});
