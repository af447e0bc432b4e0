// The first page: what is being written now.
import { ask, bar, byId, draw, duration, fill, make, number, percent, share, small, watch } from './common.js';

function show(all) {
  const sum = (list, field) => list.reduce((total, entry) => total + entry[field], 0);
  const speed = all.tokens.per_second;
  byId('f-speed').textContent = small.format(speed[speed.length - 1] || 0);
  byId('f-waiting').textContent = number.format(sum(all.lanes, 'waiting'));
  byId('f-running').textContent = number.format(sum(all.workers, 'running'));
  byId('f-workers').textContent = number.format(all.workers.length);
  chart(speed);
  fill('jobs', all.jobs, jobRow);
  fill('lanes', all.lanes, laneRow);
  fill('workers', all.workers, workerRow);
  fill('rejections', all.rejections, rejectionRow);
  fill('recent', all.recent, recentRow);
}

function jobRow(job) {
  const done = job.completed + job.rejected;
  return make('li', '',
    make('div', 'row-head',
      make('b', '', job.job),
      make('span', `tag ${job.status}`, job.status.replace('_', ' ')),
      make('span', 'end', `${number.format(done)} of ${number.format(job.requests)}`)),
    bar(`${percent(done, job.requests)} done`,
      [share(job.completed, job.requests), ''], [share(job.rejected, job.requests), 'bad']),
    make('div', 'row-more',
      `${number.format(job.completed)} completed, ${number.format(job.rejected)} rejected, `
      + `${number.format(job.prompt_tokens)} tokens read, ${number.format(job.completion_tokens)} written`
      + (job.input ? ` · ${job.input}` : '') + timeLeft(job, done)));
}

function timeLeft(job, done) {
  if (job.status !== 'in_progress' || !job.created_at || done === 0) return '';
  const spent = (Date.now() - Date.parse(job.created_at)) / 1000;
  const left = (spent / done) * (job.requests - done);
  return ` · about ${duration(left)} left`;
}

function laneRow(lane) {
  return make('li', '',
    make('div', 'row-head',
      make('b', '', lane.name), make('span', 'tag', lane.class),
      make('span', 'end', `${number.format(lane.waiting)} waiting`)),
    make('div', 'row-more', `${small.format(lane.per_second)} prompts a second · model ${lane.model}`));
}

function workerRow(worker) {
  const gauges = make('div', 'gauges');
  const gauge = (name, part, whole, words) => gauges.append(
    make('span', 'muted', name), bar(`${name}: ${words}`, [share(part, whole), '']), make('span', 'end', words));
  gauge('batch', worker.running, worker.sequences_max, `${worker.running} of ${worker.sequences_max}`);
  gauge('cache', worker.cache_tokens_used, worker.cache_tokens_max,
    percent(worker.cache_tokens_used, worker.cache_tokens_max));
  gauge('prefix hits', worker.prefix_hit_tokens, worker.prompt_tokens,
    percent(worker.prefix_hit_tokens, worker.prompt_tokens));
  return make('li', '',
    make('div', 'row-head',
      make('b', '', worker.name), make('span', 'end muted', `${number.format(worker.waiting)} waiting inside`)),
    gauges,
    make('div', 'row-more', `${number.format(worker.generated_tokens)} tokens written, `
      + `${number.format(worker.completions)} completions · ${worker.model} ${worker.weights_digest.slice(7, 15)}`));
}

function rejectionRow(refused) {
  const example = refused.example;
  const row = make('li', '',
    make('div', 'row-head', make('b', 'mono', refused.code),
      make('span', 'end', number.format(refused.count))));
  if (example) {
    const link = make('button', 'text', 'follow it');
    link.dataset.key = `refused-${refused.code}`;
    link.addEventListener('click', () => followRequest(example.job, example.id));
    row.append(make('div', 'row-more', `${example.message} `, link));
  } else {
    row.append(make('div', 'row-more', refused.meaning));
  }
  return row;
}

function recentRow(request) {
  const button = make('button', '',
    make('span', 'muted', new Date(request.at).toLocaleTimeString()),
    make('span', 'what', `${request.job} / ${request.id}`),
    request.completed
      ? make('span', 'muted', `${number.format(request.tokens)} tokens`)
      : make('span', 'bad', 'rejected'));
  button.dataset.key = `${request.job}/${request.id}`;
  button.addEventListener('click', () => followRequest(request.job, request.id));
  return make('li', '', button);
}

