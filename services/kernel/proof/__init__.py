"""Tamper evidence: a Merkle tree over each source's messages, and signed checkpoints of it."""

from services.kernel.proof.checkpoint import Checkpoint, NoCheckpoint, Signer, Top, read_notes
from services.kernel.proof.leaf import leaf_data, leaf_of
from services.kernel.proof.tree import (
    EMPTY,
    Frontier,
    consistency,
    includes,
    inclusion,
    is_consistent,
    leaf_hash,
    node_hash,
    root_of,
)

__all__ = [
    "EMPTY",
    "Checkpoint",
    "Frontier",
    "NoCheckpoint",
    "Signer",
    "Top",
    "consistency",
    "includes",
    "inclusion",
    "is_consistent",
    "leaf_data",
    "leaf_hash",
    "leaf_of",
    "node_hash",
    "read_notes",
    "root_of",
]
