import type { Score } from "@/api/types";
import { dimensionName } from "@/lib/dimension-name";

const MAX_SCORE = 5;
const CENTER = 150;
const RADIUS = 95;

const point = (index: number, count: number, value: number) => {
  const angle = (2 * Math.PI * index) / count - Math.PI / 2;
  const distance = (RADIUS * value) / MAX_SCORE;
  return [CENTER + distance * Math.cos(angle), CENTER + distance * Math.sin(angle)] as const;
};

/** Scores at a glance; the table beside it says the same in numbers, and alone where letters would be too small. */
export function RadarChart({ scores }: { scores: Score[] }) {
  const count = scores.length;
  // With fewer, the shape is a line or a point.
  if (scores.filter(({ score }) => typeof score === "number").length < 3) return null;
  const ring = (value: number) => scores.map((_, index) => point(index, count, value).join(",")).join(" ");
  const shape = scores.map((score, index) => point(index, count, score.score ?? 0).join(",")).join(" ");
  return (
    <svg
      viewBox="-70 0 440 300"
      className="mx-auto hidden w-full max-w-md [direction:ltr] sm:block print:block"
      aria-hidden
      focusable="false"
    >
      {[1, 2, 3, 4, 5].map((value) => (
        <polygon key={value} points={ring(value)} className="fill-none stroke-border" />
      ))}
      <polygon points={shape} className="fill-primary/25 stroke-primary" strokeWidth="2" />
      {scores.map((score, index) => {
        const [x, y] = point(index, count, MAX_SCORE + 1);
        const anchor = Math.abs(x - CENTER) < 12 ? "middle" : x > CENTER ? "start" : "end";
        return (
          <text key={score.dimension} x={x} y={y + 4} textAnchor={anchor} className="fill-foreground text-[12px]">
            {dimensionName(score.dimension)}
          </text>
        );
      })}
    </svg>
  );
}
