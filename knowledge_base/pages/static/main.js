/** What every page does: Markdown as the customer sees it, forms that lose nothing, notices. */

import { sendForm } from './forms.js';
import { fragment } from './fragment.js';
import { showMarkdown } from './answer.js';
import { toast } from './toast.js';

const NOTICES = {
  saved: '已保存', submitted: '已提交审核', approved: '已通过并发布', rejected: '已退回', withdrawn: '已撤回',
  discarded: '草稿已丢弃', restored: '旧版本已恢复', imported: '已导入', merged: '已合并到草稿', deleted: '已删除', password: '密码已修改，请重新登录',
  'signed-out': '已退出登录', drafted: '已存为草稿，接着写完再提交审核', handled: '已处理，不再列出',
};

function enhance(root) {
  for (const node of root.querySelectorAll('[data-markdown]:not(.rendered)')) showMarkdown(node);
}

enhance(document);

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) {
    event.preventDefault();
  } else if (form.matches('[data-send]')) {
    event.preventDefault();
    sendForm(form, event.submitter);
  } else if (form.id === 'ask') {
    event.preventDefault();
    ask(form);
  }
});

document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-opens], [data-closes]');
  if (button?.dataset.opens) document.getElementById(button.dataset.opens).showModal();
  else if (button) button.closest('dialog').close();
});

document.addEventListener('change', (event) => {
  const chosen = event.target.closest('.drop')?.querySelector('.chosen');
  if (chosen) chosen.textContent = event.target.files[0]?.name ?? '';
  if (event.target.matches('[data-submit]')) event.target.form.requestSubmit();
  else if (event.target.closest('#ask .filters')) {
    const form = event.target.form;
    if (form.elements.text.value.trim()) form.requestSubmit();
  }
});

async function ask(form) {
  const results = document.getElementById('results');
  results.setAttribute('aria-busy', 'true');
  try {
    const page = await fragment(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)) });
    if (page) {
      results.replaceChildren(...page.querySelector('#results').childNodes);
      enhance(results);
      wait();
    }
  } finally {
    results.removeAttribute('aria-busy');
  }
}

// The demo's accounts are a press away.
for (const button of document.querySelectorAll('[data-fill]')) {
  button.addEventListener('click', () => {
    const form = document.querySelector('form');
    form.elements.name.value = button.dataset.fill;
    form.elements.password.value = button.dataset.password;
    form.querySelector('button[type=submit]').focus();
  });
}
const insecure = document.getElementById('insecure');
if (insecure) insecure.hidden = window.isSecureContext;

/** A page that waits for the knowledge base comes back by itself. */
function wait() {
  const waiting = document.querySelector('[data-waiting]');
  if (!waiting) return;
  const timer = setInterval(async () => {
    const answer = await fetch(waiting.dataset.waiting).then((r) => r.json()).catch(() => ({}));
    if (answer.state !== 'ready' && answer.state !== 'failed') return;
    clearInterval(timer);
    const form = document.getElementById('ask');
    if (form?.elements.text.value.trim()) form.requestSubmit();
    else location.reload();
  }, 1500);
}
wait();

const notice = document.getElementById('toast')?.dataset.notice;
if (notice && NOTICES[notice]) {
  toast(NOTICES[notice]);
  const clean = new URL(location.href);
  clean.searchParams.delete('done');
  history.replaceState(null, '', clean);
}
