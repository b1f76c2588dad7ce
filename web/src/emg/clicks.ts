/** One short, quiet click for each spike, as electromyographers know it; off until asked for. */
const LOUDEST = 0.15;
/** More in one line of figures than the ear can tell apart. */
const MOST_AT_ONCE = 8;
const LINE_S = 0.05;

export class Clicks {
  private readonly context = new AudioContext();

  play(count: number): void {
    const many = Math.min(count, MOST_AT_ONCE);
    for (let number = 0; number < many; number += 1) {
      const at = this.context.currentTime + (LINE_S * number) / many;
      const tone = this.context.createOscillator();
      const gain = this.context.createGain();
      gain.gain.setValueAtTime(LOUDEST, at);
      gain.gain.exponentialRampToValueAtTime(0.001, at + 0.012);
      tone.frequency.value = 900;
      tone.connect(gain).connect(this.context.destination);
      tone.start(at);
      tone.stop(at + 0.014);
    }
    void this.context.resume();
  }

  close(): void {
    void this.context.close();
  }
}
