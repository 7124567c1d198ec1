/** The call on the page: button, state, timer, mute, number pad, hang up, and what went wrong in plain words. */
import { announce, byId, el, icon } from './dom.js';

const STATE = { asking: '请允许使用麦克风…', connecting: '正在接通…', talking: '通话中，请讲' };
const WRONG = {
  insecure: '语音通话要用 https 开头的安全网址打开本页。您可以直接打字。',
  unsupported: '这个浏览器不支持语音通话。请换新版浏览器，或直接打字。',
  denied: '没有麦克风权限。请在浏览器的网站设置里允许使用麦克风，再打一次，或直接打字。',
  no_microphone: '没有找到麦克风。请接上耳机或麦克风再试，或直接打字。',
  microphone_busy: '麦克风正被别的程序占用。请关掉它再打一次。',
  no_session: '页面已过期。请刷新页面后再打。',
  full: '现在通话的人很多，请稍后再打，或直接打字。',
  elsewhere: '您在另一个页面上正在通话，请先挂断那边。',
  line_down: '电话暂时打不通，请稍后再试，或直接打字。',
  cut: '通话断开了。您可以再打一次，或直接打字。',
};
const PAD = '123456789*0#';
const NAMES = { '*': '星号', '#': '井号' };
const SHOWN = 12; // keys that stay in sight
const two = (n) => String(n).padStart(2, '0');
const clock = (seconds) => `${two(Math.floor(seconds / 60))}:${two(Math.floor(seconds) % 60)}`;

function spoken(seconds) {
  const [minutes, rest] = [Math.floor(seconds / 60), Math.floor(seconds) % 60];
  return minutes ? `${minutes}分${rest}秒` : `${rest}秒`;
}

export class CallView {
  #call; #panel = byId('call'); #open = byId('call-open'); #state = byId('call-state'); #timer = byId('call-timer');
  #keys = byId('call-keys'); #pad = byId('call-pad'); #toggle = byId('call-pad-toggle'); #mute = byId('call-mute');
  #talk = byId('call-talk'); #after = byId('call-after'); #tick = 0; #changed;

  /** changed(): the panel took or gave back room. */
  constructor(call, { changed = () => {} } = {}) {
    this.#call = call;
    this.#changed = changed;
    this.#pad.append(...Array.from(PAD, (key) => this.#padKey(key)));
    this.#open.addEventListener('click', () => call.start());
    byId('call-again').addEventListener('click', () => call.start());
    byId('call-end').addEventListener('click', () => call.hangUp());
    byId('call-close').addEventListener('click', () => this.#close());
    this.#mute.addEventListener('click', () => this.#setMuted(!call.muted));
    this.#toggle.addEventListener('click', () => this.#setPad(this.#pad.hidden));
    this.#panel.addEventListener('keydown', (event) => this.#key(event));
    call.addEventListener('state', ({ detail }) => this.#show(detail));
    call.addEventListener('microphone', () => this.#say('麦克风断开了，请接好后再打一次。'));
  }

  #padKey(key) {
    const button = el('button', { type: 'button', class: 'call-key', 'aria-label': NAMES[key] ?? null }, key);
    button.addEventListener('click', () => this.#press(key));
    return button;
  }

  /** Digits of a keyboard are keys of the telephone while the focus is here. */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !PAD.includes(event.key) || event.key.length !== 1) return;
    event.preventDefault();
    this.#press(event.key);
  }

  #press(key) {
    if (!this.#call.press(key)) return;
    this.#keys.textContent = (this.#keys.textContent + key).slice(-SHOWN);
    this.#keys.hidden = false;
  }

  #setPad(on) {
    this.#pad.hidden = !on;
    this.#toggle.setAttribute('aria-expanded', String(on));
    this.#changed();
  }

  #setMuted(on) {
    this.#call.setMuted(on);
    this.#mute.setAttribute('aria-pressed', String(on));
    this.#mute.replaceChild(icon(on ? 'mic-off' : 'mic'), this.#mute.querySelector('svg'));
    this.#say(on ? '已静音，对方听不到您' : STATE.talking);
  }

  #say(text) {
    this.#state.textContent = text;
    announce(text);
  }

  #show({ state, reason, seconds }) {
    clearInterval(this.#tick);
    document.documentElement.dataset.call = state;
    if (state === 'idle') {
      this.#ended(reason, seconds);
      return;
    }
    const opened = this.#panel.hidden || !this.#after.hidden;
    this.#panel.hidden = false;
    this.#talk.hidden = false;
    this.#after.hidden = true;
    this.#open.hidden = true;
    this.#timer.hidden = state !== 'talking';
    this.#mute.hidden = state !== 'talking';
    this.#toggle.hidden = state !== 'talking';
    if (opened) this.#fresh();
    this.#say(STATE[state]);
    if (state === 'talking') {
      this.#timer.textContent = clock(0);
      this.#tick = setInterval(() => { this.#timer.textContent = clock(this.#call.seconds); }, 500);
    }
    this.#changed();
  }

  #fresh() {
    this.#keys.textContent = '';
    this.#keys.hidden = true;
    this.#setPad(false);
    this.#mute.setAttribute('aria-pressed', 'false');
    this.#mute.replaceChild(icon('mic'), this.#mute.querySelector('svg'));
    byId('call-end').focus({ preventScroll: true });
  }

  #ended(reason, seconds) {
    const wrong = WRONG[reason];
    if (!wrong) {
      this.#close();
      announce(seconds ? `通话结束，时长${spoken(seconds)}。` : '已取消通话。');
      return;
    }
    this.#panel.hidden = false;
    this.#talk.hidden = true;
    this.#after.hidden = false;
    this.#open.hidden = false;
    this.#timer.hidden = true;
    this.#keys.hidden = true;
    this.#pad.hidden = true;
    this.#say(wrong);
    byId('call-close').focus({ preventScroll: true });
    this.#changed();
  }

  #close() {
    const inside = this.#panel.contains(document.activeElement);
    this.#panel.hidden = true;
    this.#open.hidden = false;
    if (inside) this.#open.focus({ preventScroll: true });
    this.#changed();
  }
}
