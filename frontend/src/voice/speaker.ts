/** Reads lines aloud, sentence by sentence: the next one is fetched while one is heard, and any moment can be the last. */
import { API_URL, authorized } from "@/api/client";

/** Sentences of a text, in its own language's sense where the browser knows it. */
export function sentences(text: string): string[] {
  const parts =
    typeof Intl.Segmenter === "function"
      ? [...new Intl.Segmenter(undefined, { granularity: "sentence" }).segment(text)].map(({ segment }) => segment)
      : text.split(/(?<=[.!?])\s+/);
  return parts.map((part) => part.trim()).filter(Boolean);
}

export type Voice = "service" | "browser";

export class Speaker {
  private stopped = new AbortController();

  constructor(
    private readonly sessionId: string,
    private readonly voice: Voice,
    private readonly onSpeaking: (speaking: boolean) => void,
    private readonly onProblem: (text: string) => void,
  ) {}

  /** Says a text instead of whatever is being said. */
  async say(text: string): Promise<void> {
    this.stop();
    const stopped = new AbortController();
    this.stopped = stopped;
    const parts = sentences(text);
    if (parts.length === 0) return;
    this.onSpeaking(true);
    try {
      if (this.voice === "browser") await this.utter(parts, stopped.signal);
      else await this.play(parts, stopped.signal);
    } catch {
      if (!stopped.signal.aborted) this.onProblem("This line could not be read aloud.");
    } finally {
      if (this.stopped === stopped) this.onSpeaking(false);
    }
  }

  stop(): void {
    this.stopped.abort();
    this.onSpeaking(false);
  }

  private async play(parts: string[], signal: AbortSignal): Promise<void> {
    let next = this.fetch(parts[0] ?? "", signal);
    for (let at = 0; at < parts.length && !signal.aborted; at++) {
      const audio = await next;
      const following = parts[at + 1];
      if (following) {
        next = this.fetch(following, signal);
        // Told when its turn comes.
        next.catch(() => undefined);
      }
      await playback(audio, signal);
    }
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

  private async utter(parts: string[], signal: AbortSignal): Promise<void> {
    signal.addEventListener("abort", () => speechSynthesis.cancel());
    for (const part of parts) {
      if (signal.aborted) return;
      await new Promise<void>((resolve) => {
        const utterance = new SpeechSynthesisUtterance(part);
        utterance.onend = () => resolve();
        utterance.onerror = () => resolve();
        speechSynthesis.speak(utterance);
      });
    }
  }
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
