/**
 * Both directions of a call, in the audio thread. To the page: ArrayBuffers of 20 ms (16 bit, 16 kHz), {mark}.
 * From the page: ArrayBuffers of sound, {flush}, {mark: name}.
 */
import { Resampler } from './resample.js';

const LINE_RATE = 16_000;
const FRAME = 320;
const HOLD_BACK_S = 0.06; // sound held back against jitter before it begins
const WAIT_S = 0.1; // however little came: not longer
const MOST_S = 10; // older sound is dropped beyond this

class CallProcessor extends AudioWorkletProcessor {
  constructor() {
    super();
    this.up = new Resampler(sampleRate, LINE_RATE);
    this.down = new Resampler(LINE_RATE, sampleRate);
    this.frame = new Int16Array(FRAME);
    this.filled = 0;
    this.queue = []; // Float32Arrays at our rate, and {mark}
    this.queued = 0; // samples in the queue
    this.offset = 0; // played of the first block
    this.begun = false;
    this.waited = 0;
    this.port.onmessage = ({ data }) => this.take(data);
  }

  take(data) {
    if (data instanceof ArrayBuffer) {
      const samples = this.down.feed(Float32Array.from(new Int16Array(data), (value) => value / 32768));
      if (!samples.length || this.queued > MOST_S * sampleRate) return;
      this.queue.push(samples);
      this.queued += samples.length;
    } else if (data.flush) {
      for (const item of this.queue) if (item.mark) this.port.postMessage(item);
      this.queue = [];
      this.queued = 0;
      this.offset = 0;
      this.begun = false;
      this.down = new Resampler(LINE_RATE, sampleRate);
    } else if (data.mark) {
      this.queue.push(data);
      this.begun = true; // nothing more comes for now: do not hold back
    }
  }

  process(inputs, outputs) {
    const out = outputs[0][0];
    this.hear(inputs[0][0] ?? new Float32Array(out.length));
    this.play(out);
    for (const channel of outputs[0].slice(1)) channel.set(out);
    return true;
  }

  hear(samples) {
    for (const value of this.up.feed(samples)) {
      this.frame[this.filled] = Math.max(-32768, Math.min(32767, Math.round(value * 32768)));
      this.filled += 1;
      if (this.filled === FRAME) {
        this.port.postMessage(this.frame.buffer, [this.frame.buffer]);
        this.frame = new Int16Array(FRAME);
        this.filled = 0;
      }
    }
  }

  play(out) {
    if (!this.begun && this.queued) {
      this.waited += out.length;
      this.begun = this.queued >= HOLD_BACK_S * sampleRate || this.waited >= WAIT_S * sampleRate;
    }
    let at = 0;
    while (this.begun && this.queue.length) {
      const [item] = this.queue;
      if (item.mark) {
        this.port.postMessage(item);
        this.queue.shift();
        continue;
      }
      if (at === out.length) return;
      const part = item.subarray(this.offset, this.offset + out.length - at);
      out.set(part, at);
      at += part.length;
      this.offset += part.length;
      this.queued -= part.length;
      if (this.offset === item.length) {
        this.queue.shift();
        this.offset = 0;
      }
    }
    if (this.begun && !this.queue.length) { // played out: hold back again before what comes next
      this.begun = false;
      this.waited = 0;
    }
  }
}

registerProcessor('yida-call', CallProcessor);
