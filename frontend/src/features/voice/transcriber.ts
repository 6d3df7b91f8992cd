/** Live transcription: what is said, as text while it is said. */
export interface TranscriptionListener {
  onSpeechStart: () => void;
  /** Words that may still change. */
  onInterim: (text: string) => void;
  /** Words that stand; each is reported once. */
  onFinal: (text: string) => void;
  onPause: () => void;
  /** Loudness from 0 to 1, where it is known. */
  onLevel: (level: number) => void;
  onProblem: (text: string) => void;
  /** Called once, however the transcription ends. */
  onEnd: () => void;
}

export interface Transcriber {
  /** Stops listening. What was said is still transcribed; then `onEnd` is called. */
  finish: () => void;
}
