const names: Record<string, string> = {
  length: "Length",
  numbers: "Numbers and facts",
  own_actions: "What you did yourself",
  result: "A result",
  reason: "A reason",
  fillers: "Few filler words",
  repetition: "No repetition",
  own_words: "Your own words",
  readable: "Easy to follow",
};

/** The name of a line of the checklist for readers. */
export const checkName = (check: string): string => names[check] ?? check.replaceAll("_", " ");
