import { RotateCcw, VolumeX } from "lucide-react";

import type { useVoice } from "@/voice/useVoice";

import { Level } from "./Level";
import { TalkButton } from "./TalkButton";
import { Button } from "./ui/button";
import { CheckField } from "./ui/field";
import { Notice } from "./ui/notice";

interface Props {
  voice: ReturnType<typeof useVoice>;
  /** Sentences that can be read aloud once more. */
  lastLine: string[];
}

/** Microphone and loudspeaker of an interview. Typing stays possible whatever they do. */
export function VoiceControls({ voice, lastLine }: Props) {
  if (!voice.canListen && !voice.canSpeak) return null;
  return (
    <div className="space-y-2" role="group" aria-label="Voice">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        {voice.canListen ? (
          <>
            <TalkButton voice={voice} />
            <Level value={voice.level} active={voice.listening} />
            <CheckField label="Send what I say after a pause" on={voice.handsFree} onChange={voice.setHandsFree} />
          </>
        ) : null}
        {voice.canSpeak ? (
          <>
            <CheckField label="Read questions aloud" on={voice.aloud} onChange={voice.setAloud} />
            {voice.speaking ? (
              <Button variant="secondary" onClick={voice.hush}>
                <VolumeX aria-hidden /> Quiet
              </Button>
            ) : (
              <Button variant="ghost" disabled={lastLine.length === 0} onClick={() => voice.say(lastLine)}>
                <RotateCcw aria-hidden /> Repeat
              </Button>
            )}
          </>
        ) : null}
      </div>
      <p className="min-h-6 text-muted italic" aria-live="off">
        {voice.interim || (voice.listening ? "Listening…" : voice.settling ? "Writing down your last words…" : "")}
      </p>
      {voice.problem ? <Notice kind="problem">{voice.problem}</Notice> : null}
    </div>
  );
}
