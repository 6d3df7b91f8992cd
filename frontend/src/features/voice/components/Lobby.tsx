import { t } from "@lingui/core/macro";
import { formatNumber } from "@/lib/i18n/format";
import { CheckField, SelectField } from "@/components/ui/field";
import { useVoicePreferences } from "@/features/voice/hooks/useVoicePreferences";
import { speechLanguage } from "@/features/voice/language";

import { LoudspeakerCheck } from "./LoudspeakerCheck";
import { MicrophoneCheck } from "./MicrophoneCheck";
import { WarmUp } from "./WarmUp";

const SPEEDS = [0.75, 1, 1.25, 1.5];

/** Voice preferences, and a check of everything that speaking needs, before the first question. */
export function Lobby({ language }: { language: string }) {
  const preferences = useVoicePreferences();
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
        <LoudspeakerCheck language={spoken} speed={preferences.speed} />
        <WarmUp language={spoken} />
      </div>
      <div className="max-w-xs">
        <SelectField
          label={t`Reading speed`}
          value={preferences.speed}
          onChange={(event) => preferences.setSpeed(Number(event.target.value))}
        >
          {SPEEDS.map((speed) => (
            <option key={speed} value={speed}>
              {speed === 1 ? t`Normal` : t`${{ speed: formatNumber(speed) }}×`}
            </option>
          ))}
        </SelectField>
      </div>
    </fieldset>
  );
}
