/**
 * Yida chat client without a page: one session, one websocket, nothing lost, nothing doubled.
 *
 *   const chat = new ChatConnection({ base: 'https://kefu.example/' });
 *   chat.addEventListener('message', (e) => show(e.detail));
 *   chat.start();
 *   chat.send('查话费');
 *
 * Events (`event.detail`):
 *   state    {state: 'connecting'|'online'|'offline'|'stopped', attempts}
 *   welcome  {conversationId, profile, reset, count}    reset: another conversation, forget what is shown
 *   message  {seq, id, from, text, title, buttons, speech, kind, at, history}    each exactly once
 *   ready    {}               history of the welcome has been handed over
 *   sent     {id, text, title, at}    accepted into the outbox (also those kept from before a reload)
 *   ack      {id, seq}        the server has the message for good
 *   failed   {id, code, text} the server refused it; `retry(id)` tries again
 *   typing   {on}
 *   profile  {profile}        the server changed the profile
 *   problem  {code, text}     an error that belongs to no message
 */
import { Outbox, memoryStorage } from './outbox.js';

const RETRY_MIN_MS = 500;
const RETRY_MAX_MS = 10_000;
const SILENCE_MS = 10_000; // an expected frame that does not come in this time means a dead line
const PING_EVERY_MS = 25_000;
const TOKEN_KEY = 'yida.chat.token';
const SESSION_GONE = new Set(['session_expired', 'unauthorized']);
const CLOSE_SESSION_GONE = 4401;

/** Delay before the given attempt (0, 1, 2 ...), in ms: exponential, with jitter, 0.5 to 10 s. */
export function backoff(attempt, random = Math.random) {
  const ceiling = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** Math.min(attempt + 1, 10));
  return RETRY_MIN_MS + random() * (ceiling - RETRY_MIN_MS);
}

export class ChatConnection extends EventTarget {
  #base; #storage; #outbox; #socket = null; #token = null; #state = 'stopped';
  #attempts = 0; #retryTimer = 0; #silenceTimer = 0; #pingTimer = 0; #epoch = 0;
  #seenSeqs = new Set(); #seenIds = new Set(); #profileChoice = null; #resetDue = false;
  conversationId = null;
  lastSeq = 0;

  /**
   * base: URL of the gateway. storage: keeps the token ({get, set, remove}).
   * pending: keeps messages not yet acknowledged, so that a reload does not lose them.
   */
  constructor({ base, storage = memoryStorage(), pending = memoryStorage() }) {
    super();
    this.#base = base;
    this.#storage = storage;
    this.#outbox = new Outbox(pending);
  }

