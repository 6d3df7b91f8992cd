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
  /** Nobody has paused since speech began, and no interim words show how far it has come. */
  private isUnknown = false;
  /** The microphone is on. What comes later is of what was said before. */
  private isOn = false;

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** The microphone is on. */
  listen(): void {
    this.isOn = true;
  }

  onSpeechStart(): void {
    if (!this.isOn) return;
    this.isUnknown = true;
    this.sign();
  }

  onInterim(text: string): void {
    if (!text || !this.isOn) return;
    this.isUnknown = false;
    this.sign();
  }

  onPause(): void {
    if (this.isUnknown) this.latest = this.now();
    this.isUnknown = false;
  }

  onWords(text: string): void {
    this.characters += text.length;
  }

  /** The microphone is off: what follows is no pause. Who lets the button go has just spoken. */
  interrupt(): void {
    this.endStretch();
    this.isOn = false;
  }

  /** The timing of an answer that is sent, and a new beginning; `null` unless it was spoken as it stands. */
  take(answer: string): SpeechTiming | null {
    this.endStretch();
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

  private endStretch(): void {
    this.onPause();
    if (this.begin !== null) this.spokenMs += this.latest - this.begin;
    this.begin = null;
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
