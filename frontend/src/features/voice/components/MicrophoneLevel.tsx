import { t } from "@lingui/core/macro";

/** Loudness, so that a dead microphone is noticed before an answer is lost. */
export function MicrophoneLevel({ value, active }: { value: number; active: boolean }) {
  const shown = active ? Math.min(1, value * 6) : 0;
  return (
    <meter
      className={`h-3 w-16 ${active ? "" : "invisible"}`}
      min={0}
      max={1}
      value={shown}
      aria-label={t`Microphone level`}
    />
  );
}
