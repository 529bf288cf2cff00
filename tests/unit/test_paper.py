"""A case file shows whatever people write, or a sign in its place."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.kernel.paper import CaseFile, Line, case_file
from services.kernel.paper.glyphs import SUBSTITUTE, showable
from services.kernel.paper.proven import Proven, borne_out
from services.kernel.proof import Signer, Top, leaf_hash
from services.kernel.web.language import say
from tests.codes import edge_is_bare, read, sheets, words

NOW = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)

FILE = CaseFile(
    language="id",
    number="PRG-2026-A-000001",
    place="Puskesmas Puring",
    title="Berkas kasus",
    as_of="Keadaan per 27 Nov 2026",
    page="Halaman {page} dari {pages}",
    past=False,
    tags=(),
    pairs_title="Tentang keluhan ini",
    pairs=(),
    thread_title="Langkah demi langkah",
    thread=(),
)


@pytest.mark.parametrize(
    "said",
    [
        "Antre lama 😡 sekali.",
        "👨‍👩‍👧 menunggu 1️⃣ jam ❤️",
        "Bu 李 dan Bu ꦱꦫꦶ",
        "nol\x00 dan bel\x07 selesai",
        "شكرا",
        "Harga − 5 % … “kutip”",
    ],
)
def test_whatever_is_said_makes_a_file(said: str) -> None:
    pdf = case_file(replace(FILE, thread=(Line("Kami terima", said=said),)))
    assert pdf.startswith(b"%PDF-") and len(pdf) > len(case_file(FILE))
    assert pdf == case_file(replace(FILE, thread=(Line("Kami terima", said=said),)))


def test_a_plan_is_a_list_on_paper() -> None:
    plan = Line("Rencana disusun", listed=("Menambah loket · Rini", "Mengukur antrean · Budi"))
    first = case_file(replace(FILE, thread=(replace(plan, listed=plan.listed[:1]),)))
    both = case_file(replace(FILE, thread=(plan,)))
    assert len(case_file(replace(FILE, thread=(Line(plan.title),)))) < len(first) < len(both)


def test_what_bears_a_case_file_out_is_read_from_the_paper_itself() -> None:
    signer, root = Signer.of("node-a", bytes(32)), leaf_hash(b"a")
    names = [f"/node-a/{name}" for name in ("intake", "resolution", "publication", "reporting")]
    notes = [signer.sign(tuple(Top(each, 9, root) for each in names[:n]), NOW) for n in (3, 4)]
    proofs = [
        {"position": f"{name}:4", "index": 3, "size": 9, "checkpoint": note.text}
        for name, note in zip(names[:3], (notes[0], notes[1], notes[1]), strict=True)
    ]
    proof = borne_out(Proven(proofs, 1), lambda text: say(text, "id"), lambda at: f"{at:%H.%M}")
    pages = sheets(pdf := case_file(replace(FILE, proof=proof)))
    assert set(read(*pages)) == {each.text for each in notes}
    assert all(map(edge_is_bare, pages))
    assert all(each.code in words(pdf) for each in notes) and "/node-a/resolution" in words(pdf)


def test_what_can_be_shown_stays_as_it_was_written() -> None:
    plain = "Antrean di loket: “tiga jam” – é, ñ, ½\nbaris kedua"
    assert showable({"said": (plain, None, 3)}) == {"said": [plain, None, 3]}
    assert showable("Antre 😡!") == f"Antre {SUBSTITUTE}!"
    assert showable("1️⃣") == "1"


@pytest.mark.parametrize("emoji", ["👨‍👩‍👧", "👍🏽", "🇮🇩", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "❤️‍🔥", "👩🏽‍⚕️"])
def test_one_emoji_becomes_one_sign_however_it_is_made(emoji: str) -> None:
    assert showable(f"Kami {emoji} ke sini") == f"Kami {SUBSTITUTE} ke sini"
    assert showable(emoji * 2) == SUBSTITUTE * 2


def test_letters_of_another_script_stay_as_many_as_they_were() -> None:
    assert showable("ꦱ\u200dꦫ → ½") == f"{SUBSTITUTE * 2} → ½"
