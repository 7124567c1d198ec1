/** Keeps the newest message in sight unless the customer is reading further up. */
import { byId } from './dom.js';

const NEAR_PX = 120;

export class Scroll {
  #box = byId('scroller'); #toEnd = byId('to-end'); #stick = true;

  constructor() {
    this.#box.addEventListener('scroll', () => {
      this.#stick = this.#near();
      if (this.#stick) this.#toEnd.hidden = true;
    }, { passive: true });
    this.#toEnd.addEventListener('click', () => { this.toEnd(); this.#box.focus({ preventScroll: true }); });
    const dock = document.querySelector('.dock');
    new ResizeObserver(() => {
      document.documentElement.style.setProperty('--dock-height', `${dock.offsetHeight}px`);
      if (this.#stick) this.toEnd();
    }).observe(dock);
    new ResizeObserver(() => { if (this.#stick) this.toEnd(); }).observe(this.#box);
    this.#followKeyboard();
  }

  get box() { return this.#box; }

  /** A node was added. Own words always scroll; a reply longer than the window is shown from its top. */
  added(node, { own, history }) {
    if (!own && !this.#stick) {
      if (!history) this.#toEnd.hidden = false;
      return;
    }
    this.toEnd();
    if (own || history || node.nextElementSibling) return;
    const top = node.getBoundingClientRect().top - this.#box.getBoundingClientRect().top;
    if (top < 0) this.#box.scrollTop += top - 12;
  }

  toEnd() {
    this.#box.scrollTop = this.#box.scrollHeight;
    this.#stick = true;
    this.#toEnd.hidden = true;
  }

  keep() { if (this.#stick) this.toEnd(); }

  #near() { return this.#box.scrollHeight - this.#box.scrollTop - this.#box.clientHeight < NEAR_PX; }

  /** iOS does not shrink the page for the soft keyboard; the visual viewport says how much is left. */
  #followKeyboard() {
    const view = globalThis.visualViewport;
    if (!view) return;
    view.addEventListener('resize', () => {
      const covered = globalThis.innerHeight - view.height > 60 && view.scale === 1;
      if (covered) document.documentElement.style.setProperty('--viewport', `${view.height}px`);
      else document.documentElement.style.removeProperty('--viewport');
      if (covered) globalThis.scrollTo(0, 0);
    });
  }
}
