import { t } from "@lingui/core/macro";
import { Send, Settings2, Square, VolumeX } from "lucide-react";
import { useEffect, useId, useRef, type FormEvent, type KeyboardEvent } from "react";

import { Button } from "@/components/ui/button";
import { CheckField } from "@/components/ui/field";
import { Popover } from "@/components/ui/popover";
import { useVisibleViewport } from "@/features/interview/hooks/useVisibleViewport";
import { charactersLeft } from "@/features/interview/message-length";
import { nudge } from "@/features/interview/nudge";
import { PushToTalkButton } from "@/features/voice/components/PushToTalkButton";
import { VoiceOptions } from "@/features/voice/components/VoiceOptions";
import type { Voice } from "@/features/voice/hooks/useVoice";
import { useAutosize } from "@/hooks/useAutosize";
import { useStoredValue } from "@/hooks/useStoredValue";

import { ComposerStatus } from "./ComposerStatus";

const hasKeyboard = () => matchMedia("(pointer: fine)").matches;
const isMac = /mac/i.test(navigator.platform);

interface Props {
  draft: string;
  onDraft: (text: string) => void;
  onSend: () => void;
  /** Nothing can be sent yet: the first line or the last message is on its way. */
  isWaiting: boolean;
  /** The interviewer's reply is being made. */
  isReplyPending: boolean;
  onStop: () => void;
  isStopping: boolean;
  voice: Voice;
  /** The sentences that "Read again" plays. */
  lastLine: string[];
  /** Whether the user may ask for tips while answering. */
  offersTips: boolean;
}

/** Where an answer is written or spoken: one row that grows with it, in view wherever the reader is. */
export function Composer({ draft, onDraft, onSend, isWaiting, isReplyPending, voice, ...props }: Props) {
  const id = useId();
  const form = useRef<HTMLFormElement>(null);
  const box = useAutosize(draft);
  const [enterSends, setEnterSends] = useStoredValue<boolean>("enter_sends", false);
  const [wantsTips, setWantsTips] = useStoredValue<boolean>("tips", false);
  useVisibleViewport();
  useFocusOnFirstLine(box, isWaiting);
  useHeightVariable(form);
  const canSend = draft.trim() !== "" && charactersLeft(draft) >= 0 && !isWaiting && !isReplyPending;
  const send = () => {
    if (canSend) onSend();
    // The disabled button would lose the focus. On touch screens that would open the keyboard again.
    if (hasKeyboard()) box.current?.focus();
  };
  const onKey = (event: KeyboardEvent) => {
    const isSendKey = event.ctrlKey || event.metaKey || (enterSends && !event.shiftKey);
    // The Enter that accepts a word of an input method sends nothing.
    if (event.key !== "Enter" || !isSendKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <form
      ref={form}
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        send();
      }}
      className="sticky bottom-[var(--keyboard-inset,0px)] z-20 -mx-4 mt-auto -mb-6 bg-background px-4 py-2"
    >
      <ComposerStatus draft={draft} voice={voice} tip={props.offersTips && wantsTips ? nudge(draft) : null} />
      <div className="flex items-end gap-0.5 rounded-2xl border p-1 border-input bg-background focus-within:border-primary focus-within:outline-1 focus-within:outline-primary">
        <Popover
          label={t`Options for answering`}
          trigger={
            <Button variant="ghost" size="icon" className="shrink-0" aria-label={t`Options`}>
              <Settings2 aria-hidden />
            </Button>
          }
        >
          <VoiceOptions voice={voice} lastLine={props.lastLine} />
          {hasKeyboard() ? (
            <CheckField label={t`Enter sends my answer`} on={enterSends} onChange={setEnterSends} />
          ) : null}
          {props.offersTips ? (
            <CheckField label={t`Tips while I answer`} on={wantsTips} onChange={setWantsTips} />
          ) : null}
          <p className="text-sm text-muted">{t`Your draft is saved in this browser until you send it.`}</p>
        </Popover>
        {voice.input.isAvailable ? <PushToTalkButton input={voice.input} /> : null}
        {voice.output.isPlaying ? (
          <Button variant="ghost" size="icon" aria-label={t`Stop reading`} onClick={voice.output.stop}>
            <VolumeX aria-hidden />
          </Button>
        ) : null}
        <label htmlFor={id} className="sr-only">
          {t`Your answer`}
        </label>
        <textarea
          ref={box}
          id={id}
          rows={1}
          dir="auto"
          value={draft}
          placeholder={voice.input.isAvailable ? t`Type or speak` : t`Type your answer`}
          aria-describedby={`${id}-hint`}
          aria-invalid={charactersLeft(draft) < 0}
          onChange={(event) => {
            // An answer that is being corrected is not sent by itself.
            voice.autoSend.cancel();
            onDraft(event.target.value);
          }}
          onKeyDown={onKey}
          className="field-sizing-content max-h-[max(2.75rem,calc(var(--visible-height,100dvh)/3-4rem))] min-h-11 w-full min-w-0 flex-1 resize-none bg-transparent px-2 py-2.5 text-base leading-6 outline-none placeholder:truncate placeholder:text-muted"
        />
        {isReplyPending ? (
          <Button
            size="icon"
            className="shrink-0"
            aria-label={t`Stop the interviewer`}
            disabled={props.isStopping}
            onClick={props.onStop}
          >
            <Square aria-hidden />
          </Button>
        ) : (
          <Button type="submit" size="icon" className="shrink-0" aria-label={t`Send`} disabled={!canSend}>
            <Send aria-hidden className="rtl:-scale-x-100" />
          </Button>
        )}
      </div>
      <p
        id={`${id}-hint`}
        className="sr-only text-xs text-muted [@media(pointer:fine)_and_(min-height:40rem)]:not-sr-only"
      >
        {sendHint(enterSends)}
      </p>
    </form>
  );
}

function sendHint(enterSends: boolean): string {
  if (enterSends) return t`Enter sends. Shift + Enter starts a new line.`;
  return isMac ? t`⌘ + Enter sends.` : t`Ctrl + Enter sends.`;
}

/** Where there is a keyboard, the answer can be typed as soon as there is a question, unless the user is elsewhere by then. */
function useFocusOnFirstLine(box: React.RefObject<HTMLTextAreaElement | null>, isWaiting: boolean) {
  const wasFocused = useRef(false);
  useEffect(() => {
    if (isWaiting || wasFocused.current) return;
    wasFocused.current = true;
    const focused = document.activeElement;
    const isNowhere = focused === document.body || focused?.id === "main";
    if (hasKeyboard() && isNowhere) box.current?.focus({ preventScroll: true });
  }, [box, isWaiting]);
}

/** Tells style sheets the composer's height, which covers the end of the page. */
function useHeightVariable(form: React.RefObject<HTMLFormElement | null>) {
  useEffect(() => {
    if (!form.current || typeof ResizeObserver === "undefined") return;
    const { style } = document.documentElement;
    const observer = new ResizeObserver(([entry]) => {
      style.setProperty("--composer-height", `${entry?.target.clientHeight ?? 0}px`);
    });
    observer.observe(form.current);
    return () => {
      observer.disconnect();
      style.removeProperty("--composer-height");
    };
  }, [form]);
}
