import { msg } from "@lingui/core/macro";

/** The narrative parts of a report, in the order in which they are shown. */
export const narrativeTitles = {
  strengths: msg`Strengths`,
  weaknesses: msg`Gaps`,
  improvement_focus_areas: msg`Work on`,
  patterns_tendencies: msg`Patterns`,
} as const;
