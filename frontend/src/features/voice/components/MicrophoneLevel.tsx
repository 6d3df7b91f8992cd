/** How loud it is, so that a dead microphone is noticed before the answer is lost. */
export function Level({ value, active }: { value: number; active: boolean }) {
  const shown = active ? Math.min(1, value * 6) : 0;
  return (
    <meter
      className={`h-3 w-16 ${active ? "" : "invisible"}`}
      min={0}
      max={1}
      value={shown}
      aria-label="Microphone level"
    />
  );
}
