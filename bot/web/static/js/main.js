/** Puts the chat page together. */
import { VoiceCall } from './call.js';
import { ChatConnection } from './connection.js';
import { webStorage } from './outbox.js';
import { Profile } from './profile.js';
import { Speaker } from './speech.js';
import { ChatStore } from './store.js';
import { CallView } from './view/call.js';
import { Composer } from './view/composer.js';
import { announce, byId } from './view/dom.js';
import { MessagesView } from './view/messages.js';
import { QuickBar } from './view/quick.js';
import { Scroll } from './view/scroll.js';
import { StatusView } from './view/status.js';

const TYPING_AFTER_MS = 250; // most answers are faster than this and need no sign
const TYPING_LIMIT_MS = 30_000;
const HUMAN = { title: '人工客服', payload: '人工客服' };

const local = webStorage('localStorage');
const profile = new Profile(local, location.search);
const connection = new ChatConnection({ base: document.baseURI, storage: local, pending: webStorage('sessionStorage') });
const store = new ChatStore();
const speaker = new Speaker();
const scroll = new Scroll();
const status = new StatusView({ retry: () => connection.reconnect() });
const call = new VoiceCall({ base: document.baseURI, token: () => connection.token });
new CallView(call, { changed: () => scroll.keep() });
const coarse = globalThis.matchMedia('(pointer: coarse)');

const messages = new MessagesView(store, {
  speaker,
  profile,
  actions: {
    pick,
    resend(entry) {
      store.sending(entry.id);
      connection.retry(entry.id, entry.text, entry.title);
    },
    shown(node, entry) {
      scroll.added(node, { own: entry.from === 'user', history: Boolean(entry.history) });
      renumber();
    },
    changed: () => scroll.keep(),
  },
});
const quickBar = new QuickBar(pick);
const composer = new Composer({ send: (text) => connection.send(text), quick: quickReply });

/** A button: its payload is sent, its title is what the customer sees having said. */
function pick({ title, payload }) {
  const text = String(payload ?? title);
  connection.send(text, title && title !== text ? { title: String(title) } : {});
  // The pressed button may be gone now. On a phone the field would raise the keyboard, so the log takes focus.
  if (!document.activeElement || document.activeElement === document.body) {
    if (coarse.matches) scroll.box.focus({ preventScroll: true });
    else composer.focus();
  }
}

/** Buttons that the number keys stand for: those of the last answer, else the four that are always there. */
function numbered() {
  const options = messages.options();
  return options.length ? options : quickBar.buttons();
}

function quickReply(n) {
  const button = numbered()[n - 1];
  return button ? { label: button.querySelector('.label').textContent, pick: () => button.click() } : null;
}

function renumber() {
  const options = messages.options();
  for (const group of document.querySelectorAll('.options')) group.classList.remove('numbered');
  options[0]?.parentElement.classList.add('numbered');
  options.forEach((option, index) => {
    const key = option.querySelector('.key');
    option.parentElement.classList.add('numbered');
    if (key) key.textContent = String(index + 1);
  });
  quickBar.setNumbered(options.length === 0);
}

function showProfile() {
  const { current, elder } = profile;
  document.documentElement.dataset.profile = current;
  byId('elder').setAttribute('aria-label', elder ? '切换到标准版' : '切换到长辈版（大字）');
  byId('elder-text').textContent = elder ? '标准版' : '长辈版';
  quickBar.setProfile(current);
  composer.setProfile(current);
  renumber();
  scroll.keep();
}

profile.addEventListener('change', ({ detail }) => {
  speaker.stop();
  showProfile();
  announce(profile.elder ? '已切换到长辈版，字更大，一次一步。' : '已切换到标准版。');
  if (detail.by === 'customer') connection.setProfile(detail.profile);
});
byId('elder').addEventListener('click', () => profile.toggle());
byId('human').addEventListener('click', () => pick(HUMAN));

// Outside the field a number picks at once. Inside it, it is typed, and Enter picks: a code like 246810 stays typable.
document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
  if (event.target === composer.input || !/^[1-9]$/.test(event.key) || !composer.empty) return;
  const choice = quickReply(Number(event.key));
  if (!choice) return;
  event.preventDefault();
  choice.pick();
});

let typingTimers = [];
function showTyping(on) {
  typingTimers.forEach(clearTimeout);
  typingTimers = [];
  if (!on) {
    byId('typing').hidden = true;
    return;
  }
  typingTimers.push(
    setTimeout(() => { byId('typing').hidden = false; scroll.keep(); }, TYPING_AFTER_MS),
    setTimeout(() => showTyping(false), TYPING_LIMIT_MS),
  );
}

connection.addEventListener('state', ({ detail }) => status.set(detail.state));
connection.addEventListener('sent', ({ detail }) => store.addPending(detail));
connection.addEventListener('ack', ({ detail }) => store.ack(detail.id, detail.seq));
connection.addEventListener('failed', ({ detail }) => {
  store.fail(detail.id, detail.text);
  announce(detail.text || '消息没有发出去');
});
connection.addEventListener('problem', ({ detail }) => {
  const text = detail.text || '出了点问题，请稍后再试。';
  composer.say(text);
  announce(text);
});
connection.addEventListener('typing', ({ detail }) => showTyping(detail.on));
connection.addEventListener('profile', ({ detail }) => profile.set(detail.profile, 'server'));
connection.addEventListener('welcome', ({ detail }) => {
  if (detail.reset) store.clear();
  messages.setHistory(detail.count > 0);
  if (detail.profile) profile.set(detail.profile, 'server');
});
connection.addEventListener('message', ({ detail }) => {
  if (!detail.history && detail.from !== 'user') showTyping(false);
  store.add(detail);
});
connection.addEventListener('ready', () => setTimeout(() => messages.setHistory(false), 100));
document.addEventListener('visibilitychange', () => { if (!document.hidden) connection.check(); });
call.addEventListener('state', () => speaker.stop());
globalThis.addEventListener('pagehide', () => { speaker.stop(); call.hangUp(); });
globalThis.addEventListener('pageshow', (event) => { if (event.persisted) connection.check(); });

showProfile();
if (profile.choice) connection.setProfile(profile.choice);
connection.start();
if (!coarse.matches) composer.focus();
