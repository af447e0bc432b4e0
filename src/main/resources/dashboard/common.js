// What the pages share: asking the gateway every two seconds, and making elements of what it says. Text of users only
// ever becomes text, never markup.
const KEY = 'scriptorium-key';
const EVERY_MS = 2000;
export const byId = (id) => document.getElementById(id);
export const number = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
export const small = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
let key = sessionStorage.getItem(KEY) || '';
let timer = 0;

export function make(tag, classes, ...children) {
  const node = document.createElement(tag);
  if (classes) node.className = classes;
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export async function ask(path) {
  const headers = key ? { Authorization: `Bearer ${key}` } : {};
  const answer = await fetch(path, { headers, cache: 'no-store' });
  const body = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(body.error.message), { status: answer.status });
  return body;
}

function state(words, kind) {
  const line = byId('state');
  if (line.textContent !== words) line.textContent = words;
  line.className = `state ${kind}`;
}

/** Calls `look`, which asks and shows, now and every two seconds; asks people for a key where one is needed. */
export async function watch(look) {
  clearTimeout(timer);
  try {
    const all = await look();
    byId('gate').hidden = true;
    byId('board').hidden = false;
    byId('where').textContent = `pipeline ${all.pipeline}` + (all.tenant === 'default' ? '' : `, tenant ${all.tenant}`);
    state('live', 'live');
  } catch (problem) {
    if (problem.status === 401) {
      byId('gate').hidden = false;
      byId('board').hidden = true;
      byId('gate-form').onsubmit = (event) => {
        event.preventDefault();
        key = byId('key').value.trim();
        sessionStorage.setItem(KEY, key);
        watch(look);
      };
      state(key ? 'that key is not known here' : 'waiting for a key', key ? 'lost' : '');
      return;
    }
    state(problem.status ? problem.message : 'the gateway does not answer', 'lost');
  }
  timer = setTimeout(() => watch(look), EVERY_MS);
}

/** Rows are only made anew when they say something else, so that a focus or a selection stays where it is. */
export function fill(id, entries, row) {
  const list = byId(id);
  const said = JSON.stringify(entries);
  if (list.dataset.said !== said) {
    const focused = list.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    list.replaceChildren(...entries.map(row));
    list.dataset.said = said;
    if (focused) list.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }
  const none = byId(`${id}-none`);
  if (none) none.hidden = entries.length > 0;
}

export function bar(label, ...parts) {
  const track = make('div', 'bar');
  track.setAttribute('role', 'img');
  track.setAttribute('aria-label', label);
  for (const [share, kind] of parts) {
    const piece = make('i', kind);
    piece.style.width = `${Math.max(0, Math.min(100, share * 100))}%`;
    track.append(piece);
  }
  return track;
}

export const share = (part, whole) => (whole > 0 ? part / whole : 0);
export const percent = (part, whole) => (whole > 0 ? `${small.format((100 * part) / whole)} %` : '–');

export function duration(seconds) {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${small.format(seconds / 3600)} h`;
}

/** An element of SVG. */
export function draw(tag, classes, attributes) {
  const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
  node.setAttribute('class', classes);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}
