import { t } from "@lingui/core/macro";
import { useEffect, useRef, useState } from "react";

import { errorMessage, Problem } from "@/api/problem";
import { Button } from "@/components/ui/button";
import { synthesize } from "@/features/voice/api";
import { browserVoices } from "@/features/voice/browser-voices";
import {
  isRefusal,
  playAudio,
  readingProblem,
  speakInBrowser,
  type Manner,
  type SpeechSource,
} from "@/features/voice/speech-player";

import { CheckCard, type CheckState } from "./CheckCard";

interface Props {
  /** Who reads lines aloud in the interview. */
  reader: SpeechSource | null;
  manner: Manner;
}

/** Plays what questions will sound like: with the service's voice, else the browser's; a tone where there is neither. */
export function LoudspeakerCheck({ reader, manner }: Props) {
  const playing = useRef<AbortController | null>(null);
  const [state, setState] = useState<CheckState | null>(null);
  useEffect(() => () => playing.current?.abort(), []);
  const play = async () => {
    playing.current?.abort();
    const controller = new AbortController();
    playing.current = controller;
    setState({ text: t`Playing…` });
    const outcome = await (reader === "service" ? playService : playBrowser)(manner, controller.signal);
    if (!controller.signal.aborted) setState(outcome);
  };
  return (
    <CheckCard title={t`Speakers`} state={state}>
      <Button variant="secondary" onClick={() => void play()}>
        {t`Play a sample`}
      </Button>
    </CheckCard>
  );
}

const heard = (): CheckState => ({ text: t`Heard it? Then you’re set.` });
const failed = (cause: string): CheckState => ({
  text: `${cause} ${t`Every question is on the screen as well.`}`,
  isProblem: true,
});

async function playService(manner: Manner, signal: AbortSignal): Promise<CheckState> {
  try {
    const options = { speed: manner.speed, voice: manner.serviceVoice };
    await playAudio(await synthesize(null, sampleFor(manner.language), options, signal), signal);
    return heard();
  } catch (error) {
    // As in the interview: what the service refuses, the browser reads.
    if (isRefusal(error) && browserVoices(manner.language).length > 0) {
      const outcome = await playBrowser(manner, signal);
      return outcome.isProblem
        ? outcome
        : { text: `${errorMessage(error)} ${t`Your browser’s voice is used instead.`}` };
    }
    return failed(error instanceof Problem ? errorMessage(error) : readingProblem(error));
  }
}

async function playBrowser(manner: Manner, signal: AbortSignal): Promise<CheckState> {
  if (browserVoices(manner.language).length > 0) {
    return speakInBrowser(sampleFor(manner.language), manner, signal).then(heard, (error) =>
      failed(readingProblem(error)),
    );
  }
  await playTone();
  return { text: t`That was a tone: no voice for this language is installed on this device.` };
}

const SAMPLES: Record<string, string> = {
  en: "Hello, and welcome. Can you hear me?",
  de: "Guten Tag und willkommen. Hören Sie mich?",
  es: "Hola, te damos la bienvenida. ¿Me oyes?",
  fr: "Bonjour et bienvenue. Vous m’entendez ?",
  zh: "你好，欢迎。你能听到我说话吗？",
  ar: "مرحبًا وأهلًا. هل تسمعني؟",
};

/** In the language of the interview, which a voice of that language can say. */
const sampleFor = (language: string) => SAMPLES[language.split("-")[0] ?? ""] ?? "1, 2, 3.";

/** Half a second of a soft tone. */
async function playTone() {
  const context = new AudioContext();
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  gain.gain.setValueAtTime(0.15, context.currentTime);
  gain.gain.exponentialRampToValueAtTime(0.001, context.currentTime + 0.5);
  oscillator.frequency.value = 440;
  oscillator.connect(gain).connect(context.destination);
  oscillator.start();
  oscillator.stop(context.currentTime + 0.5);
  await new Promise((resolve) => {
    oscillator.onended = resolve;
  });
  await context.close();
}