function chart(values) {
  const most = Math.max(...values, 1);
  const x = (i) => (720 * i) / (values.length - 1);
  const y = (value) => 154 - (146 * value) / most;
  const line = values.map((value, i) => `${i ? 'L' : 'M'}${x(i).toFixed(1)} ${y(value).toFixed(1)}`).join('');
  const svg = byId('chart');
  svg.replaceChildren(
    ...[8, 81, 154].map((at) => draw('line', 'grid', { x1: 0, x2: 720, y1: at, y2: at })),
    draw('path', 'area', { d: `${line}L720 154L0 154Z` }),
    draw('path', 'curve', { d: line }));
  byId('chart-most').textContent = `most: ${number.format(Math.max(...values))}`;
  byId('chart-words').textContent =
    `Tokens a second over 15 minutes: now ${small.format(values[values.length - 1])}, most ${small.format(Math.max(...values))}`;
}

function followRequest(job, id) {
  byId('job').value = job;
  byId('id').value = id;
  byId('follow').scrollIntoView({ block: 'start' });
  follow();
}

async function follow() {
  const target = byId('trace');
  target.replaceChildren(make('p', 'muted', 'looking through the topics …'));
  const asked = new URLSearchParams({ job: byId('job').value || 'default', id: byId('id').value });
  try {
    trace(await ask(`dashboard/api/request?${asked}`), target);
  } catch (problem) {
    target.replaceChildren(make('p', 'problem', problem.message));
  }
}

function trace(found, target) {
  const way = make('ol', 'way');
  for (const step of found.steps) {
    const item = make('li', '',
      make('b', '', step.name), ` ${step.detail} `,
      make('div', 'at', `${new Date(step.at).toLocaleString()} · ${step.record}`));
    if (step.name === 'admitted' && found.prompt) item.append(promptText(found.prompt));
    if (step.name === 'completed' || step.name === 'rejected') item.append(...answerText(found));
    way.append(item);
  }
  target.replaceChildren(way);
  if (found.sampling) target.append(provenance(found));
}

function promptText(prompt) {
  const words = prompt.text ?? prompt.messages.map((message) => `${message.role}: ${message.content}`).join('\n');
  return make('div', 'text', words);
}

function answerText(found) {
  const body = found.answer.custom_id === undefined ? found.answer : found.answer.response.body;
  if (body.error) return [make('p', 'problem', `${body.error.code}: ${body.error.message}`)];
  const texts = body.choices ? body.choices.map((choice) => choice.message?.content ?? choice.text) : [body.text];
  return [...texts.map((text) => make('div', 'text', text)), times(found.times)];
}

function times(spent) {
  const parts = [['queue', spent.queue_ms], ['prefill', spent.prefill_ms], ['decode', spent.decode_ms]];
  const whole = parts.reduce((sum, [, ms]) => sum + ms, 0) || 1;
  const split = make('div', 'split');
  const legend = make('div', 'legend');
  split.setAttribute('aria-hidden', 'true');
  for (const [name, ms] of parts) {
    const piece = make('i', name);
    piece.style.width = `${(100 * ms) / whole}%`;
    split.append(piece);
    legend.append(make('span', '', make('i', name), `${name} ${small.format(ms)} ms`));
  }
  return make('div', '', split, legend);
}

function provenance(found) {
  const facts = make('dl', 'facts');
  const fact = (name, value) => facts.append(make('dt', '', name), make('dd', '', String(value)));
  fact('weights', found.weights_digest);
  if (found.traceparent) fact('trace', found.traceparent);
  fact('runtime', found.runtime_version);
  fact('worker', found.worker);
  for (const [name, value] of Object.entries(found.sampling)) {
    fact(name, Array.isArray(value) ? JSON.stringify(value) : value);
  }
  return facts;
}

byId('follow-form').addEventListener('submit', (event) => {
  event.preventDefault();
  follow();
});
watch(async () => {
  const all = await ask('dashboard/api/overview');
  show(all);
  return all;
});
