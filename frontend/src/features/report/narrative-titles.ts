/** The narrative parts of a report, in the order in which they are shown. */
export const narrativeTitles = {
  strengths: "Strengths",
  weaknesses: "Gaps",
  improvement_focus_areas: "Work on",
  patterns_tendencies: "Patterns",
} as const;
