import { t } from "@lingui/core/macro";

import { useCapabilities } from "@/auth/useCapabilities";
import { CheckField } from "@/components/ui/field";
import { speechCapabilities } from "@/features/voice/hooks/useSpeechCapabilities";
import { readingManner, useVoicePreferences } from "@/features/voice/hooks/useVoicePreferences";
import { speechLanguage } from "@/features/voice/language";

import { LoudspeakerCheck } from "./LoudspeakerCheck";
import { MicrophoneCheck } from "./MicrophoneCheck";
import { ReadingOptions } from "./ReadingOptions";
import { WarmUp } from "./WarmUp";

/**
 * Voice preferences, and a check of everything that speaking needs, before the first question: with the service's own
 * recogniser and voices where it has them, as in the interview.
 */
export function Lobby({ language }: { language: string }) {
  const preferences = useVoicePreferences();
  const { capabilities } = useCapabilities();
  const { transcription, synthesis } = speechCapabilities({
    transcribes: capabilities?.live_transcription === true,
    speaks: capabilities?.text_to_speech === true,
  });
  const spoken = speechLanguage(language);
  return (
    <fieldset className="space-y-4">
      <legend className="text-xl font-semibold">{t`Voice`}</legend>
      <p className="text-muted">{t`You can speak or type, and switch at any time. Test your devices here first.`}</p>
      <div className="flex flex-wrap gap-x-6">
        <CheckField label={t`Read questions aloud`} on={preferences.readAloud} onChange={preferences.setReadAloud} />
        <CheckField
          label={t`Send automatically when I stop talking`}
          on={preferences.handsFree}
          onChange={preferences.setHandsFree}
        />
      </div>
      <div className="grid gap-4 md:grid-cols-3">
        <MicrophoneCheck />
        <LoudspeakerCheck reader={synthesis} manner={readingManner(preferences, spoken)} />
        <WarmUp recogniser={transcription} language={spoken} />
      </div>
      <div className="grid gap-4 sm:grid-cols-2">
        <ReadingOptions reader={synthesis} language={spoken} preferences={preferences} />
      </div>
    </fieldset>
  );
}
