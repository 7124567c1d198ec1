/** Microphone and loudspeaker of a call. */

const MICROPHONE = { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const WHY = {
  NotAllowedError: 'denied', SecurityError: 'denied', NotFoundError: 'no_microphone', OverconstrainedError: 'no_microphone',
  NotReadableError: 'microphone_busy', AbortError: 'microphone_busy',
};

/** Why a call cannot be made here at all: 'insecure', 'unsupported' or null. */
export function obstacle() {
  if (globalThis.isSecureContext === false) return 'insecure';
  const able = globalThis.AudioWorkletNode && navigator.mediaDevices?.getUserMedia && globalThis.WebSocket;
  return able ? null : 'unsupported';
}

/** Why the microphone was not to be had. */
export const microphoneFault = (error) => WHY[error?.name] ?? 'unsupported';

/** Sound events: `heard` {pcm: ArrayBuffer, 20 ms}, `mark` {name} (played so far), `lost` {} (the microphone is gone). */
export class CallAudio extends EventTarget {
  #context; #stream = null; #node = null;

  /** Within the click, or the browser keeps the loudspeaker shut. */
  constructor() {
    super();
    this.#context = new AudioContext({ latencyHint: 'interactive' });
    this.#context.resume();
  }

  /** Asks for the microphone. Throws what getUserMedia throws. */
  async open() {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: MICROPHONE });
    if (this.#context.state === 'closed') { // hung up while asked
      for (const track of stream.getTracks()) track.stop();
      return;
    }
    this.#stream = stream;
    await this.#context.audioWorklet.addModule(new URL('call-worklet.js', import.meta.url));
    if (this.#context.state === 'closed') return;
    this.#node = new AudioWorkletNode(this.#context, 'yida-call', { numberOfInputs: 1, outputChannelCount: [1] });
    this.#node.port.onmessage = ({ data }) => {
      if (data instanceof ArrayBuffer) this.#emit('heard', { pcm: data });
      else if (data.mark) this.#emit('mark', { name: data.mark });
    };
    this.#context.createMediaStreamSource(stream).connect(this.#node).connect(this.#context.destination);
    stream.getAudioTracks()[0]?.addEventListener('ended', () => this.#emit('lost', {}));
  }

  play(pcm) { this.#node?.port.postMessage(pcm, [pcm]); }

  /** Drops what has not been played. */
  flush() { this.#node?.port.postMessage({ flush: true }); }

  /** `mark` is told when all before has been played. */
  mark(name) { this.#node?.port.postMessage({ mark: name }); }

  setMuted(on) {
    for (const track of this.#stream?.getAudioTracks() ?? []) track.enabled = !on;
  }

  close() {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    if (this.#node) this.#node.port.onmessage = null;
    this.#node?.disconnect();
    if (this.#context.state !== 'closed') this.#context.close();
  }

  #emit(type, detail) { this.dispatchEvent(new CustomEvent(type, { detail })); }
}
