import { i18n, type MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";

/** The choices of a set-up under the names that readers know them by. */
export const styleNames = {
  formal: msg`Formal`,
  casual: msg({ message: "Friendly", comment: "Style of an interviewer" }),
  technical: msg`Technical`,
  aggressive: msg({ message: "Tough", comment: "Style of an interviewer" }),
} as const;

export const difficultyNames = { easy: msg`Easy`, medium: msg`Medium`, hard: msg`Hard` } as const;

/** The name of a choice; a value that this version does not know keeps its own. */
export function choiceName(names: Record<string, MessageDescriptor>, value: string): string {
  const name = names[value];
  return name ? i18n._(name) : value;
}
