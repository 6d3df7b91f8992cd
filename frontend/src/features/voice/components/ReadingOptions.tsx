import { t } from "@lingui/core/macro";

import { useCapabilities } from "@/auth/useCapabilities";
import { SelectField } from "@/components/ui/field";
import { useBrowserVoices } from "@/features/voice/hooks/useBrowserVoices";
import type { VoicePreferences } from "@/features/voice/hooks/useVoicePreferences";
import type { SpeechSource } from "@/features/voice/speech-player";
import { formatNumber } from "@/lib/i18n/format";

const SPEEDS = [0.75, 1, 1.25, 1.5];

interface Props {
  /** Who reads lines aloud. */
  reader: SpeechSource | null;
  /** Of the interview, as a BCP 47 tag. */
  language: string;
  preferences: VoicePreferences;
}

/** Which voice reads questions, where there is a choice, and how fast. */
export function ReadingOptions({ reader, language, preferences }: Props) {
  const ofService = useCapabilities().capabilities?.voices ?? [];
  const ofBrowser = useBrowserVoices(language);
  if (!reader) return null;
  const { speed, setSpeed } = preferences;
  const voices =
    reader === "service"
      ? ofService.map((voice, index) => ({ value: index === 0 ? "" : voice, name: capitalized(voice) }))
      : ofBrowser.map(({ voiceURI, name }) => ({ value: voiceURI, name }));
  const [chosen, choose] =
    reader === "service"
      ? [preferences.serviceVoice, preferences.setServiceVoice]
      : [preferences.browserVoice, preferences.setBrowserVoice];
  return (
    <>
      {voices.length > 1 ? (
        <SelectField
          label={t`Interviewer’s voice`}
          value={voices.some(({ value }) => value === chosen) ? chosen : ""}
          onChange={(event) => choose(event.target.value)}
        >
          {reader === "browser" ? <option value="">{t`Automatic`}</option> : null}
          {voices.map(({ value, name }) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </SelectField>
      ) : null}
      <SelectField label={t`Reading speed`} value={speed} onChange={(event) => setSpeed(Number(event.target.value))}>
        {SPEEDS.map((one) => (
          <option key={one} value={one}>
            {one === 1 ? t`Normal` : t`${{ speed: formatNumber(one) }}×`}
          </option>
        ))}
      </SelectField>
    </>
  );
}

/** Providers call their voices `alloy` or `af_sky`. */
const capitalized = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);
