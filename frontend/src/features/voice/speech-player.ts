/** Reads lines aloud, sentence by sentence: the next one is fetched while one is heard, and any moment can be the last. */
import { API_URL, authorized } from "@/api/client";

export type Voice = "service" | "browser";

interface Part {
  text: string;
  audio?: Promise<Blob>;
}

export class Speaker {
  private stopped = new AbortController();
  private queue: Part[] = [];
  private reading = false;
  private line: number | null = null;
  private told: string[] = [];

  constructor(
    private readonly sessionId: string,
    private readonly voice: Voice,
    private readonly onSpeaking: (speaking: boolean) => void,
    private readonly onProblem: (text: string) => void,
  ) {}

  /** Says these sentences instead of whatever is being said. */
  say(parts: string[]): void {
    this.stop();
    this.stopped = new AbortController();
    this.add(parts);
  }

  /**
   * Says what a line has more than when it was told of last; another line takes its place. Who was stopped in the
   * middle of a line stays silent until the next.
   */
  follow(line: number, parts: string[]): void {
    const goesOn = line === this.line && parts.every((part, at) => part === (this.told[at] ?? part));
    if (!goesOn) {
      this.line = line;
      this.told = [];
      this.say(parts);
    } else if (!this.stopped.signal.aborted) {
      this.add(parts.slice(this.told.length));
    }
    if (parts.length > this.told.length) this.told = parts;
  }

  stop(): void {
    this.stopped.abort();
    this.queue = [];
    this.reading = false;
    this.onSpeaking(false);
  }

  private add(parts: string[]): void {
    this.queue.push(...parts.map((text) => ({ text })));
    this.prepareNext();
    if (!this.reading && this.queue.length > 0) void this.read(this.stopped.signal);
  }

  private async read(signal: AbortSignal): Promise<void> {
    this.reading = true;
    this.onSpeaking(true);
    try {
      for (let part = this.queue.shift(); part; part = this.queue.shift()) {
        if (this.voice === "browser") await utter(part.text, signal);
        else {
          const audio = part.audio ?? this.fetch(part.text, signal);
          this.prepareNext();
          await playback(await audio, signal);
        }
        if (signal.aborted) return;
      }
    } catch {
      if (signal.aborted) return;
      this.queue = [];
      this.onProblem("This line could not be read aloud.");
    }
    this.reading = false;
    this.onSpeaking(false);
  }

  private prepareNext(): void {
    const next = this.queue[0];
    if (this.voice === "browser" || !next || next.audio) return;
    next.audio = this.fetch(next.text, this.stopped.signal);
    // Told when its turn comes.
    next.audio.catch(() => undefined);
  }

  private async fetch(text: string, signal: AbortSignal): Promise<Blob> {
    const response = await authorized(
      new Request(`${API_URL || window.location.origin}/speech/text_to_speech`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-session-id": this.sessionId },
        body: JSON.stringify({ text }),
        signal,
      }),
    );
    if (!response.ok) throw new Error(String(response.status));
    return response.blob();
  }
}

async function utter(text: string, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const utterance = new SpeechSynthesisUtterance(text);
    utterance.onend = () => resolve();
    utterance.onerror = () => resolve();
    signal.addEventListener("abort", () => {
      speechSynthesis.cancel();
      resolve();
    });
    speechSynthesis.speak(utterance);
  });
}

async function playback(blob: Blob, signal: AbortSignal): Promise<void> {
  const url = URL.createObjectURL(blob);
  const audio = new Audio(url);
  try {
    await new Promise<void>((resolve, reject) => {
      audio.onended = () => resolve();
      audio.onerror = () => reject(new Error("unplayable"));
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

export const browserSpeaks = (): boolean => typeof speechSynthesis !== "undefined";
