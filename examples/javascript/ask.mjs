// One line of JSON in, one line of JSON out: node ask.mjs localhost:9092 (after `npm install` in this folder, with
// `./scriptorium serve` running). The answer has the prompt's key, and headers that make it a CloudEvent.
import { randomUUID } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';

const kafka = new Kafka({ brokers: [process.argv[2] ?? 'localhost:9092'], logLevel: logLevel.ERROR });
const producer = kafka.producer();
const consumer = kafka.consumer({ groupId: `ask-${randomUUID()}`, maxWaitTimeInMs: 100 });
const id = randomUUID();

const answer = new Promise((resolve) => {
  consumer.on(consumer.events.GROUP_JOIN, async () => {
    await producer.connect();
    const prompt = { prompt: 'The moon is', max_tokens: 40, temperature: 0, priority: 'interactive' };
    await producer.send({ topic: 'prompts', messages: [{ key: id, value: JSON.stringify(prompt) }] });
  });
  consumer.connect()
    .then(() => consumer.subscribe({ topics: ['completions', 'rejections'], fromBeginning: true }))
    .then(() => consumer.run({
      eachMessage: async ({ message }) => {
        if (message.key?.toString() === id) resolve(message);
      },
    }));
});

const message = await answer;
const event = JSON.parse(message.value.toString());
console.log(message.headers.ce_type.toString());
console.log(event.error ? `rejected: ${event.error.message}` : event.text);
await consumer.disconnect();
await producer.disconnect();