  get state() { return this.#state; }

  /** Of the session, null before there is one: a call with it goes on in this conversation. */
  get token() { return this.#token; }

  start() {
    if (this.#state !== 'stopped') return;
    globalThis.addEventListener?.('online', this.#online);
    globalThis.addEventListener?.('offline', this.#offline);
    for (const message of this.#outbox.all()) this.#emit('sent', message);
    this.#connect();
  }

  stop() {
    globalThis.removeEventListener?.('online', this.#online);
    globalThis.removeEventListener?.('offline', this.#offline);
    this.#drop();
    this.#setState('stopped');
  }

  /** Queues a message and sends it as soon as the line is up; returns its id. */
  send(text, { title = null } = {}) {
    const message = this.#outbox.add(text, title);
    this.#emit('sent', message);
    this.#transmit(message);
    return message.id;
  }

  /** Sends a refused message again under its old id. */
  retry(id, text, title = null) {
    this.#transmit(this.#outbox.add(text, title, id));
  }

  /** 'elder' or 'standard'; told to the server now, or at the next welcome. */
  setProfile(profile) {
    this.#profileChoice = profile;
    if (this.#state === 'online') this.#flushProfile();
  }

  /** Connects at once instead of waiting for the back-off. */
  reconnect() {
    if (this.#state === 'stopped' || this.#state === 'online') return;
    this.#connect();
  }

  /** Asks for a sign of life (call it when the page becomes visible again). */
  check() {
    if (this.#state === 'online') this.#post({ type: 'ping' });
    else this.reconnect();
  }

  async #connect() {
    this.#drop();
    const epoch = this.#epoch;
    this.#setState(globalThis.navigator?.onLine === false ? 'offline' : 'connecting');
    try {
      if (!this.#token) await this.#openSession(epoch);
    } catch {
      if (epoch === this.#epoch) this.#later();
      return;
    }
    if (epoch !== this.#epoch) return;
    const url = new URL('ws/chat', this.#base);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(url);
    this.#socket = socket;
    this.#expectFrame();
    socket.onopen = () => this.#post({ type: 'hello', token: this.#token, last_seq: this.lastSeq });
    socket.onmessage = (event) => {
      if (socket !== this.#socket) return;
      this.#clearSilence();
      let frame = null;
      try { frame = JSON.parse(event.data); } catch { return; }
      if (frame && typeof frame === 'object') this.#receive(frame);
    };
    socket.onclose = (event) => {
      if (socket !== this.#socket) return;
      if (event.code === CLOSE_SESSION_GONE) this.#token = null;
      this.#later();
    };
  }

  async #openSession(epoch) {
    const answer = await fetch(new URL('api/chat/session', this.#base), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ token: this.#storage.get(TOKEN_KEY) }),
      signal: AbortSignal.timeout?.(SILENCE_MS),
    });
    if (answer.status === 401 || answer.status === 403) this.#storage.remove(TOKEN_KEY);
    if (!answer.ok) throw new Error(`session: ${answer.status}`);
    const session = await answer.json();
    if (epoch !== this.#epoch) return;
    this.#token = session.token;
    this.#storage.set(TOKEN_KEY, session.token);
    this.#adopt(session.conversation_id);
  }

  /** Another conversation than the one shown: what was seen of the old one does not count. */
  #adopt(conversationId) {
    if (this.conversationId === conversationId) return;
    if (this.conversationId !== null) this.#resetDue = true;
    this.conversationId = conversationId;
    this.#seenSeqs.clear();
    this.#seenIds.clear();
    this.lastSeq = 0;
  }

  #receive(frame) {
    switch (frame.type) {
      case 'welcome': this.#welcome(frame); break;
      case 'message': this.#message(frame, false); break;
      case 'ack': this.#acked(frame.id, frame.seq); break;
      case 'typing': this.#emit('typing', { on: Boolean(frame.on) }); break;
      case 'profile': this.#emit('profile', { profile: frame.profile }); break;
      case 'error': this.#error(frame); break;
      default: // pong, or something newer than this client
    }
  }

  #welcome({ conversation_id: conversationId, profile, messages = [] }) {
    const askedFrom = this.lastSeq;
    this.#adopt(conversationId);
    if (askedFrom > this.lastSeq) { // the history asked for was of another conversation: ask again from its start
      this.#later();
      return;
    }
    const reset = this.#resetDue;
    this.#resetDue = false;
    this.#attempts = 0;
    this.#emit('welcome', { conversationId, profile: this.#profileChoice ?? profile, reset, count: messages.length });
    for (const message of messages) this.#message(message, true);
    this.#setState('online');
    this.#emit('ready', {});
    this.#flushProfile();
    for (const message of this.#outbox.all()) this.#transmit(message);
    this.#pingTimer = setInterval(() => this.#post({ type: 'ping' }), PING_EVERY_MS);
  }

  #message(frame, history) {
    const { seq, id } = frame;
    if (!Number.isInteger(seq)) return;
    this.lastSeq = Math.max(this.lastSeq, seq);
    if (frame.from === 'user' && this.#outbox.has(id)) {
      this.#acked(id, seq); // journaled in a connection that broke before its ack
      return;
    }
    if (this.#seenSeqs.has(seq) || (id && this.#seenIds.has(id))) return;
    this.#seenSeqs.add(seq);
    if (id) this.#seenIds.add(id);
    this.#emit('message', { ...frame, buttons: frame.buttons ?? [], history });
  }

  #acked(id, seq) {
    if (!this.#outbox.remove(id)) return;
    this.#seenSeqs.add(seq);
    this.#seenIds.add(id);
    this.#emit('ack', { id, seq });
  }

  #error({ code, text, id }) {
    if (SESSION_GONE.has(code)) {
      this.#token = null;
      this.#later();
    } else if (id && this.#outbox.remove(id)) {
      this.#emit('failed', { id, code, text });
    } else {
      this.#emit('problem', { code, text });
    }
  }

  #transmit({ id, text, title }) {
    if (this.#state !== 'online') return;
    this.#post({ type: 'message', id, text, ...(title === null ? {} : { title }) });
  }

  #flushProfile() {
    if (this.#profileChoice === null) return;
    if (this.#post({ type: 'profile', profile: this.#profileChoice })) this.#profileChoice = null;
  }

  #post(frame) {
    if (this.#socket?.readyState !== 1) return false;
    this.#socket.send(JSON.stringify(frame));
    if (frame.type !== 'profile') this.#expectFrame();
    return true;
  }

  #expectFrame() {
    if (this.#silenceTimer) return;
    this.#silenceTimer = setTimeout(() => this.#later(), SILENCE_MS);
  }

  #clearSilence() {
    clearTimeout(this.#silenceTimer);
    this.#silenceTimer = 0;
  }

  #later() {
    this.#drop();
    this.#setState(globalThis.navigator?.onLine === false ? 'offline' : 'connecting');
    this.#retryTimer = setTimeout(() => this.#connect(), backoff(this.#attempts));
    this.#attempts += 1;
  }

  #drop() {
    this.#epoch += 1;
    clearTimeout(this.#retryTimer);
    clearInterval(this.#pingTimer);
    this.#clearSilence();
    const socket = this.#socket;
    this.#socket = null;
    if (socket && socket.readyState < 2) socket.close();
    if (socket) this.#emit('typing', { on: false });
  }

  #online = () => { this.#attempts = 0; this.reconnect(); };

  #offline = () => { if (this.#state !== 'stopped') this.#later(); };

  #setState(state) {
    this.#state = state;
    this.#emit('state', { state, attempts: this.#attempts });
  }

  #emit(type, detail) { this.dispatchEvent(new CustomEvent(type, { detail })); }
}
