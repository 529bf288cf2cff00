"""Checks, without anything of Tanggap's, that an event lies under a signed checkpoint.

    pip install cryptography
    python verify.py PROOF.json [KEPT.txt] [--receipt CODE]

PROOF.json is what `GET /api/v1/proofs/inclusion` or `POST /api/v1/receipts/proof` answered, or the
bukti.json that a case file has attached (`pdfdetach -save 1 FILE.pdf`): then each event is checked.
KEPT.txt holds checkpoints that you kept yourself (signed notes): then the event must lie under one
of those, and nothing has to be believed that came with the proof. With the CODE of a receipt the
event (of a case file: one of them) must be the one that the receipt was given for, and not some
other that lies there as well.
"""

import argparse
import base64
import hashlib
import json
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def sha256(data):
    return hashlib.sha256(data).digest()


def leaf(proof):
    """RFC 9162, 2.1.1: the hash of what was sent, each part with its length before it."""
    parts = [(name, text.encode()) for name, text in proof["attributes"]]
    lines = b"".join(b"%s:%d:%s\n" % (name.encode(), len(data), data) for name, data in parts)
    value = proof["value"].encode()
    return sha256(b"\x00" + lines + b"value:%d:" % len(value) + value)


def root(proof):
    """RFC 9162, 2.1.3.2: the root that the path leads to from the leaf."""
    at, last, found = proof["index"], proof["size"] - 1, leaf(proof)
    for beside in map(base64.b64decode, proof["path"]):
        if at % 2 or at == last:
            found = sha256(b"\x01" + beside + found)
            while at and not at % 2:
                at, last = at // 2, last // 2
        else:
            found = sha256(b"\x01" + found + beside)
        at, last = at // 2, last // 2
    return found if last == 0 else None


def notes(text):
    """Yield each signed note: who signed, when, and its lines of `source size root`."""
    for note in text.split("tanggap checkpoint 1\n")[1:]:
        body, _, signed = ("tanggap checkpoint 1\n" + note).partition("\n\n")
        _, origin, when, key, *tops = body.split("\n")
        signature = base64.b64decode(signed.split()[2])[4:]
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key))
        public.verify(signature, (body + "\n").encode())
        yield origin, when, tops


def is_of(proof, code):
    """Whether the event was recorded with the hash of this receipt's code."""
    plain = "".join(filter(str.isalnum, code.upper())).translate(str.maketrans("OIL", "011"))
    wanted = sha256(b"tanggap-receipt:" + plain.encode()).hex()
    return json.loads(proof["value"]).get("receipt_hash") == wanted


def answer(proof, kept):
    """Whether the event lies under one of these checkpoints, and the sentence that says so."""
    named = dict(proof["attributes"])  # nothing that is not hashed is believed, or repeated
    event, size = f"{named['ce_source']}:{named['ce_id']}", proof["size"]
    top = f"{named['ce_source']} {size} {base64.b64encode(root(proof) or b'').decode()}"
    try:
        for origin, when, tops in notes(kept):
            if top in tops:
                return True, f"Yes: {event} lies under the checkpoint of {origin}, {when}."
    except (InvalidSignature, ValueError, IndexError):
        return False, "No: a checkpoint was changed after it was signed, or is cut off."
    return False, f"No: {event} lies under none of these checkpoints."


def main(given, kept, receipt):
    proofs = given if isinstance(given, list) else [given]
    answers = [answer(each, each["checkpoint"] if kept is None else kept) for each in proofs]
    if receipt and not any(is_of(each, receipt) for each in proofs):
        answers = [(False, "No: it is the entry of another receipt.")]
    print(*(said for _, said in answers), sep="\n")
    return int(not answers or not all(well for well, _ in answers))


if __name__ == "__main__":
    asked = argparse.ArgumentParser()
    asked.add_argument("proof", type=argparse.FileType(encoding="utf-8"))
    asked.add_argument("kept", type=argparse.FileType(encoding="utf-8"), nargs="?")
    asked.add_argument("--receipt")
    args = asked.parse_args()
    try:
        kept = args.kept.read() if args.kept else None
    except ValueError:
        asked.error("KEPT.txt holds no checkpoints")
    try:
        sys.exit(main(json.load(args.proof), kept, args.receipt))
    except (ValueError, KeyError, TypeError, AttributeError):
        asked.error("PROOF.json is no proof")
