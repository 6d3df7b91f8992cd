import { msg, t } from "@lingui/core/macro";
import { i18n } from "@lingui/core";
import { ArrowDown, ArrowUp, Equal, Minus } from "lucide-react";

import type { Change } from "@/features/interview/practice/compare";
import { checkName } from "@/lib/check-name";
import { dimensionName } from "@/lib/dimension-name";
import { formatNumber } from "@/lib/i18n/format";

const trends = {
  up: { icon: ArrowUp, word: msg({ message: "better", comment: "Than the first attempt" }), look: "text-good" },
  down: { icon: ArrowDown, word: msg({ message: "weaker", comment: "Than the first attempt" }), look: "text-bad" },
  same: { icon: Equal, word: msg({ message: "the same", comment: "As in the first attempt" }), look: "text-muted" },
};

/** The first attempt beside the latest, line by line. */
export function ChangesTable({ changes }: { changes: Change[] }) {
  if (changes.length === 0) {
    return <p className="text-muted">{t`These attempts were judged in different ways and can’t be compared.`}</p>;
  }
  return (
    <table className="w-full text-start">
      <caption className="sr-only">{t`Your first attempt and your latest`}</caption>
      <thead>
        <tr className="border-b text-muted">
          <th scope="col" className="py-1 pe-2 text-start font-medium">
            <span className="sr-only">{t`What was judged`}</span>
          </th>
          <th scope="col" className="py-1 pe-2 text-start font-medium">
            {t({ message: "First", context: "attempt" })}
          </th>
          <th scope="col" className="py-1 pe-2 text-start font-medium">
            {t({ message: "Latest", context: "attempt" })}
          </th>
          <th scope="col" className="py-1 text-start font-medium">
            {t({ message: "Change", context: "attempt" })}
          </th>
        </tr>
      </thead>
      <tbody>
        {changes.map((change) => (
          <tr key={change.name} className="border-b last:border-0">
            <th scope="row" className="py-1.5 pe-2 text-start font-medium">
              {typeof (change.after ?? change.before) === "number"
                ? dimensionName(change.name)
                : checkName(change.name)}
            </th>
            <td className="py-1.5 pe-2">{valueText(change.before)}</td>
            <td className="py-1.5 pe-2">{valueText(change.after)}</td>
            <td className="py-1.5">
              <Trend trend={change.trend} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Trend({ trend }: { trend: Change["trend"] }) {
  if (trend === null) {
    return (
      <span className="text-muted">
        <Minus aria-hidden className="size-4" />
        <span className="sr-only">{t`can’t be compared`}</span>
      </span>
    );
  }
  const { icon: Icon, word, look } = trends[trend];
  return (
    <span className={`inline-flex items-center gap-1 ${look}`}>
      <Icon aria-hidden className="size-4" /> {i18n._(word)}
    </span>
  );
}

function valueText(value: Change["before"]): string {
  if (value === null) return t`not judged`;
  if (typeof value === "number") return formatNumber(value);
  return value ? t`Yes` : t`Not yet`;
}
