/** How an answer is spoken: its time and its pauses. */
import type { components } from "@/api/schema";

export type SpeechTiming = components["schemas"]["SpeechTiming"];

/** A silence of so long between words is a pause; shorter ones belong to speech. */
const PAUSE_MS = 1_500;
/** More of the text than this was typed or deleted: the time is not the text's. */
const EDITED_SHARE = 0.2;

/** Measures from the events of a transcriber, until the answer is sent. Words come late, their interim forms in time. */
export class SpeechClock {
  private spokenMs = 0;
  private pauses = 0;
  private longestPauseMs = 0;
  private characters = 0;
  /** Begin and latest sign of the stretch that is being spoken. */
  private begin: number | null = null;
  private latest = 0;
  /** Interim words show when something was said; without them, only a pause ends what is spoken. */
  private hasInterim = false;

  constructor(private readonly now: () => number = () => performance.now()) {}

  onSpeechStart(): void {
    this.hasInterim = false;
    this.sign();
  }

  onInterim(text: string): void {
    if (!text) return;
    this.hasInterim = true;
    this.sign();
  }

  onPause(): void {
    if (this.begin !== null && !this.hasInterim) this.latest = this.now();
  }

  onWords(text: string): void {
    this.characters += text.length;
  }

  /** The microphone is off: what follows is no pause. */
  interrupt(): void {
    if (this.begin !== null) this.spokenMs += this.latest - this.begin;
    this.begin = null;
  }

  /** The timing of an answer that is sent, and a new beginning; `null` unless it was spoken as it stands. */
  take(answer: string): SpeechTiming | null {
    this.interrupt();
    const wasEdited = Math.abs(answer.length - this.characters) > EDITED_SHARE * answer.length;
    const timing =
      this.spokenMs === 0 || wasEdited
        ? null
        : {
            seconds: seconds(this.spokenMs),
            pauses: this.pauses,
            longest_pause_seconds: seconds(this.longestPauseMs),
          };
    this.spokenMs = this.pauses = this.longestPauseMs = this.characters = 0;
    return timing;
  }

  private sign(): void {
    const now = this.now();
    this.begin ??= this.latest = now;
    const silence = now - this.latest;
    if (silence >= PAUSE_MS) {
      this.pauses += 1;
      this.longestPauseMs = Math.max(this.longestPauseMs, silence);
    }
    this.latest = now;
  }
}

/** With one decimal. */
const seconds = (ms: number) => Math.round(ms / 100) / 10;
