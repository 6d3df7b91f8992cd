import { isOffered, currentLanguage } from "@/lib/i18n/language";

export interface LanguageOption {
  /** BCP 47. */
  tag: string;
  /** As its speakers write it. */
  name: string;
}

/**
 * Languages that an interview is offered in, by name. A table, because asking `Intl` for the name of each in its own
 * language takes a phone some tenths of a second.
 */
export const languageOptions: readonly LanguageOption[] = [
  { tag: "cs", name: "Čeština" },
  { tag: "da", name: "Dansk" },
  { tag: "de", name: "Deutsch" },
  { tag: "en", name: "English" },
  { tag: "es", name: "Español" },
  { tag: "fr", name: "Français" },
  { tag: "id", name: "Indonesia" },
  { tag: "it", name: "Italiano" },
  { tag: "hu", name: "Magyar" },
  { tag: "nl", name: "Nederlands" },
  { tag: "nb", name: "Norsk bokmål" },
  { tag: "pl", name: "Polski" },
  { tag: "pt-BR", name: "Português (Brasil)" },
  { tag: "ro", name: "Română" },
  { tag: "fi", name: "Suomi" },
  { tag: "sv", name: "Svenska" },
  { tag: "vi", name: "Tiếng Việt" },
  { tag: "tr", name: "Türkçe" },
  { tag: "el", name: "Ελληνικά" },
  { tag: "ru", name: "Русский" },
  { tag: "uk", name: "Українська" },
  { tag: "he", name: "עברית" },
  { tag: "ar", name: "العربية" },
  { tag: "hi", name: "हिन्दी" },
  { tag: "th", name: "ไทย" },
  { tag: "ko", name: "한국어" },
  { tag: "ja", name: "日本語" },
  { tag: "zh-Hans", name: "简体中文" },
  { tag: "zh-Hant", name: "繁體中文" },
];

const base = (tag: string) => tag.toLowerCase().split("-")[0];

/**
 * The language of a new interview: the interface's. Where that is only English for want of a better one, the browser's
 * own, if interviews are offered in it.
 */
export function defaultLanguage(
  shown: string = currentLanguage(),
  preferred: readonly string[] = navigator.languages,
): string {
  const own = preferred.find((tag) => base(tag) === base(shown));
  if (own && base(own) === "zh" && /hant|tw|hk|mo/i.test(own)) return "zh-Hant";
  if (own || preferred.some(isOffered)) return shown;
  return languageOptions.find(({ tag }) => preferred[0] && base(tag) === base(preferred[0]))?.tag ?? shown;
}
