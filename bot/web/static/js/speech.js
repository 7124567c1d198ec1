/** Reads a message aloud with the browser's voice. `speech` is the spoken form (SSML-light) of the reply. */

const DIGITS = ['零', '幺', '二', '三', '四', '五', '六', '七', '八', '九'];
const byDigit = (value) => value.replace(/\d/g, (d) => DIGITS[d]).replace(/[^零幺二三四五六七八九A-Za-z]+/g, '，');
const number = (value) => value.replace(/(\.\d*?)0+(?!\d)/, '$1').replace(/\.(?!\d)/, '');
const bare = (value) => /^[-\d.,]+$/.test(value);

const SAY_AS = {
  amount: (value) => (bare(value) ? `${number(value)}元` : value),
  minutes: (value) => (bare(value) ? `${value}分钟` : value),
  data_volume: (value) => value.replace(/\s*([GMK])B?\b/gi, '$1'),
  phone: byDigit,
  ticket_id: byDigit,
  digits: byDigit,
};

const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Plain words to say: tags resolved or dropped, Markdown marks and addresses left out. */
export function spokenText({ speech, text }) {
  const source = speech || String(text ?? '').replace(/\*{3,}/g, '星号').replace(/\*\*/g, '').replace(/\[([^\]]+)\]\([^)]*\)/g, '$1')
    .replace(/https:\/\/\S+/g, '链接').replace(/</g, '&lt;');
  return source
    .replace(/<say-as\b[^>]*interpret-as=["']([\w-]+)["'][^>]*>([^<]*)<\/say-as>/g, (_, kind, value) => (SAY_AS[kind] ?? String)(value))
    .replace(/<break\b[^>]*>/g, '，')
    .replace(/<[^>]*>/g, '')
    .replace(/&(amp|lt|gt|quot|apos);/g, (_, name) => ENTITIES[name])
    .replace(/[ \t]+/g, ' ')
    .trim();
}

/** Sentences; engines cut off long utterances, so each is said on its own. */
export function sentences(text) {
  return text.match(/[^。！？!?\n]+[。！？!?]*/g)?.map((part) => part.trim()).filter(Boolean) ?? [];
}

export class Speaker {
  #synth = globalThis.speechSynthesis; #onEnd = null; #turn = 0;

  get supported() { return Boolean(this.#synth && globalThis.SpeechSynthesisUtterance); }

  /** rate: 1 is the voice's normal speed. onEnd is called once, however it ends. */
  speak(message, { rate = 1, onEnd = () => {} } = {}) {
    this.stop();
    const turn = ++this.#turn;
    const parts = sentences(spokenText(message));
    this.#onEnd = onEnd;
    const voice = this.#synth.getVoices().find((v) => /^(zh|cmn)([-_](CN|Hans))?/i.test(v.lang));
    parts.forEach((part, index) => {
      const utterance = new SpeechSynthesisUtterance(part);
      utterance.lang = 'zh-CN';
      utterance.rate = rate;
      if (voice) utterance.voice = voice;
      if (index === parts.length - 1) utterance.onend = () => this.#finish(turn);
      utterance.onerror = () => this.#finish(turn);
      this.#synth.speak(utterance);
    });
    if (!parts.length) this.#finish(turn);
  }

  stop() {
    this.#synth?.cancel();
    this.#finish(this.#turn);
  }

  #finish(turn) {
    if (turn !== this.#turn) return;
    const done = this.#onEnd;
    this.#onEnd = null;
    done?.();
  }
}
