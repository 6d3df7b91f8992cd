import { Send, Square } from "lucide-react";
import { useRef, type FormEvent, type KeyboardEvent } from "react";

import type { useVoice } from "@/features/voice/hooks/useVoice";

import { VoiceControls } from "@/features/voice/components/VoiceControls";
import { Button } from "@/components/ui/button";
import { TextArea } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";

const LONGEST_MESSAGE = 20_000;

interface Props {
  draft: string;
  onDraft: (text: string) => void;
  onSend: () => void;
  /** A message of ours has not arrived yet. */
  isSending: boolean;
  /** The interviewer is speaking. */
  isAnswered: boolean;
  onStop: () => void;
  isStopping: boolean;
  voice: ReturnType<typeof useVoice>;
  /** Sentences that can be read aloud once more. */
  lastLine: string[];
}

/** Where an answer is written or spoken; it stays in view where there is room for it. */
export function Composer(props: Props) {
  const { draft, onDraft, onSend, isSending, isAnswered, voice } = props;
  const form = useRef<HTMLFormElement>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSend();
    // The button can't keep the focus while it is of no use; a touch screen's keyboard stays where it is.
    if (matchMedia("(pointer: fine)").matches) form.current?.querySelector("textarea")?.focus();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) onSend();
  };
  return (
    <form ref={form} onSubmit={submit} className="space-y-2 border-t bg-background py-3 sm:sticky sm:bottom-0">
      <TextArea
        label="Your answer"
        rows={3}
        maxLength={LONGEST_MESSAGE}
        value={draft}
        onChange={(event) => {
          // Who corrects what was understood is not hurried.
          voice.hold();
          onDraft(event.target.value);
        }}
        onKeyDown={onKey}
        hint={<Hint voice={voice} isSentSoon={voice.sendsSoon && draft.trim() !== ""} />}
      />
      {voice.problem ? <Notice kind="problem">{voice.problem}</Notice> : null}
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <VoiceControls voice={voice} lastLine={props.lastLine} />
        <div className="ml-auto flex flex-wrap gap-3">
          {/* Its place is kept, so that nothing moves when the interviewer begins and ends. */}
          <Button
            variant="secondary"
            aria-label="Stop the interviewer"
            className={isAnswered ? "" : "invisible"}
            disabled={!isAnswered || props.isStopping}
            onClick={props.onStop}
          >
            <Square aria-hidden /> Stop
          </Button>
          <Button type="submit" disabled={!draft.trim() || isSending || isAnswered}>
            <Send aria-hidden /> {isSending ? "Sending…" : "Send"}
          </Button>
        </div>
      </div>
    </form>
  );
}

/** What is being heard, or about to happen, takes the hint's place, so that nothing moves. */
function Hint({ voice, isSentSoon }: { voice: Props["voice"]; isSentSoon: boolean }) {
  const now =
    voice.interim ||
    (isSentSoon
      ? "It is sent in a moment. Change it, and it waits for you."
      : voice.listening
        ? "Listening…"
        : voice.settling
          ? "Writing down your last words…"
          : "");
  return (
    <span className="block min-h-11 sm:min-h-6">
      {now ? (
        <span className="italic">{now}</span>
      ) : (
        "Ctrl + Enter sends it. What you write is kept in this browser until it is sent."
      )}
    </span>
  );
}
