import { t } from "@lingui/core/macro";
import { formatNumber } from "@/lib/i18n/format";
import { charactersLeft, lengthWarning } from "@/features/interview/message-length";
import { MicrophoneLevel } from "@/features/voice/components/MicrophoneLevel";
import { SILENCE_SECONDS } from "@/features/voice/hooks/useAutoSend";
import type { Voice } from "@/features/voice/hooks/useVoice";

interface Props {
  draft: string;
  voice: Voice;
  /** What would make the answer better. */
  tip: string | null;
}

/** What happens to the answer now. It lies over the end of the page, so that nothing moves when it comes and goes. */
export function ComposerStatus({ draft, voice: { input, autoSend }, tip }: Props) {
  const isTooLong = charactersLeft(draft) < 0;
  const warning = lengthWarning(draft);
  const now =
    warning ||
    input.interim ||
    (autoSend.isPending && draft.trim() !== ""
      ? t`Sending in ${{ seconds: formatNumber(SILENCE_SECONDS) }} s. Edit to cancel.`
      : input.isListening
        ? t`Listening…`
        : input.isFinishing
          ? t`Finishing your last sentence…`
          : (tip ?? ""));
  return (
    <div
      className={`absolute inset-x-0 bottom-full flex items-center gap-3 border-t bg-background px-4 py-1 text-sm [@media(max-height:20rem)]:sr-only ${now ? "" : "sr-only"}`}
    >
      {input.isListening ? <MicrophoneLevel value={input.level} active /> : null}
      <p dir="auto" className={`min-w-0 truncate ${isTooLong ? "text-bad" : "text-muted"}`}>
        {now}
      </p>
      <p role="status" className="sr-only">
        {isTooLong ? t`Your answer is too long to send.` : ""}
      </p>
    </div>
  );
}
