import { RotateCcw, VolumeX } from "lucide-react";

import type { useVoice } from "@/features/voice/hooks/useVoice";

import { Level } from "./MicrophoneLevel";
import { TalkButton } from "./PushToTalkButton";
import { Button } from "@/components/ui/button";
import { CheckField } from "@/components/ui/field";

interface Props {
  voice: ReturnType<typeof useVoice>;
  /** Sentences that can be read aloud once more. */
  lastLine: string[];
}

/** Microphone and loudspeaker of an interview. Typing stays possible whatever they do. */
export function VoiceControls({ voice, lastLine }: Props) {
  if (!voice.canListen && !voice.canSpeak) return null;
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2" role="group" aria-label="Voice">
      {voice.canListen ? (
        <>
          <TalkButton voice={voice} />
          <Level value={voice.level} active={voice.listening} />
          <CheckField label="Send after a pause" on={voice.handsFree} onChange={voice.setHandsFree} />
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
  );
}
