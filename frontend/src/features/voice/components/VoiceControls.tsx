import { RotateCcw, VolumeX } from "lucide-react";

import { Button } from "@/components/ui/button";
import { CheckField } from "@/components/ui/field";
import type { Voice } from "@/features/voice/hooks/useVoice";

import { MicrophoneLevel } from "./MicrophoneLevel";
import { PushToTalkButton } from "./PushToTalkButton";

interface Props {
  voice: Voice;
  /** The sentences that "Repeat" plays. */
  lastLine: string[];
}

/** Microphone and loudspeaker of an interview. */
export function VoiceControls({ voice, lastLine }: Props) {
  const { input, output } = voice;
  if (!input.isAvailable && !output.isAvailable) return null;
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2" role="group" aria-label="Voice">
      {input.isAvailable ? (
        <>
          <PushToTalkButton input={input} />
          <MicrophoneLevel value={input.level} active={input.isListening} />
          <CheckField label="Send after a pause" on={voice.handsFree} onChange={voice.setHandsFree} />
        </>
      ) : null}
      {output.isAvailable ? (
        <>
          <CheckField label="Read questions aloud" on={output.readAloud} onChange={output.setReadAloud} />
          {output.isPlaying ? (
            <Button variant="secondary" onClick={output.stop}>
              <VolumeX aria-hidden /> Quiet
            </Button>
          ) : (
            <Button variant="ghost" disabled={lastLine.length === 0} onClick={() => output.play(lastLine)}>
              <RotateCcw aria-hidden /> Repeat
            </Button>
          )}
        </>
      ) : null}
    </div>
  );
}
