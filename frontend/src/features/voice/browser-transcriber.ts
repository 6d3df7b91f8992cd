/** Transcription by the browser's own speech recognition, where the service has no provider. */
import { t } from "@lingui/core/macro";
import { microphoneDenied } from "./microphone";
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

/** `language`: BCP 47. */
export function transcribeInBrowser(language: string, listener: TranscriptionListener): Transcriber {
  const SpeechRecognition = recognitionClass();
  if (!SpeechRecognition) throw new Error("this browser has no speech recognition");
  const recognition = new SpeechRecognition();
  recognition.lang = language;
  recognition.continuous = true;
  recognition.interimResults = true;
  recognition.onspeechstart = listener.onSpeechStart;
  recognition.onspeechend = listener.onPause;
  recognition.onend = listener.onEnd;
  recognition.onerror = ({ error }) => {
    const problem = recognitionProblem(error, language);
    if (problem) listener.onProblem(problem);
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

/** What the user is told about an error of the browser's recogniser; `null` for what needs no word. */
function recognitionProblem(error: string, language: string): string | null {
  switch (error) {
    case "no-speech":
    case "aborted":
      return null;
    case "not-allowed":
      return microphoneDenied();
    case "service-not-allowed":
      return t`Your browser doesn’t allow speech recognition here. Try Chrome or Edge, or type your answers.`;
    case "network":
      return t`Your browser couldn’t reach its speech service. Check your connection, or type your answers.`;
    case "audio-capture":
      return t`No microphone found. Connect one and try again, or type your answers.`;
    case "language-not-supported":
      return t`Your browser can’t recognise this language (${language}). Type your answers.`;
    default:
      return t`Your browser couldn’t recognise speech. Try again, or type your answer.`;
  }
}
