/**
 * What is said, as text while it is said: by the service's socket, or by the browser's own recognition where the
 * service has no provider. Finished words are told once; a connection that breaks is taken up again with them.
 */
import { API_URL, freshToken } from "@/api/client";
import { sleep } from "@/lib/sleep";

import { microphoneProblem, openMicrophone, type Microphone } from "./microphone";

export interface Listener {
  onStarted: () => void;
  onInterim: (text: string) => void;
  onFinal: (text: string) => void;
  onPause: () => void;
  onLevel: (level: number) => void;
  onProblem: (text: string) => void;
  onEnd: () => void;
}

export interface Transcriber {
  /** Ends after the last word: `onEnd` is told once, however it ends. */
  finish: () => void;
}

type Event =
  | { type: "connected"; task_id: string; text: string }
  | { type: "speech_started" }
  | { type: "transcript"; text: string; is_final: boolean }
  | { type: "utterance_end" }
  | { type: "error"; error: string; code: string; retryable: boolean };

const RECONNECTS = 5;
/** Codes after which a new connection goes on where the old one ended. */
const GOES_ON = ["restarting", "token_expired", "stream_too_long", "speech_provider_failed"];

export function listenByService(sessionId: string, listener: Listener): Transcriber {
  let finished = false;
  let socket: WebSocket | null = null;
  let microphone: Microphone | null = null;
  let taskId: string | null = null;
  let ready = false;
  /** What was finished and told, as the service joins it. */
  let told = "";
  const tell = (text: string) => {
    told = [told, text].filter(Boolean).join(" ");
    listener.onFinal(text);
  };
  /** Sound that waits for a connection: at most ten seconds. */
  let waiting: Int16Array[] = [];

  /** What was said while there was no connection is still to be heard. */
  const isDone = () => finished && waiting.length === 0;
  const send = (samples: Int16Array) => {
    if (ready && socket?.readyState === WebSocket.OPEN) socket.send(samples.buffer as ArrayBuffer);
    else waiting = [...waiting, samples].slice(-100);
  };

  /** Resolves when the connection is over: true if another one should be made. */
  const connect = async (sampleRate: number): Promise<boolean> => {
    const access_token = await freshToken();
    return new Promise((resolve) => {
      let again = true;
      const url = `${(API_URL || window.location.origin).replace(/^http/, "ws")}/speech/stream`;
      socket = new WebSocket(url);
      socket.onopen = () => {
        const start = { type: "start", session_id: sessionId, encoding: "linear16", sample_rate: sampleRate };
        socket?.send(JSON.stringify({ ...start, access_token, task_id: taskId, language: navigator.language }));
      };
      socket.onmessage = ({ data }: MessageEvent<string>) => {
        const event = JSON.parse(data) as Event;
        if (event.type === "connected") {
          taskId = event.task_id;
          // Heard before a break, and finished after it.
          const missed = event.text.startsWith(told) ? event.text.slice(told.length).trim() : "";
          if (missed) tell(missed);
          ready = true;
          for (const samples of waiting.splice(0)) send(samples);
          if (finished) socket?.send(JSON.stringify({ type: "stop" }));
        } else if (event.type === "speech_started") listener.onStarted();
        else if (event.type === "transcript") (event.is_final ? tell : listener.onInterim)(event.text);
        else if (event.type === "utterance_end") listener.onPause();
        else {
          if (!GOES_ON.includes(event.code)) listener.onProblem(event.error);
          if (!event.retryable || event.code === "stream_idle") again = false;
        }
      };
      socket.onclose = ({ code }) => {
        ready = false;
        resolve(again && code !== 1000 && !isDone());
      };
    });
  };

  const run = async () => {
    try {
      microphone = await openMicrophone((samples, level) => {
        if (finished) return;
        listener.onLevel(level);
        send(samples);
      });
      if (finished) return;
      for (let count = 0; count < RECONNECTS; count++) {
        if (!(await connect(microphone.sampleRate).catch(() => true))) return;
        await sleep(300 * 2 ** count);
        if (isDone()) return;
      }
      listener.onProblem("The connection for speech is gone. Please type, or try again.");
    } catch (error) {
      listener.onProblem(microphoneProblem(error));
    } finally {
      microphone?.stop();
      listener.onEnd();
    }
  };
  void run();
  return {
    finish: () => {
      finished = true;
      microphone?.stop();
      if (ready) socket?.send(JSON.stringify({ type: "stop" }));
    },
  };
}

interface Recognition {
  lang: string;
  continuous: boolean;
  interimResults: boolean;
  start: () => void;
  stop: () => void;
  onspeechstart: (() => void) | null;
  onspeechend: (() => void) | null;
  onend: (() => void) | null;
  onerror: ((event: { error: string }) => void) | null;
  onresult:
    | ((event: { resultIndex: number; results: ArrayLike<{ isFinal: boolean; 0: { transcript: string } }> }) => void)
    | null;
}

type RecognitionClass = new () => Recognition;
const recognitionClass = (): RecognitionClass | undefined => {
  const scope = window as unknown as Record<string, RecognitionClass | undefined>;
  return scope["SpeechRecognition"] ?? scope["webkitSpeechRecognition"];
};
export const browserListens = (): boolean => recognitionClass() !== undefined;

export function listenByBrowser(listener: Listener): Transcriber {
  const Recognizer = recognitionClass();
  if (!Recognizer) throw new Error("this browser does not transcribe");
  const recognition = new Recognizer();
  recognition.lang = navigator.language;
  recognition.continuous = true;
  recognition.interimResults = true;
  recognition.onspeechstart = listener.onStarted;
  recognition.onspeechend = listener.onPause;
  recognition.onend = listener.onEnd;
  recognition.onerror = ({ error }) => {
    if (error === "not-allowed") listener.onProblem("The microphone is not allowed. Allow it for this page, or type.");
    else if (error !== "no-speech" && error !== "aborted") listener.onProblem("Your browser could not hear that.");
  };
  recognition.onresult = ({ resultIndex, results }) => {
    let interim = "";
    for (let at = resultIndex; at < results.length; at++) {
      const result = results[at];
      if (result?.isFinal) listener.onFinal(result[0].transcript.trim());
      else interim += result?.[0].transcript ?? "";
    }
    listener.onInterim(interim.trim());
  };
  recognition.start();
  return { finish: () => recognition.stop() };
}
