import { t } from "@lingui/core/macro";
import { formatNumber } from "@/lib/i18n/format";
import { currentLanguage, directionOf } from "@/lib/i18n/language";
import { trendSegments, type Attempt } from "@/features/history/trend";
import { dimensionName } from "@/lib/dimension-name";

const WIDTH = 200;
const MARGIN = 10;

/** Scores of one dimension from the oldest report to the newest, as a line and in numbers. */
export function TrendLine({ attempts, dimension }: { attempts: Attempt[]; dimension: string }) {
  const segments = trendSegments(attempts, dimension);
  const points = segments.flat();
  const x = (index: number) => MARGIN + (index * (WIDTH - 2 * MARGIN)) / Math.max(1, attempts.length - 1);
  const y = (score: number) => 66 - score * 12;
  const arrow = directionOf(currentLanguage()) === "rtl" ? " ← " : " → ";
  // Screen readers are told of breaks as well.
  const numbers = segments.map((segment) => segment.map(({ score }) => formatNumber(score)).join(arrow)).join(" | ");
  return (
    <figure>
      <figcaption>
        <span className="font-semibold">{dimensionName(dimension)}</span>
        <span className="block text-sm text-muted">{t`${numbers} of ${{ max: formatNumber(5) }}`}</span>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} 72`} className="mt-2 w-full rtl:-scale-x-100" aria-hidden focusable="false">
        {[1, 3, 5].map((score) => (
          <line key={score} x1="0" x2={WIDTH} y1={y(score)} y2={y(score)} className="stroke-border" />
        ))}
        {segments.map((segment) => (
          <polyline
            key={segment[0]?.index}
            points={segment.map(({ index, score }) => `${x(index)},${y(score)}`).join(" ")}
            className="fill-none stroke-primary"
            strokeWidth="2"
          />
        ))}
        {points.map(({ index, score }) => (
          <circle key={index} cx={x(index)} cy={y(score)} r="3" className="fill-primary" />
        ))}
      </svg>
    </figure>
  );
}
