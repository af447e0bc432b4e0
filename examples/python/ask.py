"""One line of JSON in, one line of JSON out: python3 ask.py localhost:9092, with `./scriptorium serve` running.

Needs confluent-kafka (pip install confluent-kafka). The answer has the prompt's key.
"""
import json
import sys
import uuid

from confluent_kafka import Consumer, Producer

servers = sys.argv[1] if len(sys.argv) > 1 else "localhost:9092"
request = str(uuid.uuid4())

producer = Producer({"bootstrap.servers": servers})
prompt = {"prompt": "The moon is", "max_tokens": 40, "temperature": 0, "priority": "interactive"}
producer.produce("prompts", key=request, value=json.dumps(prompt))
producer.flush()

consumer = Consumer({
    "bootstrap.servers": servers,
    "group.id": "ask-" + request,
    "isolation.level": "read_committed",
    "auto.offset.reset": "earliest",
})
consumer.subscribe(["completions", "rejections"])
while True:
    message = consumer.poll(1.0)
    if message is None or message.error() or message.key() != request.encode():
        continue
    event = json.loads(message.value())
    print(event["error"]["message"] if "error" in event else event["text"])
    break
consumer.close()
