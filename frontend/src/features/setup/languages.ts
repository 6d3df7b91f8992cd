import { isOffered, currentLanguage } from "@/lib/i18n/language";

/** Languages that an interview is offered in, as BCP 47 tags. */
const LANGUAGES =
  "en de fr es pt-BR it nl sv da nb fi pl cs ro hu el tr uk ru ar he hi zh-Hans zh-Hant ja ko vi id th".split(" ");

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
  return LANGUAGES.find((tag) => preferred[0] && base(tag) === base(preferred[0])) ?? shown;
}

export interface LanguageOption {
  tag: string;
  /** As its speakers write it. */
  name: string;
}

export const languageOptions = (): LanguageOption[] =>
  LANGUAGES.map((tag) => ({ tag, name: nativeName(tag) })).toSorted((a, b) => a.name.localeCompare(b.name));

function nativeName(tag: string): string {
  const name = new Intl.DisplayNames([tag], { type: "language" }).of(tag) ?? tag;
  return name.charAt(0).toLocaleUpperCase(tag) + name.slice(1);
}
