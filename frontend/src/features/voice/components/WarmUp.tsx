import { t } from "@lingui/core/macro";
import { useEffect, useRef, useState } from "react";

import { useCapabilities } from "@/auth/useCapabilities";
import { quoted } from "@/lib/quoted";
import { Button } from "@/components/ui/button";
import { hasSpeechRecognition, transcribeInBrowser } from "@/features/voice/browser-transcriber";
import { hearingNotice } from "@/features/voice/hearing-notice";
import type { Transcriber } from "@/features/voice/transcriber";

import { CheckCard } from "./CheckCard";

/** A question to get used to speaking: neither kept nor judged. It tries the browser's own speech recognition. */
export function WarmUp({ language }: { language: string }) {
  const transcriber = useRef<Transcriber | null>(null);
  const [isListening, setListening] = useState(false);
  const [heard, setHeard] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => () => transcriber.current?.finish(), []);
  const { signInBrings } = useCapabilities();
  const start = () => {
    setHeard("");
    setProblem(null);
    setListening(true);
    const words: string[] = [];
    const show = (interim: string) => setHeard([...words, interim].filter(Boolean).join(" "));
    transcriber.current = transcribeInBrowser(language, {
      onSpeechStart: () => undefined,
      onPause: () => undefined,
      onLevel: () => undefined,
      onInterim: show,
      onFinal: (text) => {
        words.push(text);
        show("");
      },
      onProblem: setProblem,
      onEnd: () => {
        transcriber.current = null;
        setListening(false);
      },
    });
  };
  if (!hasSpeechRecognition()) {
    return (
      <CheckCard
        title={t`Speech to text`}
        state={{
          text:
            hearingNotice(null, signInBrings.speech) ||
            t`This browser can’t turn speech into text itself. If this service can’t either, you can type.`,
        }}
      >
        {null}
      </CheckCard>
    );
  }
  const text =
    problem ??
    (heard
      ? quoted(heard)
      : isListening
        ? t`Listening…`
        : t`Not saved, not scored. Chrome and Edge send the sound to Google or Microsoft.`);
  return (
    <CheckCard title={t`Speech to text`} state={{ text, isProblem: problem !== null }}>
      <p className="text-sm">{t`Warm up: what do you like about your work?`}</p>
      <Button
        variant="secondary"
        aria-pressed={isListening}
        onClick={isListening ? () => transcriber.current?.finish() : start}
      >
        {isListening ? t`Stop` : t`Speak`}
      </Button>
    </CheckCard>
  );
}
