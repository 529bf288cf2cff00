"""The leaf of a published message: what of it is hashed, and how it is written for that.

Every attribute but `ce_previous`, which differs by transport, and the value, each as
`<name>:<bytes>:<text>`: its length stands before it, so that no two messages are written alike.
Store, stream and log copy therefore have one root. `services/reporting/proof/leaves.py` says the
same in SQL.
"""

from services.kernel.contracts import Message
from services.kernel.proof.tree import leaf_hash


def leaf_data(message: Message) -> bytes:
    """Return what is hashed of a message."""
    parts = [
        b"%s:%d:%s\n" % (name.encode(), len(data), data)
        for name, data in message.headers()
        if name != "ce_previous"
    ]
    return b"%svalue:%d:%s" % (b"".join(parts), len(message.value), message.value)


def leaf_of(message: Message) -> bytes:
    """Return the hash of a message as a leaf of its source's tree."""
    return leaf_hash(leaf_data(message))
