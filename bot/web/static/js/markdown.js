/**
 * Markdown-light to DOM nodes: paragraphs and line breaks, **bold**, numbered and dashed lists, https links.
 * Builds nodes, never HTML text, so nothing in a message can become markup.
 */

const ITEM = /^\s*(?:(\d{1,3})(?:[.)]\s+|、\s*)|[-•]\s+)(.+)$/;
// Three stars and more are a mask (138****0001), not a mark; no look-behind, which iOS before 16.4 cannot read.
const INLINE = /\*{3,}|\*\*((?:[^*]|\*{3,}|\*(?!\*))+?)\*\*(?!\*)|\[([^\]\n]+)\]\((https:\/\/[^\s()<>"']+)\)|(https:\/\/[A-Za-z0-9\-._~:/?#@!$&*+,;=%]+)/g;
const TRAILING = /[.,;:!?]+$/;

export function renderMarkdown(text) {
  const out = document.createDocumentFragment();
  let list = null;
  let paragraph = null;
  for (const line of String(text).replace(/\r\n?/g, '\n').split('\n')) {
    const item = ITEM.exec(line);
    if (item) {
      const kind = item[1] ? 'OL' : 'UL';
      if (list?.tagName !== kind) {
        list = document.createElement(kind);
        out.append(list);
      }
      const li = document.createElement('li');
      if (item[1]) li.value = Number(item[1]);
      inline(li, item[2]);
      list.append(li);
      paragraph = null;
    } else if (!line.trim()) {
      list = null;
      paragraph = null;
    } else {
      list = null;
      if (paragraph) {
        paragraph.append(document.createElement('br'));
      } else {
        paragraph = document.createElement('p');
        out.append(paragraph);
      }
      inline(paragraph, line);
    }
  }
  return out;
}

function inline(parent, text) {
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    let { 0: whole } = match;
    const [, bold, label, target, bare] = match;
    if (bare) whole = bare.replace(TRAILING, '');
    const href = target ?? (bare ? whole : null);
    parent.append(text.slice(from, match.index));
    if (bold) {
      const strong = document.createElement('strong');
      inline(strong, bold);
      parent.append(strong);
    } else if (href) {
      parent.append(link(href, label ?? whole));
    } else {
      parent.append(whole);
    }
    from = match.index + whole.length;
  }
  parent.append(text.slice(from));
}

function link(href, label) {
  let url;
  try { url = new URL(href); } catch { return document.createTextNode(label); }
  if (url.protocol !== 'https:') return document.createTextNode(label);
  const a = document.createElement('a');
  a.href = url.href;
  a.target = '_blank';
  a.rel = 'noopener noreferrer';
  a.textContent = label;
  return a;
}
