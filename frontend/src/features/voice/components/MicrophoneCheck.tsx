import { t } from "@lingui/core/macro";
import { useEffect, useRef, useState } from "react";

import { Button } from "@/components/ui/button";
import { hasMicrophone, microphoneProblem, openMicrophone, type Microphone } from "@/features/voice/microphone";

import { CheckCard } from "./CheckCard";
import { MicrophoneLevel } from "./MicrophoneLevel";

/** From this loudness on the microphone works. */
const AUDIBLE_LEVEL = 0.02;

/** Shows what the microphone hears. Nothing of it leaves this browser. */
export function MicrophoneCheck() {
  const microphone = useRef<Microphone | null>(null);
  const [isOpen, setOpen] = useState(false);
  const [level, setLevel] = useState(0);
  const [isAudible, setAudible] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const close = () => {
    microphone.current?.stop();
    microphone.current = null;
    setOpen(false);
  };
  useEffect(() => () => microphone.current?.stop(), []);
  const open = async () => {
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
  if (!hasMicrophone()) {
    return (
      <CheckCard
        title={t`Microphone`}
        state={{
          text: t`This browser can’t use a microphone on this page. You can type your answers.`,
          isProblem: true,
        }}
      >
        {null}
      </CheckCard>
    );
  }
  const text = problem ?? (isAudible ? t`Microphone works` : isOpen ? t`Say something…` : "");
  return (
    <CheckCard title={t`Microphone`} state={{ text, isProblem: problem !== null }}>
      <div className="flex flex-wrap items-center gap-3">
        <Button variant="secondary" aria-pressed={isOpen} onClick={isOpen ? close : () => void open()}>
          {isOpen ? t`Stop` : t`Test microphone`}
        </Button>
        <MicrophoneLevel value={level} active={isOpen} />
      </div>
    </CheckCard>
  );
}
