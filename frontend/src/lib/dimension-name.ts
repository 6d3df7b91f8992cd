import { i18n, type MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";

const names: Record<string, MessageDescriptor> = {
  structure: msg`Structure`,
  specificity: msg`Specificity`,
  relevance: msg`Relevance`,
  depth: msg`Depth`,
  communication: msg`Communication`,
};

/** The name of a scored dimension for readers; of one that is not known, its own: `team_work` → `Team work`. */
export function dimensionName(dimension: string): string {
  const name = names[dimension];
  if (name) return i18n._(name);
  const words = dimension.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
