import { t } from "@lingui/core/macro";

/** The microphone as samples that the service takes: 16-bit, mono, at 16 kHz or the rate that the device insists on. */
export interface Microphone {
  sampleRate: number;
  stop: () => void;
}

export const hasMicrophone = (): boolean =>
  typeof AudioWorkletNode !== "undefined" && navigator.mediaDevices?.getUserMedia !== undefined;

/** Tried in this order. */
const SAMPLE_RATES = [16_000, 48_000];

/**
 * `onSamples` is called ten times a second, with the loudness of the samples from 0 to 1.
 * @throws DOMException when there is no device, or the user refuses its use
 */
export async function openMicrophone(onSamples: (samples: Int16Array, level: number) => void): Promise<Microphone> {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
  });
  try {
    const context = await contextFor(stream);
    const source = context.createMediaStreamSource(stream);
    const node = new AudioWorkletNode(context, "pcm", { numberOfOutputs: 0, channelCount: 1 });
    node.port.onmessage = ({ data }: MessageEvent<{ samples: Int16Array; level: number }>) =>
      onSamples(data.samples, data.level);
    source.connect(node);
    return {
      sampleRate: context.sampleRate,
      stop: () => {
        node.port.onmessage = null;
        stopTracks(stream);
        // It may be stopped twice: by the user, and when its connection ends.
        if (context.state !== "closed") void context.close();
      },
    };
  } catch (error) {
    stopTracks(stream);
    throw error;
  }
}

const stopTracks = (stream: MediaStream) => stream.getTracks().forEach((track) => track.stop());

/** Browsers differ in the sample rates that they allow for a microphone. */
async function contextFor(stream: MediaStream): Promise<AudioContext> {
  let lastError: unknown;
  for (const sampleRate of SAMPLE_RATES) {
    const context = new AudioContext({ sampleRate });
    try {
      context.createMediaStreamSource(stream).disconnect();
      await context.audioWorklet.addModule("/pcm-worklet.js");
      await context.resume();
      return context;
    } catch (error) {
      lastError = error;
      await context.close();
    }
  }
  throw lastError;
}

export const microphoneDenied = () =>
  t`Microphone permission denied. Allow it in your browser’s address bar and try again, or type your answers.`;

/** What the user is told about an error of `openMicrophone`. */
export function microphoneProblem(error: unknown): string {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError") return microphoneDenied();
  if (name === "NotFoundError") return t`No microphone found. Connect one and try again, or type your answers.`;
  if (name === "NotReadableError") {
    return t`Another app is using the microphone. Close it and try again, or type your answers.`;
  }
  return t`We can’t use the microphone right now. Try again, or type your answers.`;
}
