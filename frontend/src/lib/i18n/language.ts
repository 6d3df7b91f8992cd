/** The language of the interface: English stands in the code, the others are catalogs that are loaded when they are chosen. */
import { i18n, setupI18n, type Messages } from "@lingui/core";

import { setItem } from "@/lib/storage";

/** As their speakers write them. `public/theme.js` knows the tags as well. */
export const languageNames = {
  en: "English",
  de: "Deutsch",
  es: "Español",
  "zh-Hans": "简体中文",
  ar: "العربية",
} as const;

export type Language = keyof typeof languageNames;

const catalogs: Record<Exclude<Language, "en">, () => Promise<{ messages: Messages }>> = {
  de: () => import("./catalogs/de.po"),
  es: () => import("./catalogs/es.po"),
  "zh-Hans": () => import("./catalogs/zh-Hans.po"),
  ar: () => import("./catalogs/ar.po"),
};

/** English, whatever the interface speaks. */
export const english = setupI18n({ locale: "en", messages: { en: {} } });

const baseOf = (tag: string) => tag.toLowerCase().split("-")[0];
const isLanguage = (tag: string): tag is Language => tag in languageNames;

/** Whether the interface speaks a language; `tag` may be a variant of it. */
export const isOffered = (tag: string): boolean =>
  Object.keys(languageNames).some((one) => baseOf(one) === baseOf(tag));

export const currentLanguage = (): Language => (isLanguage(i18n.locale) ? i18n.locale : "en");
export const directionOf = (language: Language): "ltr" | "rtl" => (language === "ar" ? "rtl" : "ltr");

/** The user's own variant of a language, by which numbers and dates are written: `en-GB` for English, `de-AT` for German. */
const variantOf = (language: Language): string =>
  navigator.languages.find((tag) => baseOf(tag) === baseOf(language)) ?? language;

/** Shows the interface in a language. @throws when its catalog can't be loaded; nothing has changed then */
export async function activateLanguage(language: Language): Promise<void> {
  const messages = language === "en" ? {} : (await catalogs[language]()).messages;
  document.documentElement.lang = language;
  document.documentElement.dir = directionOf(language);
  i18n.loadAndActivate({ locale: language, locales: [variantOf(language), language], messages });
}

/** The language that `public/theme.js` found for this browser; English when its catalog can't be loaded. */
export async function activateFirstLanguage(): Promise<void> {
  const { lang } = document.documentElement;
  await activateLanguage(isLanguage(lang) ? lang : "en").catch(() => activateLanguage("en"));
}

/** Shows a language and remembers it for this browser. @throws as `activateLanguage` */
export async function chooseLanguage(language: Language): Promise<void> {
  await activateLanguage(language);
  setItem("ai_interviewer_language", language);
}
