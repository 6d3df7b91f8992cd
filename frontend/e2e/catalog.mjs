// The texts of the interface by the English ones.
import { readFileSync } from "node:fs";

import { formatter } from "@lingui/format-po";

/** The texts of a language; English stands for itself. */
export function catalog(locale) {
  const file = new URL(`../src/lib/i18n/catalogs/${locale}.po`, import.meta.url);
  const messages = Object.values(formatter().parse(readFileSync(file, "utf8"), { locale, sourceLocale: "en" }));
  return new Map(messages.map(({ message, translation }) => [message, translation]));
}

const languages = new WeakMap();

/** From now on the actions look for this language's texts in the page. */
export const setLanguage = (page, locale) => languages.set(page, catalog(locale));

/** A text as the page shows it. `values` fill its placeholders. */
export const say = (page, text, values = {}) =>
  Object.entries(values).reduce(
    (said, [name, value]) => said.replace(`{${name}}`, value),
    languages.get(page)?.get(text) ?? text,
  );
