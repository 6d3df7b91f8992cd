import { useEffect, useRef, useState } from "react";

import { Button } from "@/components/ui/button";
import { CheckField } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { useVoicePreferences } from "@/features/voice/hooks/useVoicePreferences";
import { hasMicrophone, microphoneProblem, openMicrophone, type Microphone } from "@/features/voice/microphone";

import { MicrophoneLevel } from "./MicrophoneLevel";

/** From this loudness on the microphone works. */
const AUDIBLE_LEVEL = 0.02;

/** Voice preferences, and a check of microphone and loudspeaker. Nothing leaves this browser. */
export function VoiceCheck() {
  const preferences = useVoicePreferences();
  const microphone = useRef<Microphone | null>(null);
  const [open, setOpen] = useState(false);
  const [level, setLevel] = useState(0);
  const [isAudible, setAudible] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const close = () => {
    microphone.current?.stop();
    microphone.current = null;
    setOpen(false);
  };
  useEffect(() => () => microphone.current?.stop(), []);
  const check = async () => {
    setProblem(null);
    setAudible(false);
    try {
      microphone.current = await openMicrophone((_, now) => {
        setLevel(now);
        if (now > AUDIBLE_LEVEL) setAudible(true);
      });
      setOpen(true);
    } catch (error) {
      setProblem(microphoneProblem(error));
    }
  };
  return (
    <fieldset className="space-y-3">
      <legend className="text-xl font-semibold">Voice</legend>
      <p className="text-muted">
        You can speak or type, and change between them at any time. Try your devices here; nothing of it is sent.
      </p>
      <div className="flex flex-wrap gap-x-6">
        <CheckField label="Read questions aloud" on={preferences.readAloud} onChange={preferences.setReadAloud} />
        <CheckField label="Send after a pause" on={preferences.handsFree} onChange={preferences.setHandsFree} />
      </div>
      <div className="flex flex-wrap items-center gap-4">
        {hasMicrophone() ? (
          <Button variant="secondary" aria-pressed={open} onClick={open ? close : () => void check()}>
            {open ? "Done" : "Check the microphone"}
          </Button>
        ) : (
          <p>This browser has no microphone for this page; you can type.</p>
        )}
        <MicrophoneLevel value={level} active={open} />
        <Button variant="secondary" onClick={() => void playTone()}>
          Play a sound
        </Button>
      </div>
      <p role="status" className="min-h-6 text-muted">
        {open ? (isAudible ? "You are heard." : "Say something…") : ""}
      </p>
      {problem ? <Notice kind="problem">{problem}</Notice> : null}
    </fieldset>
  );
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
