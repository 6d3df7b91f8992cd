import { i18n, type MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";

const names: Record<string, MessageDescriptor> = {
  length: msg`Length`,
  numbers: msg`Numbers and facts`,
  own_actions: msg`What you did yourself`,
  result: msg`A result`,
  reason: msg`A reason`,
  fillers: msg`Few filler words`,
  repetition: msg`No repetition`,
  own_words: msg`Your own words`,
  readable: msg`Easy to follow`,
};

/** The name of a line of the checklist for readers. */
export function checkName(check: string): string {
  const name = names[check];
  return name ? i18n._(name) : check.replaceAll("_", " ");
}
