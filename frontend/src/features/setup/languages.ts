/** Languages that an interview is offered in, as BCP 47 tags. */
const LANGUAGES =
  "en de fr es pt-BR it nl sv da nb fi pl cs ro hu el tr uk ru ar he hi zh-Hans zh-Hant ja ko vi id th".split(" ");

const base = (tag: string) => tag.toLowerCase().split("-")[0];

/** The browser's own language where interviews are offered in it, else English. */
export function defaultLanguage(preferred: string = navigator.language): string {
  if (base(preferred) === "zh") return /hant|tw|hk|mo/i.test(preferred) ? "zh-Hant" : "zh-Hans";
  return LANGUAGES.find((tag) => base(tag) === base(preferred)) ?? "en";
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
