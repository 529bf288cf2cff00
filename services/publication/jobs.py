"""What publication does later: it releases what was scheduled, at its time, sends the messages that
people asked for, reads what came back of them, and delivers to receivers what came for them."""

from collections.abc import Mapping

from services.kernel.jobs import Task
from services.publication.messages.application import SEND
from services.publication.messages.bounces import READ, Bounces
from services.publication.messages.sending import Sending
from services.publication.scheduling import TASK, Scheduling
from services.publication.webhooks import jobs as webhook_jobs
from services.publication.webhooks.application import Webhooks


def tasks(
    scheduling: Scheduling, sending: Sending, bounces: Bounces, webhooks: Webhooks
) -> Mapping[str, Task]:
    """Return publication's tasks by name; each gets an id and nothing else."""
    return {
        TASK: scheduling.release,
        SEND: sending.send,
        READ: bounces.read,
        **webhook_jobs.tasks(webhooks),
    }
