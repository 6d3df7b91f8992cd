import { t } from "@lingui/core/macro";
import { useEffect, useRef, useState } from "react";

import { useCapabilities } from "@/auth/useCapabilities";
import { Button } from "@/components/ui/button";
import { transcribeInBrowser } from "@/features/voice/browser-transcriber";
import { hearingNotice } from "@/features/voice/hearing-notice";
import { transcribeByService } from "@/features/voice/service-transcriber";
import type { SpeechSource } from "@/features/voice/speech-player";
import type { Transcriber } from "@/features/voice/transcriber";
import { quoted } from "@/lib/quoted";

import { CheckCard } from "./CheckCard";
import { MicrophoneLevel } from "./MicrophoneLevel";

/** A warm-up ends by itself after so long: the service listens no longer to a trial. */
const LONGEST_MS = 25_000;

interface Props {
  /** Who turns speech into text in the interview. */
  recogniser: SpeechSource | null;
  /** BCP 47. */
  language: string;
}

/** A question to get used to speaking: neither kept nor judged. It tries the recogniser that the interview uses. */
export function WarmUp({ recogniser, language }: Props) {
  const { signInBrings } = useCapabilities();
  if (recogniser) return <Trial recogniser={recogniser} language={language} />;
  const text =
    hearingNotice(null, signInBrings.speech) ||
    t`Neither this service nor your browser can turn speech into text here. You can type your answers.`;
  return (
    <CheckCard title={t`Speech to text`} state={{ text }}>
      {null}
    </CheckCard>
  );
}

type Phase = "untried" | "listening" | "finishing" | "tried";

function Trial({ recogniser, language }: { recogniser: SpeechSource; language: string }) {
  const transcriber = useRef<Transcriber | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [phase, setPhase] = useState<Phase>("untried");
  const [heard, setHeard] = useState("");
  const [level, setLevel] = useState(0);
  const [problem, setProblem] = useState<string | null>(null);
  const finish = () => {
    clearTimeout(timer.current);
    setPhase("finishing");
    transcriber.current?.finish();
  };
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      transcriber.current?.finish();
    },
    [],
  );
  const start = () => {
    setHeard("");
    setProblem(null);
    setPhase("listening");
    const words: string[] = [];
    const show = (interim: string) => setHeard([...words, interim].filter(Boolean).join(" "));
    const listener = {
      onSpeechStart: () => undefined,
      onPause: () => undefined,
      onLevel: setLevel,
      onInterim: show,
      onFinal: (text: string) => {
        words.push(text);
        show("");
      },
      onProblem: setProblem,
      onEnd: () => {
        clearTimeout(timer.current);
        transcriber.current = null;
        setPhase("tried");
      },
    };
    timer.current = setTimeout(finish, LONGEST_MS);
    transcriber.current =
      recogniser === "service"
        ? transcribeByService(null, language, listener)
        : transcribeInBrowser(language, listener);
  };
  const isListening = phase === "listening";
  const text = problem ?? (heard ? quoted(heard) : phaseText(phase, recogniser));
  return (
    <CheckCard title={t`Speech to text`} state={{ text, isProblem: problem !== null }}>
      <p className="text-sm">{t`Warm up: what do you like about your work?`}</p>
      <div className="flex flex-wrap items-center gap-3">
        <Button
          variant="secondary"
          aria-pressed={isListening}
          disabled={phase === "finishing"}
          onClick={isListening ? finish : start}
        >
          {isListening ? t`Stop` : t`Speak`}
        </Button>
        <MicrophoneLevel value={level} active={isListening && level > 0} />
      </div>
    </CheckCard>
  );
}

function phaseText(phase: Phase, recogniser: SpeechSource): string {
  switch (phase) {
    case "listening":
      return t`Listening…`;
    case "finishing":
      return t`Finishing your last sentence…`;
    case "tried":
      return t`Nothing was heard. Speak up a little, or test the microphone first.`;
    case "untried":
      return recogniser === "service"
        ? t`Not saved, not scored. The sound goes to this service and its speech provider.`
        : t`Not saved, not scored. Chrome and Edge send the sound to Google or Microsoft.`;
  }
}
