"""What the log copy is measured against: a bare loop that polls the same topic to its end.

It does nothing with what it gets. kafka-python with crc32c and its own defaults, but that it is
given only what was committed, for the topic is written in transactions; the offset of each
partition's end is asked before.
"""

import json
import sys
import time

from kafka import KafkaConsumer, TopicPartition


def poll(servers: str, topic: str) -> tuple[int, float]:
    """Return how many records there were, and the seconds from the first poll to the last."""
    consumer = KafkaConsumer(
        isolation_level="read_committed",
        bootstrap_servers=servers,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    places = [TopicPartition(topic, each) for each in consumer.partitions_for_topic(topic) or ()]
    consumer.assign(places)
    consumer.seek_to_beginning(*places)
    ends = consumer.end_offsets(places)
    count = 0
    began = time.perf_counter()
    while any(consumer.position(each) < ends[each] for each in places):
        for records in consumer.poll(timeout_ms=500).values():
            count += len(records)
    seconds = time.perf_counter() - began
    consumer.close()
    return count, seconds


if __name__ == "__main__":
    events, seconds = poll(*sys.argv[1:])
    print(json.dumps({"events": events, "seconds": seconds}))
