import type { ReportResults } from "@/api/types";

/** A report is data: nothing but a web address may become a link. */
const isWebAddress = (url: string) => /^https?:\/\//i.test(url);

/** What to read or practise next, and why. */
export function Resources({ results }: { results: ReportResults }) {
  return (
    <ul className="grid gap-3 md:grid-cols-2">
      {results.recommended_resources?.map((resource) => (
        <li key={resource.url} className="space-y-1 rounded-xl border bg-card p-4">
          <h3>
            {isWebAddress(resource.url) ? (
              <a href={resource.url} target="_blank" rel="noreferrer" className="text-primary underline">
                {resource.title}
              </a>
            ) : (
              resource.title
            )}
          </h3>
          <p className="text-sm text-muted">{resource.resource_type}</p>
          <p>{resource.reasoning}</p>
        </li>
      ))}
    </ul>
  );
}
