import { Mic, MicOff, RotateCcw, VolumeX } from "lucide-react";

import type { useVoice } from "@/voice/useVoice";

import { Button } from "./ui/button";
import { Notice } from "./ui/notice";

interface Props {
  voice: ReturnType<typeof useVoice>;
  /** What can be read aloud once more. */
  lastLine: string;
}

/** Microphone and loudspeaker of an interview. Typing stays possible whatever they do. */
export function VoiceControls({ voice, lastLine }: Props) {
  if (!voice.canListen && !voice.canSpeak) return null;
  return (
    <div className="space-y-2" role="group" aria-label="Voice">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        {voice.canListen ? (
          <>
            <Button
              variant={voice.listening ? "primary" : "secondary"}
              aria-pressed={voice.listening}
              onClick={voice.listening ? voice.stop : voice.start}
            >
              {voice.listening ? <MicOff aria-hidden /> : <Mic aria-hidden />}
              {voice.listening ? "Stop listening" : "Speak"}
            </Button>
            <Level value={voice.level} active={voice.listening} />
            <Toggle label="Send after a pause" on={voice.handsFree} onChange={voice.setHandsFree} />
          </>
        ) : null}
        {voice.canSpeak ? (
          <>
            <Toggle label="Read questions aloud" on={voice.aloud} onChange={voice.setAloud} />
            {voice.speaking ? (
              <Button variant="secondary" onClick={voice.hush}>
                <VolumeX aria-hidden /> Quiet
              </Button>
            ) : (
              <Button variant="ghost" disabled={!lastLine} onClick={() => voice.say(lastLine)}>
                <RotateCcw aria-hidden /> Repeat
              </Button>
            )}
          </>
        ) : null}
      </div>
      <p className="min-h-6 text-muted italic" aria-live="off">
        {voice.interim || (voice.listening ? "Listening…" : "")}
      </p>
      {voice.problem ? <Notice kind="problem">{voice.problem}</Notice> : null}
    </div>
  );
}

function Toggle({ label, on, onChange }: { label: string; on: boolean; onChange: (on: boolean) => void }) {
  return (
    <label className="flex min-h-11 items-center gap-2">
      <input
        type="checkbox"
        className="size-5 accent-primary"
        checked={on}
        onChange={(event) => onChange(event.target.checked)}
      />
      {label}
    </label>
  );
}

/** How loud it is: a word and a bar, so that a dead microphone is noticed before the answer is lost. */
export function Level({ value, active }: { value: number; active: boolean }) {
  const shown = active ? Math.min(1, value * 6) : 0;
  return (
    <span className="flex items-center gap-2 text-sm text-muted">
      <span className="sr-only">Microphone level</span>
      <meter className="h-3 w-24" min={0} max={1} value={shown} aria-label="Microphone level" />
    </span>
  );
}
