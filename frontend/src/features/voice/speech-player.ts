/** Reads lines aloud, sentence by sentence. The next sentence is fetched while one is played. */
import { t } from "@lingui/core/macro";

import { Problem, errorMessage } from "@/api/problem";

import { synthesize } from "./api";
import { browserVoices, hasSpeechSynthesis } from "./browser-voices";

export type SpeechSource = "service" | "browser";

export interface Manner {
  /** BCP 47. */
  language: string;
  /** 1 is the voice's own speed. */
  speed: number;
  /** Which of the service's voices speaks; its own choice without one. */
  serviceVoice: string | null;
  /** `voiceURI` of the browser's voice that speaks; the browser's own choice without one, or in another language. */
  browserVoice: string | null;
}

/** The service reads nothing more aloud today, or not to this user. */
export const isRefusal = (error: unknown): error is Problem =>
  error instanceof Problem &&
  ["speech_budget_exceeded", "speech_for_users_only", "speech_unavailable"].includes(error.code);

interface Sentence {
  text: string;
  audio?: Promise<Blob>;
}

export class SpeechPlayer {
  private stopped = new AbortController();
  private queue: Sentence[] = [];
  private isPlaying = false;
  private lineNo: number | null = null;
  /** The sentences of the line that were queued so far. */
  private queued: string[] = [];

  constructor(
    private readonly sessionId: string,
    /** The browser takes over when the service refuses. */
    private source: SpeechSource,
    /** May change between two sentences. */
    private readonly manner: () => Manner,
    private readonly onPlayingChange: (isPlaying: boolean) => void,
    private readonly onProblem: (text: string) => void,
  ) {}

  /** Plays these sentences instead of what is being played. */
  play(sentences: string[]): void {
    this.stop();
    this.stopped = new AbortController();
    this.enqueue(sentences);
  }

  /**
   * Plays a line that is still being streamed: call it with all its sentences whenever there are more. Another line
   * takes its place. A line that was stopped stays silent to its end.
   */
  playLine(lineNo: number, sentences: string[]): void {
    const continues = lineNo === this.lineNo && sentences.every((text, index) => text === (this.queued[index] ?? text));
    if (!continues) {
      this.lineNo = lineNo;
      this.queued = [];
      this.play(sentences);
    } else if (!this.stopped.signal.aborted) {
      this.enqueue(sentences.slice(this.queued.length));
    }
    if (sentences.length > this.queued.length) this.queued = sentences;
  }

  stop(): void {
    this.stopped.abort();
    this.queue = [];
    this.setPlaying(false);
  }

  private setPlaying(isPlaying: boolean): void {
    this.isPlaying = isPlaying;
    this.onPlayingChange(isPlaying);
  }

  private enqueue(sentences: string[]): void {
    this.queue.push(...sentences.map((text) => ({ text })));
    this.prefetch();
    if (!this.isPlaying && this.queue.length > 0) void this.playQueue(this.stopped.signal);
  }

  private async playQueue(signal: AbortSignal): Promise<void> {
    this.setPlaying(true);
    try {
      for (let sentence = this.queue.shift(); sentence; sentence = this.queue.shift()) {
        await this.playSentence(sentence, signal);
        if (signal.aborted) return;
      }
    } catch (error) {
      if (signal.aborted) return;
      this.queue = [];
      this.onProblem(readingProblem(error));
    }
    this.setPlaying(false);
  }

  private async playSentence({ text, audio }: Sentence, signal: AbortSignal): Promise<void> {
    if (this.source === "service") {
      const current = audio ?? this.synthesize(text);
      this.prefetch();
      const blob = await current.catch((error: unknown) => this.giveUpService(error));
      if (blob) return playAudio(blob, signal);
    }
    return speakInBrowser(text, this.manner(), signal);
  }

  /** Leaves this and later sentences to the browser. @throws what is no refusal, and where the browser has no voice */
  private giveUpService(error: unknown): void {
    if (!isRefusal(error) || !hasSpeechSynthesis()) throw error;
    this.source = "browser";
  }

  private prefetch(): void {
    const next = this.queue[0];
    if (this.source === "browser" || !next || next.audio) return;
    next.audio = this.synthesize(next.text);
    // A failure is reported when the sentence is played.
    next.audio.catch(() => undefined);
  }

  private synthesize(text: string): Promise<Blob> {
    const { speed, serviceVoice } = this.manner();
    return synthesize(this.sessionId, text, { speed, voice: serviceVoice }, this.stopped.signal);
  }
}

/** The browser did not say a sentence. */
class VoiceError extends Error {
  constructor(readonly code: SpeechSynthesisErrorCode) {
    super(`the browser can't speak: ${code}`);
  }
}

/** Why nothing was read aloud, for the user. */
export function readingProblem(error: unknown): string {
  if (isRefusal(error)) return errorMessage(error);
  // What plays the service's audio has a name of its own for it.
  const isBlocked = error instanceof DOMException && error.name === "NotAllowedError";
  switch (error instanceof VoiceError ? error.code : isBlocked ? "not-allowed" : null) {
    case "not-allowed":
      return t`Your browser plays no sound before you click or type on this page. Then choose “Read again” in the options.`;
    case "language-unavailable":
    case "voice-unavailable":
    case "synthesis-unavailable":
      return t`No voice for this language is installed on this device.`;
    default:
      return t`We couldn’t read this aloud.`;
  }
}

/** @throws `VoiceError` */
export async function speakInBrowser(text: string, manner: Manner, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve, reject) => {
    const utterance = new SpeechSynthesisUtterance(text);
    utterance.lang = manner.language;
    utterance.rate = manner.speed;
    const voice = browserVoices(manner.language).find(({ voiceURI }) => voiceURI === manner.browserVoice);
    if (voice) utterance.voice = voice;
    utterance.onend = () => resolve();
    utterance.onerror = ({ error }) => {
      if (error === "canceled" || error === "interrupted") resolve();
      else reject(new VoiceError(error));
    };
    signal.addEventListener("abort", () => {
      speechSynthesis.cancel();
      resolve();
    });
    speechSynthesis.speak(utterance);
  });
}

export async function playAudio(blob: Blob, signal: AbortSignal): Promise<void> {
  const url = URL.createObjectURL(blob);
  const audio = new Audio(url);
  try {
    await new Promise<void>((resolve, reject) => {
      audio.onended = () => resolve();
      audio.onerror = () => reject(new Error("the audio can't be played"));
      signal.addEventListener("abort", () => {
        audio.pause();
        resolve();
      });
      if (signal.aborted) resolve();
      else audio.play().catch(reject);
    });
  } finally {
    URL.revokeObjectURL(url);
  }
}
