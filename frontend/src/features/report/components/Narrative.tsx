import type { ReportResults } from "@/api/types";
import { narrativeTitles } from "@/features/report/narrative-titles";

/** The coach's view of the whole interview, in words. */
export function Narrative({ results }: { results: ReportResults }) {
  return (
    <div className="grid gap-4 md:grid-cols-2">
      {Object.entries(narrativeTitles).map(([key, title]) => {
        const text = results[key as keyof typeof narrativeTitles];
        return text ? (
          <div key={key} className="break-inside-avoid space-y-1 rounded-xl border bg-card p-4">
            <h3>{title}</h3>
            <p className="whitespace-pre-wrap">{text}</p>
          </div>
        ) : null;
      })}
    </div>
  );
}
