import { Send, Square } from "lucide-react";
import { useRef, type FormEvent, type KeyboardEvent } from "react";

import { Button } from "@/components/ui/button";
import { TextArea } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { VoiceControls } from "@/features/voice/components/VoiceControls";
import type { Voice } from "@/features/voice/hooks/useVoice";

/** Characters; the service takes no more. */
const MAX_MESSAGE_LENGTH = 20_000;

interface Props {
  draft: string;
  onDraft: (text: string) => void;
  onSend: () => void;
  /** The outbox still holds the last message. */
  isSending: boolean;
  /** The interviewer's reply is being made. */
  isReplyPending: boolean;
  onStop: () => void;
  isStopping: boolean;
  voice: Voice;
  /** The sentences that "Repeat" plays. */
  lastLine: string[];
}

/** Where an answer is written or spoken. It stays in view on screens that have room for it. */
export function Composer(props: Props) {
  const { draft, onDraft, onSend, isSending, isReplyPending, voice } = props;
  const form = useRef<HTMLFormElement>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSend();
    // The disabled button would lose the focus. On touch screens that would open the keyboard again.
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
        maxLength={MAX_MESSAGE_LENGTH}
        value={draft}
        onChange={(event) => {
          // An answer that is being corrected is not sent by itself.
          voice.autoSend.cancel();
          onDraft(event.target.value);
        }}
        onKeyDown={onKey}
        hint={<Hint voice={voice} isAutoSending={voice.autoSend.isPending && draft.trim() !== ""} />}
      />
      {voice.problem ? <Notice kind="problem">{voice.problem}</Notice> : null}
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <VoiceControls voice={voice} lastLine={props.lastLine} />
        <div className="ml-auto flex flex-wrap gap-3">
          {/* Hidden, not removed, so that nothing moves when a reply begins and ends. */}
          <Button
            variant="secondary"
            aria-label="Stop the interviewer"
            className={isReplyPending ? "" : "invisible"}
            disabled={!isReplyPending || props.isStopping}
            onClick={props.onStop}
          >
            <Square aria-hidden /> Stop
          </Button>
          <Button type="submit" disabled={!draft.trim() || isSending || isReplyPending}>
            <Send aria-hidden /> {isSending ? "Sending…" : "Send"}
          </Button>
        </div>
      </div>
    </form>
  );
}

/** Interim words and what happens next are shown in place of the hint, so that nothing moves. */
function Hint({ voice: { input }, isAutoSending }: { voice: Voice; isAutoSending: boolean }) {
  const now =
    input.interim ||
    (isAutoSending
      ? "It is sent in a moment. Change it, and it waits for you."
      : input.isListening
        ? "Listening…"
        : input.isFinishing
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
