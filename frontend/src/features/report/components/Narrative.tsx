import { i18n } from "@lingui/core";
import type { ReportResults } from "@/api/types";
import { narrativeTitles } from "@/features/report/narrative-titles";

const keys = Object.keys(narrativeTitles) as (keyof typeof narrativeTitles)[];

/** Whether there is anything to read: some coaches say it all in the verdict. */
export const hasNarrative = (results: ReportResults): boolean => keys.some((key) => results[key]);

/** The coach's view of the whole interview, in words. */
export function Narrative({ results }: { results: ReportResults }) {
  return (
    <div className="grid gap-4 md:grid-cols-2">
      {keys.map((key) => {
        const text = results[key];
        return text ? (
          <div key={key} className="break-inside-avoid space-y-1 rounded-xl border bg-card p-4">
            <h3>{i18n._(narrativeTitles[key])}</h3>
            <p dir="auto" className="whitespace-pre-wrap">
              {text}
            </p>
          </div>
        ) : null;
      })}
    </div>
  );
}
