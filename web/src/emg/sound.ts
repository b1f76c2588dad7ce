/** The chosen lane as sound, as electromyographers listen to it. Off until asked for, and never loud. */
import type { Channel } from "./frame";

/** Never more than this, whatever the recording holds: headphones may be on. */
const LOUDEST = 0.25;
/** Browsers refuse buffers below this rate. */
const LEAST_RATE = 8000;

export class Sound {
  private context: AudioContext | null = null;
  private source: AudioBufferSourceNode | null = null;

  /** Play `channel` from a moment on, with `half` raw steps as full scale. */
  play(channel: Channel, fromS: number, half: number, middle: number): void {
    this.stop();
    const rate = channel.rate_hz;
    const begin = Math.max(0, Math.floor((fromS - channel.start_s) * rate));
    const left = channel.data.length - begin;
    if (left < 2) return;
    this.context ??= new AudioContext();
    const times = Math.max(1, Math.ceil(LEAST_RATE / rate));
    // Two minutes at most: what is heard is where the eye is, and memory stays small.
    const count = Math.min(left, Math.floor(rate * 120));
    const buffer = this.context.createBuffer(1, count * times, rate * times);
    const out = buffer.getChannelData(0);
    for (let at = 0; at < out.length; at += 1) {
      const place = at / times;
      const whole = Math.floor(place);
      const a = channel.data[begin + whole]!;
      const b = channel.data[Math.min(begin + whole + 1, channel.data.length - 1)]!;
      const value = (a + (b - a) * (place - whole) - middle) / half;
      out[at] = Math.min(1, Math.max(-1, value));
    }
    const gain = this.context.createGain();
    gain.gain.value = LOUDEST;
    this.source = this.context.createBufferSource();
    this.source.buffer = buffer;
    this.source.connect(gain).connect(this.context.destination);
    this.source.start();
    void this.context.resume();
  }

  stop(): void {
    try {
      this.source?.stop();
    } catch {
      // It had ended by itself.
    }
    this.source?.disconnect();
    this.source = null;
  }

  close(): void {
    this.stop();
    void this.context?.close();
    this.context = null;
  }
}
