/**
 * The language to listen and read aloud in: the interview's. Where the user's browser is set to a variant of it, that one:
 * `en-AU` is recognised better as itself.
 */
export function speechLanguage(interviewLanguage: string, preferred: readonly string[] = navigator.languages): string {
  const base = (tag: string) => tag.toLowerCase().split("-")[0];
  if (interviewLanguage.includes("-")) return interviewLanguage;
  return preferred.find((tag) => base(tag) === base(interviewLanguage)) ?? interviewLanguage;
}
