/** How one attempt at a question differs from another. */
import type { Attempt } from "@/api/types";

export interface Change {
  /** Name of a dimension or a check. */
  name: string;
  /** 1 to 5, or whether it was met; `null` where it was not judged. */
  before: number | boolean | null;
  after: number | boolean | null;
  /** Better, worse or the same; `null` where the two can't be compared. */
  trend: "up" | "down" | "same" | null;
}

type Value = Change["before"];

/** What was judged, by name. Scores count where there are some: a checklist is what there is without them. */
function judged({ scores, checklist = [] }: Attempt): Map<string, Value> {
  return new Map<string, Value>(
    scores.length > 0
      ? scores.map(({ dimension, score }) => [dimension, score ?? null])
      : checklist.map(({ check, met }) => [check, met ?? null]),
  );
}

/** By scores or by a checklist. */
export const kindOf = ({ scores }: Attempt): "scores" | "checklist" => (scores.length > 0 ? "scores" : "checklist");

/** What changed from one attempt to another, in the order of the later one; empty where they were judged differently. */
export function changes(before: Attempt, after: Attempt): Change[] {
  if (kindOf(before) !== kindOf(after)) return [];
  const earlier = judged(before);
  return [...judged(after)].map(([name, value]) => {
    const old = earlier.get(name) ?? null;
    return { name, before: old, after: value, trend: trend(old, value) };
  });
}

function trend(before: Value, after: Value): Change["trend"] {
  if (before === null || after === null) return null;
  const difference = Number(after) - Number(before);
  return difference > 0 ? "up" : difference < 0 ? "down" : "same";
}
