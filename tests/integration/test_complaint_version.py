"""Reading one complaint: its version, as the ETag says it, and no made-up position."""

from tests.running import RunningNode


def test_a_complaint_gives_its_version(node: RunningNode) -> None:
    body = {"channel": "sms", "text": "Antre."}
    done = node.as_("rini").post("/puskesmas/puring/complaints", json=body).json()
    answer = node.as_("rini").get(f"/complaints/{done['id']}")
    found = answer.json()
    assert found["version"] == 1 and answer.headers["etag"] == '"1"'
    assert found["number"] == done["number"] and "position" not in found
