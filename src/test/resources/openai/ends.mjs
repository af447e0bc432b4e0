// What a user of OpenAI's own package does, unmodified: the base URL is the only thing that is ours.
// node ends.mjs BASE_URL FOLDER; prints one line of JSON with what it saw.
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

// Time that is over.
const slow = await upload('slow.jsonl',
  Array.from({ length: 150 }, (_, i) => line(`slow-${i}`, ask('Tell a long story.', { max_tokens: 300 }))));
const late = await client.batches.create({
  input_file_id: slow.id, endpoint: '/v1/chat/completions', completion_window: '2s',
});
const expired = await until(late.id, ended);
const codes = new Set((await jsonLines(expired.error_file_id)).map((entry) => entry.error.code));
seen.expired = [expired.status, [...codes],
  expired.request_counts.completed + expired.request_counts.failed === expired.request_counts.total];

// Cancel.
const long = await client.batches.create({
  input_file_id: slow.id, endpoint: '/v1/chat/completions', completion_window: '24h',
});
await until(long.id, (now) => now.status === 'in_progress');
const cancelling = await client.batches.cancel(long.id);
const cancelled = await until(long.id, ended);
seen.cancelled = [['cancelling', 'cancelled'].includes(cancelling.status), cancelled.status,
  cancelled.request_counts.failed > 0];

// A stream comes in pieces.
const stream = await client.chat.completions.create({ ...ask('What is the moon?'), max_tokens: 24, stream: true });
let pieces = 0;
for await (const chunk of stream) if (chunk.choices[0]?.delta?.content) pieces += 1;
seen.pieces = pieces > 1;
console.log(JSON.stringify(seen));
