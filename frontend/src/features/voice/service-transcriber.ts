/**
 * Transcription by the service's WebSocket. A connection that breaks is opened again under the same task, so that words
 * which were finished meanwhile are not lost.
 */
import { t } from "@lingui/core/macro";
import { problemSentences } from "@/api/problem-sentences";
import { freshAccessToken } from "@/api/client";
import { sleep } from "@/lib/sleep";

import { transcriptionUrl } from "./api";
import { microphoneProblem, openMicrophone, type Microphone } from "./microphone";
import type { Transcriber, TranscriptionListener } from "./transcriber";

type ServerMessage =
  | { type: "connected"; task_id: string; text: string }
  | { type: "speech_started" }
  | { type: "transcript"; text: string; is_final: boolean }
  | { type: "utterance_end" }
  | { type: "error"; error: string; code: string; retryable: boolean };

const MAX_CONNECTIONS = 5;
const INITIAL_DELAY_MS = 300;
/** Each holds a tenth of a second. */
const MAX_BUFFERED_CHUNKS = 100;
/** The user is not told of these: the next connection goes on where the last one ended. */
const SILENT_CODES = ["restarting", "token_expired", "stream_too_long", "speech_provider_failed"];
/** Another connection would end in the same way, or take a place from somebody else. */
const FINAL_CODES = ["stream_idle", "speech_budget_exceeded", "speech_busy", "too_many_at_once"];

/** `language`: BCP 47. Without a session it is a trial: short, and stored nowhere. */
export function transcribeByService(
  sessionId: string | null,
  language: string,
  listener: TranscriptionListener,
): Transcriber {
  const transcription = new ServiceTranscription(sessionId, language, listener);
  void transcription.run();
  return transcription;
}

class ServiceTranscription implements Transcriber {
  private finished = false;
  private socket: WebSocket | null = null;
  private microphone: Microphone | null = null;
  private taskId: string | null = null;
  /** The service takes sound. */
  private isReady = false;
  /** All final words so far, joined as the service joins them. */
  private finalText = "";
  /** Sound that waits for a connection. */
  private buffered: Int16Array[] = [];

  constructor(
    private readonly sessionId: string | null,
    private readonly language: string,
    private readonly listener: TranscriptionListener,
  ) {}

  async run(): Promise<void> {
    const { listener } = this;
    try {
      this.microphone = await openMicrophone((samples, level) => {
        if (this.finished) return;
        listener.onLevel(level);
        this.sendSound(samples);
      });
      if (this.finished) return;
      for (let count = 0; count < MAX_CONNECTIONS; count++) {
        if (!(await this.connect(this.microphone.sampleRate).catch(() => true))) return;
        await sleep(INITIAL_DELAY_MS * 2 ** count);
        if (this.isDone()) return;
      }
      listener.onProblem(t`Connection to speech recognition lost. Try again, or type your answer.`);
    } catch (error) {
      listener.onProblem(microphoneProblem(error));
    } finally {
      this.microphone?.stop();
      listener.onEnd();
    }
  }

  finish(): void {
    this.finished = true;
    this.microphone?.stop();
    if (this.isReady) this.sendStop();
  }

  /** Sound that was recorded without a connection is still to be transcribed. */
  private isDone(): boolean {
    return this.finished && this.buffered.length === 0;
  }

  /** Resolves when the connection has ended: to true if another one must follow. */
  private async connect(sampleRate: number): Promise<boolean> {
    const access_token = await freshAccessToken();
    return new Promise((resolve) => {
      let mayReconnect = true;
      const socket = new WebSocket(transcriptionUrl());
      this.socket = socket;
      socket.onopen = () => {
        const format = { encoding: "linear16", sample_rate: sampleRate, language: this.language };
        const task = this.sessionId ? { session_id: this.sessionId, task_id: this.taskId } : { trial: true };
        socket.send(JSON.stringify({ type: "start", access_token, ...task, ...format }));
      };
      socket.onmessage = ({ data }: MessageEvent<string>) => {
        const message = JSON.parse(data) as ServerMessage;
        this.receive(message);
        if (message.type === "error" && (!message.retryable || FINAL_CODES.includes(message.code)))
          mayReconnect = false;
      };
      socket.onclose = ({ code }) => {
        this.isReady = false;
        resolve(mayReconnect && code !== 1000 && !this.isDone());
      };
    });
  }

  private receive(message: ServerMessage): void {
    switch (message.type) {
      case "connected":
        this.resume(message.task_id, message.text);
        break;
      case "speech_started":
        this.listener.onSpeechStart();
        break;
      case "transcript":
        if (message.is_final) this.addFinal(message.text);
        else this.listener.onInterim(message.text);
        break;
      case "utterance_end":
        this.listener.onPause();
        break;
      case "error":
        if (!SILENT_CODES.includes(message.code))
          this.listener.onProblem(problemSentences[message.code]?.() ?? message.error);
    }
  }

  /** `text`: all final words of the task, perhaps more than were received before the connection broke. */
  private resume(taskId: string, text: string): void {
    this.taskId = taskId;
    const missed = text.startsWith(this.finalText) ? text.slice(this.finalText.length).trim() : "";
    if (missed) this.addFinal(missed);
    this.isReady = true;
    for (const samples of this.buffered.splice(0)) this.sendSound(samples);
    if (this.finished) this.sendStop();
  }

  private addFinal(text: string): void {
    this.finalText = [this.finalText, text].filter(Boolean).join(" ");
    this.listener.onFinal(text);
  }

  private sendSound(samples: Int16Array): void {
    if (this.isReady && this.socket?.readyState === WebSocket.OPEN) this.socket.send(samples.buffer as ArrayBuffer);
    else this.buffered = [...this.buffered, samples].slice(-MAX_BUFFERED_CHUNKS);
  }

  private sendStop(): void {
    this.socket?.send(JSON.stringify({ type: "stop" }));
  }
}
