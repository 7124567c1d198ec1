/** 试听: the product's own voice where it is connected, the browser's otherwise, and the page says which. */

import { at } from '../http.js';
import { toast } from '../toast.js';

const RATES = { standard: 1, elder: 0.75 };
const form = document.getElementById('entry');
const note = document.getElementById('voice');
let audio = null;

export function stop() {
  audio?.pause();
  audio = null;
  window.speechSynthesis?.cancel();
}

export async function play(text, rate) {
  stop();
  if (!text) return toast('还没有语音答案。');
  if (form.dataset.speaker) {
    try {
      audio = new Audio(`${at('speech')}?rate=${rate}&text=${encodeURIComponent(text)}`);
      await audio.play();
      return undefined;
    } catch (error) {
      if (error.name === 'AbortError') return undefined;
      note.textContent = '合成语音暂时不可用，改用浏览器的声音朗读，和电话里的不同。';
    }
  }
  return aloud(text, rate);
}

function aloud(text, rate) {
  if (!window.speechSynthesis) return toast('这个浏览器不能朗读。');
  const speech = new SpeechSynthesisUtterance(text);
  speech.lang = 'zh-CN';
  speech.rate = RATES[rate];
  window.speechSynthesis.speak(speech);
  return undefined;
}
