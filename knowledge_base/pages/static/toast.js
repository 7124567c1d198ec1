/** One line at the foot of the page, read out politely. */

let timer = 0;

/** `link`: {href, text} to go on with. Stays 6 s, with a link until the next one. */
export function toast(message, link = null) {
  const place = document.getElementById('toast');
  const line = document.createElement('p');
  line.textContent = message;
  if (link) {
    const a = document.createElement('a');
    a.href = link.href;
    a.target = '_blank';
    a.rel = 'opener';
    a.textContent = link.text;
    line.append(' ', a);
  }
  place.replaceChildren(line);
  clearTimeout(timer);
  if (!link) timer = setTimeout(() => place.replaceChildren(), 6000);
}
