import { expect, it } from "vitest";

import { defaultLanguage, languageOptions } from "./languages";

it.each([
  ["en", ["en-US"], "en"],
  ["de", ["de-AT", "en"], "de"],
  ["zh-Hans", ["zh-CN"], "zh-Hans"],
  // Written differently from the interface, as the browser is.
  ["zh-Hans", ["zh-TW"], "zh-Hant"],
  ["zh-Hans", ["zh-Hant-HK", "en"], "zh-Hant"],
  // Chosen in the menu.
  ["ar", ["de-DE", "en"], "ar"],
  // English only because the interface has nothing better.
  ["en", ["pt-PT"], "pt-BR"],
  ["en", ["tlh"], "en"],
  ["en", [], "en"],
])("a new interview in the interface %s of a browser set to %s begins in %s", (shown, preferred, expected) => {
  expect(defaultLanguage(shown, preferred)).toBe(expected);
});

it("names each language as its speakers do, in the order of an alphabet", () => {
  const named = ({ tag }: { tag: string }) => new Intl.DisplayNames([tag], { type: "language" }).of(tag) ?? tag;
  const capitalized = languageOptions.map((option) => named(option).replace(/^./u, (first) => first.toUpperCase()));
  expect(languageOptions.map(({ name }) => name)).toEqual(capitalized);
  expect(capitalized.toSorted((a, b) => a.localeCompare(b, "en"))).toEqual(capitalized);
});
