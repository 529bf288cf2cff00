"""A draft that the head approves as it is or hands back, and a text shown in a further medium."""

from typing import Any

import pytest

from tests.integration.test_corrected_to_confidential import (
    TEXT,
    approve,
    correct,
    documented,
    draft_of,
)
from tests.running import RunningNode

WRONG = "Jangan sebut hari praktiknya; sebut nomor antrean."
ANEW = "Nomor antrean dokter gigi kini ditempel."


def take(node: RunningNode, username: str, draft: str, step: str, **body: Any) -> Any:
    return node.as_(username).post(f"/publications/{draft}/{step}", json=body)


def done(node: RunningNode, username: str, draft: str, step: str, **body: Any) -> None:
    answer = take(node, username, draft, step, **body).raise_for_status()
    node.settle(answer.json()["position"])


def page(node: RunningNode, username: str, path: str) -> str:
    return node.as_(username).get(node.address + path).raise_for_status().text


@pytest.mark.parametrize("approved", [False, True])
def test_what_the_head_hands_back_reaches_the_publisher_with_its_reason(
    node: RunningNode, approved: bool
) -> None:
    id, draft = documented(node)
    number = node.as_("sari").get(f"/cases/{id}").json()["number"]
    if approved:
        approve(node, draft).raise_for_status()
    assert take(node, "dewi", draft, "return", reason=WRONG).status_code == 403
    assert take(node, "kukuh", draft, "return").status_code == 422
    done(node, "kukuh", draft, "return", reason=WRONG)
    # An approval that was given holds no longer, and nobody waits for the head.
    assert take(node, "dewi", draft, "release").status_code == 409
    assert number not in page(node, "kukuh", "/terbitkan?menunggu=approval")
    assert WRONG in page(node, "dewi", "/terbitkan?menunggu=redraft")
    assert "/terbitkan?menunggu=redraft" in page(node, "dewi", "/kerja")
    bell = page(node, "dewi", "/pemberitahuan")
    assert f'<a href="/publikasi?complaint={id}">{number}</a>' in bell and WRONG in bell
    assert number not in page(node, "kukuh", "/pemberitahuan")
    assert WRONG in page(node, "dewi", f"/terbitkan/{draft}")
    # The thread of the case has it, opened by role; the history says it without a word of it.
    node.until("sari", "/publications", lambda _found: WRONG in page(node, "sari", f"/kasus/{id}"),
               complaint=id)  # fmt: skip
    history = page(node, "wulan", f"/laporan/keluhan/{number}")
    assert "mengembalikan rancangan publikasi" in history and WRONG not in history
    done(node, "dewi", draft, "draft", text=ANEW)
    assert number not in page(node, "dewi", "/terbitkan?menunggu=redraft")
    assert WRONG not in page(node, "dewi", f"/terbitkan/{draft}")
    done(node, "kukuh", draft, "approval", text=ANEW)
    done(node, "dewi", draft, "release")


def test_what_is_out_is_not_handed_back(node: RunningNode) -> None:
    _id, draft = documented(node)
    done(node, "kukuh", draft, "approval", text=TEXT)
    done(node, "dewi", draft, "release")
    assert take(node, "kukuh", draft, "return", reason=WRONG).status_code == 409


def shown(node: RunningNode, draft: str) -> list[tuple[list[str], str]]:
    items = node.public.get("/puskesmas/puring/board").raise_for_status().json()["items"]
    return [(each["media"], each["published_at"]) for each in items if each["id"] == draft]


def test_a_text_is_shown_in_a_further_medium_and_withdrawn_from_all(node: RunningNode) -> None:
    id, draft = documented(node)
    media = ["notice_board", "clinic_tv", "social_media"]
    done(node, "kukuh", draft, "approval", text=TEXT, media=media)
    done(node, "dewi", draft, "release", media=["social_media"])
    ((_media, since),) = shown(node, draft)
    assert "Terbitkan juga di" in page(node, "dewi", f"/terbitkan/{draft}")
    english = node.as_("dewi").get(
        f"{node.address}/terbitkan/{draft}", headers={"accept-language": "en"}
    )
    assert "Shown on: Social media." in english.text
    for media_asked in (["social_media"], []):
        refused = take(node, "dewi", draft, "release", media=media_asked)
        assert refused.status_code == 422
        assert [each["field"] for each in refused.json()["errors"]] == ["media"]
    done(node, "dewi", draft, "release", media=["notice_board"])
    # It is public since it first was, wherever it is shown by now.
    assert shown(node, draft) == [(["notice_board", "social_media"], since)]
    done(node, "dewi", draft, "release")
    assert shown(node, draft) == [(media, since)]
    assert draft_of(node, id)["shown"] == media
    assert "Terbitkan juga di" not in page(node, "dewi", f"/terbitkan/{draft}")
    assert take(node, "dewi", draft, "release").status_code == 409
    done(node, "dewi", draft, "withdrawal", reason="Salah ketik.")
    assert shown(node, draft) == [] and draft_of(node, id)["shown"] == []


