/**
 * What the conversation holds, in order: by seq, then what is still on its way.
 * Events: insert {entry, next, previous}, change {entry}, clear {}. No DOM.
 */

const order = (entry) => entry.seq ?? Infinity;

export class ChatStore extends EventTarget {
  #entries = [];

  get entries() { return this.#entries; }

  /** A message of the customer that the server has not confirmed yet. */
  addPending({ id, text, title, at }) {
    this.#insert({ id, seq: null, from: 'user', text, title, at, buttons: [], status: 'sending' });
  }

  add(message) {
    this.#insert({ ...message, status: 'done' });
  }

  ack(id, seq) {
    const entry = this.find(id);
    if (!entry) return;
    entry.seq = seq;
    entry.status = 'done';
    this.#emit('change', { entry });
    this.#reorder(entry);
  }

  fail(id, reason) { this.#status(id, 'failed', reason); }

  sending(id) { this.#status(id, 'sending'); }

  find(id) { return this.#entries.find((entry) => entry.id === id); }

  clear() {
    this.#entries = this.#entries.filter((entry) => entry.status !== 'done');
    this.#emit('clear', {});
  }

  #status(id, status, reason = null) {
    const entry = this.find(id);
    if (!entry) return;
    entry.status = status;
    entry.reason = reason;
    this.#emit('change', { entry });
  }

  #insert(entry) {
    let at = this.#entries.length;
    while (at > 0 && order(this.#entries[at - 1]) > order(entry)) at -= 1;
    this.#entries.splice(at, 0, entry);
    this.#emit('insert', { entry, previous: this.#entries[at - 1] ?? null, next: this.#entries[at + 1] ?? null });
  }

  /** An ack can show that a message belongs before one already here; then it is placed again. */
  #reorder(entry) {
    const sorted = this.#entries.every((e, i, all) => i === 0 || order(all[i - 1]) <= order(e));
    if (sorted) return;
    this.#entries.splice(this.#entries.indexOf(entry), 1);
    this.#insert(entry);
  }

  #emit(type, detail) { this.dispatchEvent(new CustomEvent(type, { detail })); }
}
