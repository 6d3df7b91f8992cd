// Sound of the microphone as 16-bit samples, a tenth of a second at a time, with its level.
class Pcm extends AudioWorkletProcessor {
  constructor() {
    super();
    this.samples = new Int16Array(Math.round(sampleRate / 10));
    this.length = 0;
    this.sum = 0;
  }

  process([[channel]]) {
    if (!channel) return true;
    for (const value of channel) {
      this.sum += value * value;
      this.samples[this.length++] = Math.max(-1, Math.min(1, value)) * 32767;
      if (this.length === this.samples.length) {
        const level = Math.sqrt(this.sum / this.length);
        this.port.postMessage({ samples: this.samples.slice(), level });
        this.length = 0;
        this.sum = 0;
      }
    }
    return true;
  }
}
registerProcessor("pcm", Pcm);
