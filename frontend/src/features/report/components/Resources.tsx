import { msg } from "@lingui/core/macro";
import { i18n, type MessageDescriptor } from "@lingui/core";
import type { ReportResults } from "@/api/types";

import { webAddress } from "@/features/report/web-address";

const kinds: Record<string, MessageDescriptor> = {
  article: msg`Article`,
  book: msg`Book`,
  course: msg`Course`,
  documentation: msg`Documentation`,
  exercise: msg`Exercise`,
  practice: msg`Practice`,
  video: msg`Video`,
};

const kindName = (kind: string) => (kinds[kind] ? i18n._(kinds[kind]) : kind);

/** What to read or practise next, and why. */
export function Resources({ results }: { results: ReportResults }) {
  return (
    <ul className="grid gap-3 md:grid-cols-2">
      {results.recommended_resources?.map((resource) => {
        const address = webAddress(resource.url);
        return (
          <li key={resource.url} className="space-y-1 rounded-xl border bg-card p-4">
            <h3>
              {address ? (
                <a href={address} target="_blank" rel="noreferrer" className="text-primary underline">
                  {resource.title}
                </a>
              ) : (
                resource.title
              )}
            </h3>
            <p className="text-sm text-muted">{kindName(resource.resource_type)}</p>
            <p dir="auto">{resource.reasoning}</p>
          </li>
        );
      })}
    </ul>
  );
}
