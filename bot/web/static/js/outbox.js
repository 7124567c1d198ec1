/** Messages the server has not acknowledged yet, in the order they were written. */

const KEY = 'yida.chat.outbox';

/** Storage of last resort: lives as long as the page. */
export function memoryStorage() {
  const values = new Map();
  return {
    get: (key) => values.get(key) ?? null,
    set: (key, value) => { values.set(key, value); },
    remove: (key) => { values.delete(key); },
  };
}

/** Wraps localStorage or sessionStorage; falls back to memory where the browser forbids them. */
export function webStorage(name) {
  try {
    const area = globalThis[name];
    area.setItem('yida.probe', '1');
    area.removeItem('yida.probe');
    return {
      get: (key) => area.getItem(key),
      set: (key, value) => { try { area.setItem(key, value); } catch { /* full: this page still has it */ } },
      remove: (key) => area.removeItem(key),
    };
  } catch {
    return memoryStorage();
  }
}

/** A version 4 UUID, also where crypto.randomUUID is missing (plain http on a LAN address). */
export function newId() {
  if (globalThis.crypto?.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

export class Outbox {
  #storage; #messages;

  constructor(storage) {
    this.#storage = storage;
    this.#messages = new Map();
    try {
      for (const message of JSON.parse(storage.get(KEY) ?? '[]')) this.#messages.set(message.id, message);
    } catch {
      storage.remove(KEY);
    }
  }

  all() { return [...this.#messages.values()]; }

  has(id) { return this.#messages.has(id); }

  /** Returns {id, text, title, at}. */
  add(text, title = null, id = newId()) {
    const message = { id, text, title, at: new Date().toISOString() };
    this.#messages.set(id, message);
    this.#save();
    return message;
  }

  /** True if it was there. */
  remove(id) {
    const had = this.#messages.delete(id);
    if (had) this.#save();
    return had;
  }

  #save() {
    if (this.#messages.size) this.#storage.set(KEY, JSON.stringify(this.all()));
    else this.#storage.remove(KEY);
  }
}
