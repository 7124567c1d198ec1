/** Which profile (standard or elder 长辈版) this page shows, and where that came from. */

const KEY = 'yida.chat.profile';
export const PROFILES = ['standard', 'elder'];

export class Profile extends EventTarget {
  #storage; #current;
  /** The customer's own choice that the server has not been told yet, or null. */
  choice = null;

  constructor(storage, query = '') {
    super();
    this.#storage = storage;
    const remembered = storage.get(KEY);
    this.#current = PROFILES.includes(remembered) ? remembered : 'standard';
    const asked = new URLSearchParams(query).get('elder');
    if (asked === '1' || asked === '0') this.choice = asked === '1' ? 'elder' : 'standard';
    if (this.choice) this.#keep(this.choice);
  }

  get current() { return this.#current; }

  get elder() { return this.#current === 'elder'; }

  /** `by`: 'customer' or 'server'; the event lets the page tell the other side. */
  set(profile, by) {
    if (!PROFILES.includes(profile) || profile === this.#current) return;
    this.#keep(profile);
    this.dispatchEvent(new CustomEvent('change', { detail: { profile, by } }));
  }

  toggle() { this.set(this.elder ? 'standard' : 'elder', 'customer'); }

  #keep(profile) {
    this.#current = profile;
    this.#storage.set(KEY, profile);
  }
}
