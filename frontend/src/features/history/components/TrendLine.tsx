import { dimensionName } from "@/features/report/export";
import { lineOf, type Attempt } from "@/features/history/trend";

const WIDTH = 200;
const MARGIN = 10;

/** One dimension from the oldest report to the newest, as a line and in numbers. */
export function TrendLine({ attempts, dimension }: { attempts: Attempt[]; dimension: string }) {
  const pieces = lineOf(attempts, dimension);
  const points = pieces.flat();
  const x = (at: number) => MARGIN + (at * (WIDTH - 2 * MARGIN)) / Math.max(1, attempts.length - 1);
  const y = (score: number) => 66 - score * 12;
  // A break is told as well as shown.
  const numbers = pieces.map((piece) => piece.map(({ score }) => score).join(" → ")).join(" | ");
  return (
    <figure>
      <figcaption>
        <span className="font-semibold">{dimensionName(dimension)}</span>
        <span className="block text-sm text-muted">{numbers} of 5</span>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} 72`} className="mt-2 w-full" aria-hidden focusable="false">
        {[1, 3, 5].map((score) => (
          <line key={score} x1="0" x2={WIDTH} y1={y(score)} y2={y(score)} className="stroke-border" />
        ))}
        {pieces.map((piece) => (
          <polyline
            key={piece[0]?.at}
            points={piece.map(({ at, score }) => `${x(at)},${y(score)}`).join(" ")}
            className="fill-none stroke-primary"
            strokeWidth="2"
          />
        ))}
        {points.map(({ at, score }) => (
          <circle key={at} cx={x(at)} cy={y(score)} r="3" className="fill-primary" />
        ))}
      </svg>
    </figure>
  );
}
