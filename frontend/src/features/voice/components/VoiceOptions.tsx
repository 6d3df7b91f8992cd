import { t } from "@lingui/core/macro";
import { RotateCcw } from "lucide-react";

import { useCapabilities } from "@/auth/useCapabilities";
import { Button } from "@/components/ui/button";
import { CheckField } from "@/components/ui/field";
import type { Voice } from "@/features/voice/hooks/useVoice";
import { hearingNotice } from "@/features/voice/hearing-notice";

import { ReadingOptions } from "./ReadingOptions";

interface Props {
  voice: Voice;
  /** The sentences that "Read again" plays. */
  lastLine: string[];
}

/** Choices about microphone and loudspeaker, and who hears what is said. */
export function VoiceOptions({ voice, lastLine }: Props) {
  const { input, output } = voice;
  const notice = hearingNotice(voice.recogniser, useCapabilities().signInBrings.speech);
  if (!input.isAvailable && !output.isAvailable && !notice) {
    return <p className="text-sm text-muted">{t`This browser can’t listen or read aloud here. You can type.`}</p>;
  }
  return (
    <div className="space-y-1" role="group" aria-label={t`Voice`}>
      {output.isAvailable ? (
        <>
          <CheckField label={t`Read questions aloud`} on={output.readAloud} onChange={output.setReadAloud} />
          <Button
            variant="secondary"
            disabled={output.isPlaying || lastLine.length === 0}
            onClick={() => output.play(lastLine)}
          >
            <RotateCcw aria-hidden /> {t`Read again`}
          </Button>
          <ReadingOptions reader={voice.reader} language={voice.language} preferences={voice.preferences} />
        </>
      ) : null}
      {input.isAvailable ? (
        <CheckField
          label={t`Send automatically when I stop talking`}
          on={voice.preferences.handsFree}
          onChange={voice.preferences.setHandsFree}
        />
      ) : null}
      {notice ? <p className="text-sm text-muted">{notice}</p> : null}
    </div>
  );
}
