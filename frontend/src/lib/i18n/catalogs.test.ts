import { readFileSync } from "node:fs";
import { join } from "node:path";

import { formatter } from "@lingui/format-po";
import { compileMessage } from "@lingui/message-utils/compileMessage";
import { describe, expect, it } from "vitest";

import { languageNames } from "./language";

type Token = string | [string] | [string, string, Record<string, unknown>];

const sourceLocale = "en";
const read = async (locale: string) => {
  const filename = join(process.cwd(), `src/lib/i18n/catalogs/${locale}.po`);
  return formatter().parse(readFileSync(filename, "utf8"), { locale, sourceLocale, filename });
};

/** The placeholders of a text, and the cases of each plural in it. */
function partsOf(message: string) {
  const placeholders = new Set<string>();
  const plurals: string[][] = [];
  const visit = (tokens: unknown) => {
    if (!Array.isArray(tokens)) return;
    for (const token of tokens as Token[]) {
      if (typeof token === "string") continue;
      const [name, type, cases] = token;
      placeholders.add(name);
      if (type === "plural") plurals.push(Object.keys(cases ?? {}).filter((key) => key !== "offset"));
      Object.values(cases ?? {}).forEach(visit);
    }
  };
  visit(compileMessage(message));
  return { placeholders: [...placeholders].toSorted(), plurals };
}

describe.each(Object.keys(languageNames))("the catalog %s", async (locale) => {
  const english = await read("en");
  const catalog = await read(locale);

  it("has the placeholders of the English text", () => {
    for (const [id, { translation }] of Object.entries(catalog)) {
      const wanted = partsOf(english[id]?.translation ?? "").placeholders;
      expect(partsOf(translation ?? "").placeholders, translation).toEqual(wanted);
    }
  });

  it("has the plural forms that the language needs", () => {
    const needed = new Intl.PluralRules(locale).resolvedOptions().pluralCategories.toSorted();
    const plurals = Object.values(catalog).flatMap(({ translation }) => partsOf(translation ?? "").plurals);
    expect(plurals.length).toBeGreaterThan(0);
    for (const cases of plurals) expect(cases.toSorted()).toEqual(needed);
  });
});
