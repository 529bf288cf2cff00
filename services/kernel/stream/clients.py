"""Clients of the brokers that leave nothing behind where they cannot begin."""

from collections.abc import Callable
from typing import Any, TypeVar

from kafka.net.compat import KafkaNetClient

Client = TypeVar("Client")


def begun(kind: Callable[..., Client], **options: Any) -> Client:
    """Return a client of kafka-python that has been answered; raises its KafkaError.

    A consumer or a client for administration that is not answered would leave its thread, its
    sockets and all that its thread knows (kafka-python 3.0.12): with brokers out of reach for an
    hour, and somebody asking all the while, a process would run out of files.
    """
    parts: list[KafkaNetClient] = []

    def part(**given: Any) -> KafkaNetClient:
        parts.append(KafkaNetClient(**given))
        return parts[-1]

    try:
        return kind(kafka_client=part, **options)
    except BaseException:
        for each in parts:
            each.close()
        raise
