// Joins the page's own HTML to its acts: whatever carries data-act is sent when it is pressed or handed in. Sorting and copying stay here.
const page = document.body;
const asks = ['ask', 'verdict', 'open', 'change'];

function send(data) {
  if (data.confirm && !window.confirm(data.confirm)) return;
  delete data.confirm;
  if (data.act === 'open') closeSide();
  if (asks.includes(data.act)) trigger('ask', data); else trigger('act', data);
}

page.addEventListener('click', (event) => {
  if (event.target.closest('#oi-new')) closeSide();
  if (event.target.closest('#oi-send')) handIn();
  const pressed = event.target.closest('[data-act]:not(form), [data-sort], [data-copy]');
  if (!pressed) return;
  if ('copy' in pressed.dataset) copy(pressed);
  else if ('sort' in pressed.dataset) sort(pressed.closest('th'));
  else send({ ...pressed.dataset });
});

page.addEventListener('submit', (event) => {
  const form = event.target.closest('form[data-act]');
  if (!form) return;
  event.preventDefault();
  const fields = new FormData(form);
  const pieces = JSON.stringify(Object.fromEntries([...fields].filter(([name]) => name.startsWith('piece:'))));
  send({ ...form.dataset, reasons: fields.getAll('reasons'), comment: fields.get('comment') || '', pieces });
});

// The question box is emptied here, at once: what a person types next is theirs. What is refused comes back.
function handIn() {
  const box = document.querySelector('#oi-ask textarea');
  send({ act: 'ask', text: box.value });
  box.value = '';
  box.dispatchEvent(new Event('input', { bubbles: true }));
}

page.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing || !event.target.closest('#oi-ask')) return;
  event.preventDefault();
  event.stopPropagation();
  handIn();
}, true);

async function copy(button) {
  const code = button.closest('.oi-code').querySelector('code');
  const before = button.innerHTML;
  try {
    await navigator.clipboard.writeText(code.textContent);
  } catch (refused) {
    // Without a secure address there is no clipboard: the text is marked, ready for the keys.
    window.getSelection().selectAllChildren(code);
    return;
  }
  button.textContent = button.dataset.done;
  setTimeout(() => { button.innerHTML = before; }, 1500);
}

function sort(head) {
  const table = head.closest('table');
  const body = table.tBodies[0];
  const place = [...head.parentNode.children].indexOf(head);
  const down = head.getAttribute('aria-sort') !== 'descending';
  const number = head.classList.contains('oi-number');
  const key = (row) => row.cells[place].dataset.value;
  const compare = (a, b) => {
    if (a === undefined || b === undefined) return (a === undefined) - (b === undefined);
    return (down ? -1 : 1) * (number ? Number(a) - Number(b) : a.localeCompare(b));
  };
  for (const other of head.parentNode.children) other.setAttribute('aria-sort', 'none');
  head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
  body.append(...[...body.rows].sort((a, b) => compare(key(a), key(b))));
}

// On a phone the side lies over the conversation: it is closed until it is asked for.
function closeSide() {
  const side = document.querySelector('#oi-side.open');
  if (side && window.innerWidth <= 768) side.querySelector('.toggle-button').click();
}

// What follows from what the page shows now: it is drawn by others, at times of their own.
let questions = 0;
let opened = false;
let waiting = false;
function settle() {
  waiting = false;
  const asked = document.querySelectorAll('#oi-chat .oi-question');
  // A new question goes to the top of the window, its answer grows below it.
  if (asked.length > questions) asked[asked.length - 1].scrollIntoView({ block: 'start', behavior: 'smooth' });
  questions = asked.length;
  // Screen readers pronounce the page in the language it is written in.
  const told = document.querySelector('[data-language]');
  if (told) document.documentElement.lang = told.dataset.language;
  if (told && !opened) closeSide();
  opened = Boolean(told);
}
new MutationObserver(() => {
  if (!waiting) requestAnimationFrame(settle);
  waiting = true;
}).observe(page, { childList: true, subtree: true });
