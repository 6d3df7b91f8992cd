import { t } from "@lingui/core/macro";
import { Mic, MicOff } from "lucide-react";
import { useRef, type KeyboardEvent, type MouseEvent, type PointerEvent } from "react";

import { Button } from "@/components/ui/button";
import type { SpeechInput } from "@/features/voice/hooks/useSpeechInput";

/** A longer press is a hold, a shorter one a tap. */
const HOLD_MS = 400;

/** Listens while it is held, by pointer or by key. After a tap it listens until the next one. */
export function PushToTalkButton({ input }: { input: SpeechInput }) {
  const press = useRef<{ at: number; started: boolean } | null>(null);
  const { isListening, start, stop } = input;
  const down = () => {
    press.current = { at: performance.now(), started: !isListening };
    if (!isListening) start();
  };
  const up = () => {
    const { at, started } = press.current ?? { at: 0, started: true };
    if (press.current && (!started || performance.now() - at > HOLD_MS)) stop();
    press.current = null;
  };
  const isPress = ({ key }: KeyboardEvent) => key === " " || key === "Enter";
  return (
    <Button
      variant={isListening ? "primary" : "ghost"}
      size="icon"
      aria-label={isListening ? t`Stop listening` : t`Speak`}
      aria-pressed={isListening}
      className="shrink-0 touch-none select-none"
      title={isListening ? t`Stop listening` : t`Hold to talk, or tap to keep listening`}
      onPointerDown={(event: PointerEvent<HTMLButtonElement>) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        down();
      }}
      onPointerUp={up}
      onPointerCancel={up}
      onContextMenu={(event: MouseEvent) => event.preventDefault()}
      onKeyDown={(event) => {
        if (!isPress(event)) return;
        event.preventDefault();
        if (!event.repeat) down();
      }}
      onKeyUp={(event) => {
        if (!isPress(event)) return;
        event.preventDefault();
        up();
      }}
      onBlur={up}
      // A click by a screen reader comes without a pointer or a key.
      onClick={(event) => {
        if (event.detail !== 0) return;
        if (isListening) stop();
        else start();
      }}
    >
      {isListening ? <MicOff aria-hidden /> : <Mic aria-hidden />}
    </Button>
  );
}
