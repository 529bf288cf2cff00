"""A case file shows whatever people write, or a sign in its place."""

from dataclasses import replace

import pytest

from services.kernel.paper import CaseFile, Line, case_file
from services.kernel.paper.glyphs import SUBSTITUTE, showable

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
