/** The voices that a browser reads aloud with. */
const baseOf = (tag: string) => tag.toLowerCase().split(/[-_]/)[0];

export const hasSpeechSynthesis = (): boolean => typeof speechSynthesis !== "undefined";

/** Those of a language, whatever its variant. `language`: BCP 47. Some browsers know them only after a moment. */
export const browserVoices = (language: string): SpeechSynthesisVoice[] =>
  hasSpeechSynthesis() ? speechSynthesis.getVoices().filter(({ lang }) => baseOf(lang) === baseOf(language)) : [];
