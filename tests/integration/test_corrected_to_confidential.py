"""A form that becomes confidential takes what was made of it along, published or not."""

import re
from typing import Any

from tests.running import RunningNode

RESULT = "Jadwal dokter gigi kini ditempel di pintu."
TEXT = "Jadwal dokter gigi sudah kami tempel."


def documented(
    node: RunningNode, text: str = RESULT, *, corrected: bool = False
) -> tuple[str, str]:
    """Take a complaint to its draft, `corrected` to confidential before; return its id and the
    draft's."""
    body = {
        "channel": "phone",
        "text": "Dokter gigi tidak ada pada jam layanan.",
        "kind": "complaint",
        "service_unit": "gigi",
        "complainant": {"name": "Tarsih Misal", "phone": "0812-0000-7777"},
    }
    given = node.as_("rini").post("/puskesmas/puring/complaints", json=body).raise_for_status()
    id = given.json()["id"]
    node.until("sari", f"/cases/{id}", lambda case: True)
    if corrected:
        correct(node, id)
    for step, said in (
        ("grade", {"grade": "green"}),
        ("immediate-answer", {"answer": "Maaf."}),
        ("documentation", {"summary": text}),
    ):
        node.as_("sari").post(f"/cases/{id}/{step}", json=said).raise_for_status()
    return id, draft_of(node, id)["id"]


def draft_of(node: RunningNode, id: str, **wanted: Any) -> dict[str, Any]:
    def there(found: Any) -> bool:
        return bool(found["items"]) and wanted.items() <= found["items"][-1].items()

    found: dict[str, Any] = node.until("dewi", "/publications", there, complaint=id)["items"][-1]
    return found


def correct(node: RunningNode, id: str) -> None:
    body = {"confidentiality": "confidential", "reason": "Diminta pelapor."}
    answer = node.as_("rini").post(f"/complaints/{id}/corrections", json=body).raise_for_status()
    node.settle(answer.json()["position"])


def approve(node: RunningNode, draft: str, **more: Any) -> Any:
    body = {"text": TEXT, "media": ["notice_board"], **more}
    return node.as_("kukuh").post(f"/publications/{draft}/approval", json=body)


def test_an_approval_ends_and_the_head_must_confirm(node: RunningNode) -> None:
    id, draft = documented(node)
    approve(node, draft).raise_for_status()
    correct(node, id)
    draft_of(node, id, state="drafted", confidentiality="confidential")
    approve(node, draft).raise_for_status()
    release = node.as_("dewi").post(f"/publications/{draft}/release", json={})
    assert release.status_code == 409
    approve(node, draft, confirm=True).raise_for_status()
    release = node.as_("dewi").post(f"/publications/{draft}/release", json={}).raise_for_status()
    node.settle(release.json()["position"])
    assert unit_on_the_board(node, id) == [None]


def test_a_form_that_was_confidential_before_makes_a_confidential_draft(node: RunningNode) -> None:
    id, draft = documented(node, corrected=True)
    draft_of(node, id, state="drafted", confidentiality="confidential")
    approve(node, draft).raise_for_status()
    release = node.as_("dewi").post(f"/publications/{draft}/release", json={})
    assert release.status_code == 409


def test_what_is_out_hides_unit_and_date_at_once(node: RunningNode) -> None:
    id, draft = documented(node)
    approve(node, draft).raise_for_status()
    release = node.as_("dewi").post(f"/publications/{draft}/release", json={}).raise_for_status()
    node.settle(release.json()["position"])
    assert "gigi" in unit_on_the_board(node, id)
    correct(node, id)
    assert set(unit_on_the_board(node, id)) == {None}


def unit_on_the_board(node: RunningNode, _id: str) -> list[str | None]:
    found = node.as_("rini").get("/puskesmas/puring/board").raise_for_status().json()["items"]
    return [each["service_unit"] for each in found if each["text"] == TEXT]


def test_a_text_that_names_the_complainant_is_approved_knowingly_or_not_at_all(
    node: RunningNode,
) -> None:
    _id, draft = documented(node, "Kami sudah minta maaf kepada TARSIH  Misal.")
    named = {"text": "Kami minta maaf kepada Ibu Tarsih\nmisal.", "media": ["notice_board"]}
    refused = node.as_("kukuh").post(f"/publications/{draft}/approval", json=named)
    assert refused.status_code == 422
    assert [each["field"] for each in refused.json()["errors"]] == ["text"]
    page = node.as_("kukuh").get(f"{node.address}/terbitkan/{draft}").text
    assert re.search(r"<mark[^>]*>TARSIH  Misal", page)
    known = node.as_("kukuh").post(
        f"/publications/{draft}/approval", json=named | {"confirm": True}
    )
    assert known.status_code == 200
