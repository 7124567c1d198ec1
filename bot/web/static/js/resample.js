/** Changes the sample rate of a stream: windowed sinc, any two rates, block after block without clicks. */

const REACH = 8; // zero crossings of the kernel to each side
const STEPS = 64; // table entries a zero crossing
const KERNEL = Float32Array.from({ length: REACH * STEPS + 2 }, (_, index) => {
  const x = index / STEPS;
  if (x === 0) return 1;
  if (x >= REACH) return 0;
  const window = 0.42 + 0.5 * Math.cos((Math.PI * x) / REACH) + 0.08 * Math.cos((2 * Math.PI * x) / REACH);
  return (Math.sin(Math.PI * x) / (Math.PI * x)) * window;
});

export class Resampler {
  #step; #cut; #half; #kept; #at;

  /** Rates in Hz. */
  constructor(source, target) {
    this.#step = source / target;
    this.#cut = Math.min(1, (0.94 * target) / source); // the kernel's zero crossings are 1 / cut input samples apart
    this.#half = Math.ceil(REACH / this.#cut);
    this.#kept = new Float32Array(2 * this.#half);
    this.#at = this.#half; // where in `kept` and what follows the next output sample stands
  }

  /** A block of samples (-1 to 1) in, what is complete at the other rate out. */
  feed(block) {
    const all = new Float32Array(this.#kept.length + block.length);
    all.set(this.#kept);
    all.set(block, this.#kept.length);
    const last = all.length - this.#half - 1;
    const out = new Float32Array(Math.max(0, Math.floor((last - this.#at) / this.#step) + 1));
    for (let index = 0; index < out.length; index += 1) out[index] = this.#sample(all, this.#at + index * this.#step);
    const drop = all.length - 2 * this.#half;
    this.#at += out.length * this.#step - drop;
    this.#kept = all.slice(drop);
    return out;
  }

  #sample(all, at) {
    const from = Math.max(0, Math.ceil(at - this.#half));
    const to = Math.min(all.length - 1, Math.floor(at + this.#half));
    let sum = 0;
    for (let index = from; index <= to; index += 1) {
      const x = Math.abs(at - index) * this.#cut * STEPS;
      const low = Math.floor(x);
      if (low >= REACH * STEPS) continue;
      sum += all[index] * (KERNEL[low] + (x - low) * (KERNEL[low + 1] - KERNEL[low]));
    }
    return sum * this.#cut;
  }
}
