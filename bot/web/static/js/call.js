/**
 * A call to the hotline from the page: microphone, websocket, loudspeaker. No DOM.
 *
 *   const call = new VoiceCall({ base: document.baseURI, token: () => connection.token });
 *   call.start();
 *
 * Events: state {state: 'idle'|'asking'|'connecting'|'talking', reason, seconds}; `reason` when it comes back to idle:
 * mine, theirs, or what went wrong: insecure, unsupported, denied, no_microphone, microphone_busy, no_session, full,
 * elsewhere, line_down, cut. microphone {} when it is lost during the call.
 */
import { CallAudio, microphoneFault, obstacle } from './call-audio.js';

const CONNECT_MS = 8000;
const CLOSED = { 1013: 'full', 4401: 'no_session', 4409: 'elsewhere' };
const KEYS = /^[0-9*#]$/;

export class VoiceCall extends EventTarget {
  #base; #token; #state = 'idle'; #audio = null; #socket = null; #timer = 0; #began = 0; #muted = false;

  /** base: URL of the gateway. token: gives the chat session's token, null while there is none. */
  constructor({ base, token }) {
    super();
    this.#base = base;
    this.#token = token;
  }

  get state() { return this.#state; }

  get muted() { return this.#muted; }

  /** Seconds since it was answered. */
  get seconds() { return this.#began ? (performance.now() - this.#began) / 1000 : 0; }

  /** Call it within a click. */
  async start() {
    if (this.#state !== 'idle') return;
    const fault = obstacle() ?? (this.#token() ? null : 'line_down');
    if (fault) {
      this.#set('idle', fault);
      return;
    }
    this.#set('asking');
    const audio = new CallAudio();
    this.#audio = audio;
    audio.addEventListener('heard', ({ detail }) => this.#post(detail.pcm));
    audio.addEventListener('mark', ({ detail }) => this.#say({ type: 'mark', name: detail.name }));
    audio.addEventListener('lost', () => this.dispatchEvent(new CustomEvent('microphone', { detail: {} })));
    try {
      await audio.open();
    } catch (error) {
      if (audio === this.#audio) this.#over(microphoneFault(error));
      return;
    }
    if (audio === this.#audio) this.#connect();
  }

  /** 0-9, * or #. False where it could not be sent. */
  press(key) {
    return this.#state === 'talking' && KEYS.test(key) && this.#say({ type: 'key', key });
  }

  setMuted(on) {
    this.#muted = on;
    this.#audio?.setMuted(on);
  }

  hangUp() {
    if (this.#state === 'idle') return;
    this.#say({ type: 'hangup' });
    this.#over('mine');
  }

  #connect() {
    const url = new URL('voice/browser', this.#base);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(url);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    this.#set('connecting');
    this.#timer = setTimeout(() => this.#over('line_down'), CONNECT_MS);
    socket.onopen = () => this.#say({ type: 'hello', token: this.#token() });
    socket.onmessage = ({ data }) => { if (socket === this.#socket) this.#receive(data); };
    socket.onclose = ({ code }) => {
      if (socket === this.#socket) this.#over(CLOSED[code] ?? (this.#state === 'talking' ? 'cut' : 'line_down'));
    };
  }

  #receive(data) {
    if (data instanceof ArrayBuffer) {
      this.#audio.play(data);
      return;
    }
    const frame = JSON.parse(data);
    switch (frame.type) {
      case 'welcome': this.#answered(); break;
      case 'flush': this.#audio.flush(); break;
      case 'mark': this.#audio.mark(frame.name); break;
      case 'bye': this.#over('theirs'); break;
      default: // something newer than this page
    }
  }

  #answered() {
    clearTimeout(this.#timer);
    this.#began = performance.now();
    this.#audio.setMuted(this.#muted);
    this.#set('talking');
  }

  #over(reason) {
    clearTimeout(this.#timer);
    const { seconds } = this;
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    this.#audio?.close();
    this.#audio = null;
    this.#began = 0;
    this.#muted = false;
    this.#set('idle', reason, seconds);
  }

  #say(frame) { return this.#send(JSON.stringify(frame)); }

  #post(pcm) { if (this.#state === 'talking') this.#send(pcm); }

  #send(data) {
    if (this.#socket?.readyState !== 1) return false;
    this.#socket.send(data);
    return true;
  }

  #set(state, reason = null, seconds = 0) {
    this.#state = state;
    this.dispatchEvent(new CustomEvent('state', { detail: { state, reason, seconds } }));
  }
}
