"""A real Kafka broker, as one process with its own controller."""

import signal
import socket
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.running import free_port
from tests.waiting import looks

LIBRARIES = Path(__file__).parents[2] / ".venv" / "kafka"
PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{broker},FAR://127.0.0.1:{far},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{broker},FAR://{advertised}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,FAR:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={folder}/log
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=500
"""
JAVA = ("java", "-Xms128m", "-Xmx384m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")


class KafkaServer:
    """A broker that can be killed, frozen and started again on the same folder.

    `far` is the port that others are led to who come by `advertised`: a line between them and the
    broker that can be cut.
    """

    def __init__(self, folder: Path, advertised: str | None = None) -> None:
        self._broker, self.far, controller = free_port(), free_port(), free_port()
        self.servers = f"127.0.0.1:{self._broker}"
        self.advertised = advertised or f"127.0.0.1:{free_port()}"
        self._log = folder / "broker.log"
        self._settings = folder / "server.properties"
        self._settings.write_text(
            PROPERTIES.format(
                broker=self._broker,
                far=self.far,
                advertised=self.advertised,
                controller=controller,
                folder=folder,
            )
        )
        self._java = [*JAVA, "-cp", f"{LIBRARIES}/*"]
        cluster = uuid.uuid4().hex[:22]
        subprocess.run(
            [
                *(*self._java, "kafka.tools.StorageTool", "format"),
                *("-t", cluster, "-c", str(self._settings)),
            ],
            check=True,
            capture_output=True,
        )
        self.start()

    def start(self) -> None:
        """Start the broker and wait until it listens."""
        with self._log.open("a") as out:
            self._process = subprocess.Popen(
                [*self._java, "kafka.Kafka", str(self._settings)],
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        try:
            _wait_for(self._broker, self._process, self._log)
        except BaseException:
            self.kill()
            raise

    def kill(self) -> None:
        """End the broker as a power cut would."""
        self._process.kill()
        self._process.wait()

    def freeze(self) -> None:
        """Have the broker do nothing, its connections open."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Have it go on."""
        self._process.send_signal(signal.SIGCONT)


@contextmanager
def running_kafka(folder: Path, advertised: str | None = None) -> Iterator[KafkaServer]:
    """Run a broker on its own folder until the block ends."""
    server = KafkaServer(folder, advertised)
    try:
        yield server
    finally:
        server.kill()


def _wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _look in looks():
        assert process.poll() is None, log.read_text()[-2000:]
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise AssertionError(f"the broker does not listen: {log.read_text()[-2000:]}")
