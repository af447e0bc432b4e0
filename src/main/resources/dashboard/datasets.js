// The page of datasets: how each is getting on, what its gates refuse, and rows to read. Which one is in the address.
import { ask, bar, byId, duration, fill, make, number, percent, share, small, watch } from './common.js';

let chosen = wanted();

function wanted() {
  return new URLSearchParams(location.hash.slice(1)).get('job') || '';
}

function show(all) {
  const jobs = all.datasets.map((dataset) => dataset.job);
  if (!jobs.includes(chosen)) chosen = jobs.includes(wanted()) ? wanted() : jobs[0] || '';
  byId('behind').textContent = all.problem
    || (all.behind > 5000 ? `reading what was written before, ${number.format(all.behind)} records to go` : '');
  fill('datasets', all.datasets, datasetRow);
  for (const button of byId('datasets').querySelectorAll('button')) {
    button.setAttribute('aria-pressed', String(button.dataset.key === chosen));
  }
}

function datasetRow(dataset) {
  const pick = make('button', 'pick',
    make('span', 'row-head',
      make('b', '', dataset.job), make('span', `tag ${dataset.status}`, dataset.status.replace('_', ' ')),
      make('span', 'end', outOf(dataset))),
    fates(dataset),
    make('span', 'row-more', `${number.format(dataset.kept)} kept, ${number.format(dataset.dropped)} dropped, `
      + `${number.format(dataset.redrawn)} texts drawn again`
      + (dataset.seconds_left > 0 ? ` · about ${duration(dataset.seconds_left)} left` : '')));
  pick.type = 'button';
  pick.dataset.key = dataset.job;
  pick.addEventListener('click', () => choose(dataset.job));
  return make('li', '', pick);
}

function choose(job) {
  history.replaceState(null, '', `#${new URLSearchParams({ job })}`);
  chosen = job;
  watch(look);
}

function outOf(dataset) {
  return number.format(dataset.ended) + (dataset.rows > 0 ? ` of ${number.format(dataset.rows)}` : '');
}

/** Kept, dropped and failed rows as parts of all. */
function fates(dataset) {
  const whole = Math.max(dataset.rows, dataset.ended);
  return bar(`${percent(dataset.kept, whole)} kept, ${percent(dataset.dropped + dataset.failed, whole)} not`,
    [share(dataset.kept, whole), 'kept'], [share(dataset.dropped, whole), ''], [share(dataset.failed, whole), 'bad']);
}

function showOne(dataset) {
  byId('name').textContent = dataset.job;
  byId('f-ended').textContent = percent(dataset.ended, dataset.rows);
  byId('f-kept').textContent = number.format(dataset.kept);
  const running = dataset.status === 'in_progress';
  const took = Math.max(0, (Date.parse(dataset.last_at) - Date.parse(dataset.first_at)) / 1000);
  const rate = running ? dataset.rows_per_second : share(dataset.ended, took);
  byId('f-rate').textContent = rate > 0 ? small.format(rate) : '–';
  byId('f-left-what').textContent = running ? 'time left' : 'took';
  byId('f-left').textContent = running
    ? (dataset.seconds_left > 0 ? duration(dataset.seconds_left) : '–') : duration(took);
  byId('fates').replaceChildren(fates(dataset));
  legend(dataset);
  const most = Math.max(1, ...dataset.gates.map((gate) => gate.redrawn + gate.dropped));
  fill('gates', dataset.gates, (gate) => gateRow(gate, most));
  byId('tokens-all').textContent = `${number.format(dataset.tokens)} in all`
    + (dataset.kept > 0 ? `, ${small.format(dataset.tokens / dataset.kept)} a row` : '');
  histogram(dataset.token_histogram);
  counts('templates', dataset.templates);
  counts('audiences', dataset.audiences);
  byId('by-audience').hidden = dataset.audiences.length === 0;
  fill('samples', dataset.samples, textRow);
  fill('refused', dataset.refused, textRow);
}

function legend(dataset) {
  const entry = (kind, words, rows) => make('span', '', kind ? make('i', kind) : null,
    `${words} ${number.format(rows)}`);
  byId('fates-legend').replaceChildren(
    entry('kept', 'kept', dataset.kept), entry('dropped', 'dropped by gates', dataset.dropped),
    entry('failed', 'failed', dataset.failed), entry('', 'texts drawn again', dataset.redrawn),
    entry('', 'duplicates found', dataset.duplicates));
}

function gateRow(gate, most) {
  const refused = gate.redrawn + gate.dropped;
  return make('li', '',
    make('div', 'row-head', make('b', '', gate.gate.replace('_', ' ')),
      make('span', 'end', refused === 0 ? 'none' : `${number.format(refused)}`)),
    bar(`${gate.redrawn} drawn again, ${gate.dropped} dropped`,
      [share(gate.redrawn, most), 'again'], [share(gate.dropped, most), '']),
    make('div', 'row-more', `${gate.rule} · ${number.format(gate.redrawn)} drawn again, `
      + `${number.format(gate.dropped)} rows dropped`));
}

/** Only the parts between the shortest and the longest text. */
function histogram(parts) {
  const first = parts.findIndex((part) => part.rows > 0);
  const last = parts.findLastIndex((part) => part.rows > 0);
  const shown = first < 0 ? [] : parts.slice(first, last + 1);
  const name = (part) => (part.to === null ? `over ${number.format(part.from - 1)}` : `${part.from}–${part.to}`);
  counts('histogram', shown.map((part) => ({ name: name(part), kept: part.rows })));
}

function counts(id, entries) {
  const most = Math.max(1, ...entries.map((entry) => entry.kept));
  fill(id, entries, (entry) => make('li', '', make('span', 'muted', entry.name),
    bar(`${entry.name}: ${entry.kept}`, [share(entry.kept, most), '']),
    make('span', 'end', number.format(entry.kept))));
}

function textRow(row) {
  const failed = row.gates.find((gate) => !gate.passed);
  const why = row.error || (failed ? `${failed.gate.replace('_', ' ')}: ${failed.value} (${failed.rule})` : '');
  return make('li', '',
    make('div', 'row-head', make('b', '', row.id), make('span', 'end muted', facts(row))),
    why ? make('div', 'row-more bad', why + (failed?.duplicate_of ? `, as row ${failed.duplicate_of}` : '')) : null,
    make('div', 'text', make('span', 'muted', row.prompt), row.text ?? ''));
}

function facts(row) {
  const again = row.drawn_again === 0 ? '' : `, drawn ${row.drawn_again + 1} times`;
  return row.text === null ? 'no text' : `${number.format(row.tokens)} tokens${again}`;
}

async function look() {
  const all = await ask('dashboard/api/datasets');
  show(all);
  byId('dataset').hidden = chosen === '';
  if (chosen !== '') showOne(await ask(`dashboard/api/dataset?${new URLSearchParams({ job: chosen })}`));
  return all;
}

window.addEventListener('hashchange', () => choose(wanted()));
watch(look);