def test_what_became_confidential_is_shown_nowhere_else(node: RunningNode) -> None:
    id, draft = documented(node)
    done(node, "kukuh", draft, "approval", text=TEXT)
    done(node, "dewi", draft, "release", media=["clinic_tv"])
    correct(node, id)
    node.until(
        "dewi",
        "/publications",
        lambda _found: take(node, "dewi", draft, "release", media=["clinic_tv"]).status_code == 409,
        complaint=id,
    )
    refused = take(node, "dewi", draft, "release", media=["notice_board"])
    assert refused.status_code == 409 and "rahasia" in refused.json()["detail"]
    # Withdrawn, it is judged as what it is by now: the head approves it twice.
    done(node, "dewi", draft, "withdrawal", reason="Menjadi rahasia.")
    draft_of(node, id, state="drafted", confidentiality="confidential")
    done(node, "kukuh", draft, "approval", text=TEXT)
    assert take(node, "dewi", draft, "release").status_code == 409


def test_the_page_hands_back_and_names_the_field_that_is_missing(node: RunningNode) -> None:
    _id, draft = documented(node)
    kukuh, path = node.as_("kukuh"), f"{node.address}/terbitkan/{draft}/return"
    missing = kukuh.post(path, data={"return_reason": " "})
    assert missing.status_code == 422 and 'href="#f-return_reason"' in missing.text
    assert kukuh.post(path, data={"return_reason": WRONG}).status_code == 303
    assert WRONG in page(node, "kukuh", f"/terbitkan/{draft}")


def test_who_approves_on_the_page_changes_no_word(node: RunningNode) -> None:
    _id, draft = documented(node)
    done(node, "dewi", draft, "draft", text=ANEW)
    kukuh, path = node.as_("kukuh"), f"{node.address}/terbitkan/{draft}"
    shown_to_head = page(node, "kukuh", f"/terbitkan/{draft}")
    assert "Disusun oleh Dewi" in shown_to_head and 'name="approval_text"' not in shown_to_head
    form = {"approval_text": TEXT, "approval_media": "notice_board"}
    assert kukuh.post(f"{path}/approval", data=form).status_code == 303
    assert "Disusun oleh Dewi" in page(node, "dewi", f"/terbitkan/{draft}")
    done(node, "dewi", draft, "release")
    board = node.public.get("/puskesmas/puring/board").raise_for_status().json()["items"]
    assert [each["text"] for each in board if each["id"] == draft] == [ANEW]


def test_words_sent_with_an_approval_are_the_approvers_and_confirmed_as_they_were(
    node: RunningNode,
) -> None:
    id, draft = documented(node, corrected=True)
    draft_of(node, id, confidentiality="confidential")
    done(node, "kukuh", draft, "approval", text=TEXT)
    assert "Disusun oleh dr. Kukuh" in page(node, "dewi", f"/terbitkan/{draft}")
    other = take(node, "kukuh", draft, "approval", text=ANEW, confirm=True)
    assert other.status_code == 422
    assert [each["field"] for each in other.json()["errors"]] == ["text"]
    assert take(node, "dewi", draft, "release").status_code == 409
    done(node, "kukuh", draft, "approval", text=TEXT, confirm=True)
    done(node, "dewi", draft, "release")


def test_an_approval_of_a_page_that_is_out_of_date_approves_nothing(node: RunningNode) -> None:
    id, draft = documented(node)
    version = draft_of(node, id)["version"]
    done(node, "dewi", draft, "draft", text=ANEW)
    form = {"approval_media": "notice_board", "version": str(version)}
    late = node.as_("kukuh").post(f"{node.address}/terbitkan/{draft}/approval", data=form)
    assert late.status_code == 412 and "Rancangan publikasi disimpan" in late.text
    assert draft_of(node, id)["state"] == "drafted"
