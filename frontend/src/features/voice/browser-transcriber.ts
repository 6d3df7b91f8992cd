/** Transcription by the browser's own speech recognition, where the service has no provider. */
import { MICROPHONE_DENIED } from "./microphone";
import type { Transcriber, TranscriptionListener } from "./transcriber";

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
export const hasSpeechRecognition = (): boolean => recognitionClass() !== undefined;

export function transcribeInBrowser(listener: TranscriptionListener): Transcriber {
  const SpeechRecognition = recognitionClass();
  if (!SpeechRecognition) throw new Error("this browser has no speech recognition");
  const recognition = new SpeechRecognition();
  recognition.lang = navigator.language;
  recognition.continuous = true;
  recognition.interimResults = true;
  recognition.onspeechstart = listener.onSpeechStart;
  recognition.onspeechend = listener.onPause;
  recognition.onend = listener.onEnd;
  recognition.onerror = ({ error }) => {
    if (error === "not-allowed") listener.onProblem(MICROPHONE_DENIED);
    else if (error !== "no-speech" && error !== "aborted") listener.onProblem("Your browser could not hear that.");
  };
  recognition.onresult = ({ resultIndex, results }) => {
    let interim = "";
    for (let index = resultIndex; index < results.length; index++) {
      const result = results[index];
      if (result?.isFinal) listener.onFinal(result[0].transcript.trim());
      else interim += result?.[0].transcript ?? "";
    }
    listener.onInterim(interim.trim());
  };
  recognition.start();
  return { finish: () => recognition.stop() };
}
