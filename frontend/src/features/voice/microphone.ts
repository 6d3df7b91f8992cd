/** The microphone as samples that the service takes: 16-bit, mono, 16 kHz or what the device insists on. */
export interface Microphone {
  sampleRate: number;
  stop: () => void;
}

export const hasMicrophone = (): boolean =>
  typeof AudioWorkletNode !== "undefined" && navigator.mediaDevices?.getUserMedia !== undefined;

const RATES = [16_000, 48_000];

/** @throws DOMException when there is no device, or its use is refused */
export async function openMicrophone(onSound: (samples: Int16Array, level: number) => void): Promise<Microphone> {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
  });
  try {
    const context = await contextFor(stream);
    const source = context.createMediaStreamSource(stream);
    const node = new AudioWorkletNode(context, "pcm", { numberOfOutputs: 0, channelCount: 1 });
    node.port.onmessage = ({ data }: MessageEvent<{ samples: Int16Array; level: number }>) =>
      onSound(data.samples, data.level);
    source.connect(node);
    return {
      sampleRate: context.sampleRate,
      stop: () => {
        node.port.onmessage = null;
        stop(stream);
        // It may be stopped twice: by its user, and when its connection ends.
        if (context.state !== "closed") void context.close();
      },
    };
  } catch (error) {
    stop(stream);
    throw error;
  }
}

const stop = (stream: MediaStream) => stream.getTracks().forEach((track) => track.stop());

/** Browsers differ in which rates they let a microphone have. */
async function contextFor(stream: MediaStream): Promise<AudioContext> {
  let failure: unknown;
  for (const sampleRate of RATES) {
    const context = new AudioContext({ sampleRate });
    try {
      context.createMediaStreamSource(stream).disconnect();
      await context.audioWorklet.addModule("/pcm-worklet.js");
      await context.resume();
      return context;
    } catch (error) {
      failure = error;
      await context.close();
    }
  }
  throw failure;
}

export function microphoneProblem(error: unknown): string {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError") return "The microphone is not allowed. Allow it for this page, or type.";
  if (name === "NotFoundError") return "There is no microphone. Connect one, or type.";
  return "The microphone can't be used right now. Try again, or type.";
}
