import { Mic, MicOff } from "lucide-react";
import { useRef, type KeyboardEvent, type MouseEvent, type PointerEvent } from "react";

import type { useVoice } from "@/features/voice/hooks/useVoice";

import { Button } from "@/components/ui/button";

/** A press longer than this is a hold. */
const HOLD = 400;

/** Held, by pointer or by key, it listens as long as it is held; tapped, until it is tapped again. */
export function TalkButton({ voice }: { voice: ReturnType<typeof useVoice> }) {
  const press = useRef<{ at: number; started: boolean } | null>(null);
  const { listening, start, stop } = voice;
  const down = () => {
    press.current = { at: performance.now(), started: !listening };
    if (!listening) start();
  };
  const up = () => {
    const { at, started } = press.current ?? { at: 0, started: true };
    if (press.current && (!started || performance.now() - at > HOLD)) stop();
    press.current = null;
  };
  const isPress = ({ key }: KeyboardEvent) => key === " " || key === "Enter";
  return (
    <Button
      variant={listening ? "primary" : "secondary"}
      aria-pressed={listening}
      className="touch-none select-none"
      title="Hold to talk, or tap to go on listening"
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
      // A screen reader's click has neither pointer nor key.
      onClick={(event) => {
        if (event.detail !== 0) return;
        if (listening) stop();
        else start();
      }}
    >
      {listening ? <MicOff aria-hidden /> : <Mic aria-hidden />}
      {listening ? "Stop listening" : "Speak"}
    </Button>
  );
}
