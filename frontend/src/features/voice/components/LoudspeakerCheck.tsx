import { t } from "@lingui/core/macro";
import { useEffect, useRef, useState } from "react";

import { Button } from "@/components/ui/button";
import { hasSpeechSynthesis, speakInBrowser } from "@/features/voice/speech-player";

import { CheckCard } from "./CheckCard";

/** Plays what questions sound like, with the browser's own voice; a tone where it has none. */
export function LoudspeakerCheck({ language, speed }: { language: string; speed: number }) {
  const playing = useRef<AbortController | null>(null);
  const [text, setText] = useState("");
  useEffect(() => () => playing.current?.abort(), []);
  const play = async () => {
    playing.current?.abort();
    const controller = new AbortController();
    playing.current = controller;
    if (hasVoice(language)) {
      setText(t`Playing…`);
      await speakInBrowser(sampleFor(language), { language, speed }, controller.signal);
      setText(t`Heard it? Then you’re set.`);
    } else {
      await playTone();
      setText(t`That was a tone: no voice for this language is installed on this device.`);
    }
  };
  return (
    <CheckCard title={t`Speakers`} state={{ text }}>
      <Button variant="secondary" onClick={() => void play()}>
        {t`Play a sample`}
      </Button>
    </CheckCard>
  );
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

function hasVoice(language: string): boolean {
  const base = (tag: string) => tag.toLowerCase().split(/[-_]/)[0];
  return hasSpeechSynthesis() && speechSynthesis.getVoices().some(({ lang }) => base(lang) === base(language));
}

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
