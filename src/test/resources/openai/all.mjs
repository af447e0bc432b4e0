// What a user of OpenAI's own package does, unmodified: the base URL is the only thing that is ours.
// node all.mjs BASE_URL FOLDER; prints one line of JSON with what it saw.
import fs from 'node:fs';
import path from 'node:path';
import OpenAI from 'openai';

const [baseURL, folder] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey: process.env.KEY ?? 'not-needed', maxRetries: 0 });
const seen = {};

const line = (id, body) => JSON.stringify({ custom_id: id, method: 'POST', url: '/v1/chat/completions', body });
const ask = (text, more) => ({
  model: 'scrivener-1m', messages: [{ role: 'user', content: text }], max_tokens: 12, ...more,
});

async function upload(name, lines) {
  const file = path.join(folder, name);
  fs.writeFileSync(file, lines.join('\n') + '\n');
  return client.files.create({ file: fs.createReadStream(file), purpose: 'batch' });
}

async function until(id, over) {
  for (;;) {
    const batch = await client.batches.retrieve(id);
    if (over(batch)) return batch;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
const ended = (batch) => ['completed', 'failed', 'expired', 'cancelled'].includes(batch.status);

async function jsonLines(id) {
  const content = await client.files.content(id);
  return (await content.text()).trim().split('\n').map((text) => JSON.parse(text));
}

// Upload, create, poll, download; one request is wrong in itself.
const file = await upload('good.jsonl', [
  line('moon', ask('What is the moon?')),
  line('rain', ask('What is rain?')),
  line('cold', ask('What is snow?', { temperature: -1 })),
]);
const retrieved = await client.files.retrieve(file.id);
seen.file = { purpose: file.purpose, bytes: file.bytes, same: retrieved.filename === 'good.jsonl' };
const batch = await client.batches.create({
  input_file_id: file.id, endpoint: '/v1/chat/completions', completion_window: '24h', metadata: { for: 'a test' },
});
const done = await until(batch.id, ended);
seen.batch = { status: done.status, counts: done.request_counts, metadata: done.metadata };
seen.output = (await jsonLines(done.output_file_id)).map((entry) => [
  entry.custom_id, entry.response.status_code, entry.response.body.object,
  entry.response.body.choices[0].message.content.length > 0,
]).sort();
seen.errors = (await jsonLines(done.error_file_id)).map((entry) => [
  entry.custom_id, entry.response.status_code, entry.response.body.error.param,
]);

// A file whose lines cannot be a batch fails as a whole, before anything is written.
const twice = await upload('twice.jsonl', [line('a', ask('x')), line('a', ask('y'))]);
const failed = await client.batches.create({
  input_file_id: twice.id, endpoint: '/v1/chat/completions', completion_window: '24h',
});
const refused = await until(failed.id, ended);
seen.failed = [refused.status, refused.errors.data[0].code, refused.errors.data[0].line];

// The same key makes one batch.
const again = { headers: { 'Idempotency-Key': 'one-of-a-kind' } };
const create = { input_file_id: file.id, endpoint: '/v1/chat/completions', completion_window: '1h' };
const first = await client.batches.create(create, again);
const second = await client.batches.create(create, again);
seen.idempotent = first.id === second.id;
await until(first.id, ended);

// Pages.
const ids = [];
for await (const entry of client.batches.list({ limit: 2 })) ids.push(entry.id);
seen.listed = ids.length;
const models = [];
for await (const model of client.models.list()) models.push(model.id);
seen.models = models;

// Single calls, whole and streamed: the same text.
const fixed = { ...ask('What is the moon?'), temperature: 0, max_tokens: 24 };
const whole = await client.chat.completions.create(fixed);
seen.whole = [whole.object, whole.choices[0].finish_reason, whole.usage.completion_tokens > 0];
const stream = await client.chat.completions.create({ ...fixed, stream: true, stream_options: { include_usage: true } });
let text = '';
let pieces = 0;
let usage = null;
for await (const chunk of stream) {
  const piece = chunk.choices[0]?.delta?.content ?? '';
  text += piece;
  if (piece) pieces += 1;
  usage = chunk.usage ?? usage;
}
seen.streamed = [text === whole.choices[0].message.content, pieces > 0, usage?.total_tokens === whole.usage.total_tokens];
const plain = await client.completions.create({ model: 'scrivener-1m', prompt: 'The moon is', max_tokens: 8 });
seen.plain = [plain.object, plain.choices[0].text.length > 0];

// Errors as OpenAI's package knows them.
try {
  await client.chat.completions.create(ask('x', { temperature: 9 }));
} catch (error) {
  seen.refused = [error.constructor.name, error.status, error.param, error.code];
}
try {
  await client.chat.completions.create({ ...ask('x'), model: 'gpt-4' });
} catch (error) {
  seen.nowhere = [error.constructor.name, error.status, error.code];
}

// Delete.
const gone = await client.files.delete(file.id);
try {
  await client.files.retrieve(file.id);
} catch (error) {
  seen.deleted = [gone.deleted, error.status];
}
console.log(JSON.stringify(seen));
