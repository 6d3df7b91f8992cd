/** The narrative parts of a report, in the order in which they are shown. */
export const narrativeTitles = {
  strengths: "Strengths",
  weaknesses: "Weaknesses",
  improvement_focus_areas: "What to work on",
  patterns_tendencies: "Patterns",
} as const;
