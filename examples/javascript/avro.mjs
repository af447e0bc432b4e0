// The same in Avro, by the contract in schemas/: node avro.mjs localhost:9092. A value is c3 01, the fingerprint of the
// schema that wrote it as 8 little-endian bytes, and the body (Avro's single-object encoding).
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import avro from 'avsc';
import { Kafka, logLevel } from 'kafkajs';

const schemas = new URL('../../schemas/', import.meta.url);
const registry = {};
const logicalTypes = {};
function schema(file) {
  const parsed = JSON.parse(fs.readFileSync(new URL(file, schemas)));
  return avro.Type.forSchema(parsed, { registry, logicalTypes, wrapUnions: false });
}

// CRC-64-AVRO of the schema's canonical form, as the specification has it.
function fingerprint(type) {
  const empty = 0xc15d213aa4d7a795n;
  const table = Array.from({ length: 256 }, (_, i) => {
    let value = BigInt(i);
    for (let bit = 0; bit < 8; bit += 1) value = (value >> 1n) ^ (empty & -(value & 1n) & 0xffffffffffffffffn);
    return value;
  });
  let hash = empty;
  for (const byte of Buffer.from(JSON.stringify(type.schema()))) {
    hash = (hash >> 8n) ^ table[Number((hash ^ BigInt(byte)) & 0xffn)];
  }
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(hash);
  return bytes;
}

const promptType = schema('prompt.avsc');
const id = randomUUID();
const prompt = { id, prompt: 'The moon is', sampling: { max_tokens: 40, temperature: 0 } };
const value = Buffer.concat([Buffer.from([0xc3, 0x01]), fingerprint(promptType), promptType.toBuffer(prompt)]);

const kafka = new Kafka({ brokers: [process.argv[2] ?? 'localhost:9092'], logLevel: logLevel.ERROR });
const producer = kafka.producer();
await producer.connect();
await producer.send({ topic: 'prompts', messages: [{ key: id, value }] });
await producer.disconnect();

const consumer = kafka.consumer({ groupId: `avro-${randomUUID()}`, maxWaitTimeInMs: 100 });
await consumer.connect();
await consumer.subscribe({ topics: ['completions', 'rejections'], fromBeginning: true });
const found = await new Promise((resolve) => {
  consumer.run({
    eachMessage: async ({ topic, message }) => {
      if (message.key?.toString() === id) resolve({ topic, message });
    },
  });
});
await consumer.disconnect();
console.log(found.message.headers['content-type'].toString());
const type = schema(found.topic === 'completions' ? 'completion.avsc' : 'rejection.avsc');
const event = type.fromBuffer(found.message.value.subarray(10));
console.log(found.topic === 'completions' ? event.text : `rejected: ${event.message}`);
