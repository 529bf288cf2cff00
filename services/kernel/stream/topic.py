"""The one topic of a district: how it is made, and that it is what the log needs.

What is kept for ever must be kept by the broker, too: no retention, no compaction; a key's messages
stay together, so the number of partitions never changes; the time of a message is the broker's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient
from kafka.errors import KafkaError, TopicAlreadyExistsError

from services.kernel.stream.clients import begun
from services.kernel.stream.port import StreamUnavailable

PARTITIONS: Final = 12
FIRST_ANSWER_SECONDS: Final = 10.0
"""So long the first answer of any broker is waited for; who asks tries again by itself."""
ASKED_AGAIN_MILLISECONDS: Final = 1_000
"""A broker that was away is asked again at least so often, however long it was (by its own rule the
client would leave half a minute between)."""
REPLICAS: Final = 3
"""So many copies where there are as many brokers; else one."""
_KEPT: Final = {
    "retention.ms": "-1",
    "retention.bytes": "-1",
    "cleanup.policy": "delete",
    "message.timestamp.type": "LogAppendTime",
    "unclean.leader.election.enable": "false",
}
_MIN_ISR: Final = "min.insync.replicas"


class WrongTopic(Exception):
    """The topic is missing or not what the log needs; the message says which setting, in a line."""


@dataclass(frozen=True)
class Topic:
    """One topic on some brokers; `security` are the client's options for SASL and TLS."""

    servers: str
    name: str
    security: Mapping[str, Any]
    partitions: int = PARTITIONS
    first_answer_seconds: float = FIRST_ANSWER_SECONDS

    @property
    def connection(self) -> dict[str, Any]:
        """The options by which every client of the brokers connects."""
        return {
            "bootstrap_servers": self.servers,
            "bootstrap_timeout_ms": int(self.first_answer_seconds * 1000),
            "reconnect_backoff_max_ms": ASKED_AGAIN_MILLISECONDS,
            **self.security,
        }

    def create(self) -> bool:
        """Make the topic unless it is there; say whether it was made.

        Raises StreamUnavailable where the brokers do not answer.
        """
        with _Admin(self) as admin:
            brokers = len(admin.describe_cluster()["brokers"])
            replicas = REPLICAS if brokers >= REPLICAS else 1
            settings = _KEPT | {_MIN_ISR: str(max(1, replicas - 1))}
            try:
                admin.create_topics(
                    {
                        self.name: {
                            "num_partitions": self.partitions,
                            "replication_factor": replicas,
                            "configs": settings,
                        }
                    }
                )
            except TopicAlreadyExistsError:
                return False
            admin.wait_for_topics([self.name])
            return True

    def check(self) -> None:
        """Raise WrongTopic with a line that names what is wrong, StreamUnavailable where the
        brokers do not answer."""
        with _Admin(self) as admin:
            if self.name not in admin.list_topics():
                raise WrongTopic(f"topic {self.name} is missing: run `tanggap migrate`")
            (described,) = admin.describe_topics([self.name])
            found = admin.describe_configs(
                [ConfigResource(ConfigResourceType.TOPIC, self.name)], config_filter="all"
            )["topic"][self.name]
        partitions = described["partitions"]
        if len(partitions) != self.partitions:
            raise WrongTopic(
                f"topic {self.name} has {len(partitions)} partitions, and needs {self.partitions}"
            )
        replicas = min(len(each["replica_nodes"]) for each in partitions)
        wanted = _KEPT | {_MIN_ISR: str(max(1, replicas - 1))}
        for name, value in wanted.items():
            if found[name]["value"] != value:
                raise WrongTopic(
                    f"topic {self.name} has {name}={found[name]['value']}, and needs {value}"
                )


class _Admin:
    """A client for administration, with its failures said as ours."""

    def __init__(self, topic: Topic) -> None:
        self._topic = topic

    def __enter__(self) -> Any:
        try:
            self._client = begun(KafkaAdminClient, **self._topic.connection)
        except KafkaError as error:
            raise StreamUnavailable(type(error).__name__) from error
        return self._client

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        self._client.close()
        if isinstance(error, KafkaError):
            raise StreamUnavailable(type(error).__name__) from error
