"""The pages on everybody's accounts, as the one who manages them uses them."""

import re
from typing import Any

import httpx
import pytest

from services.main.demo import PASSWORD
from tests.running import RunningNode

ROW = {"role_0": "officer", "puskesmas_0": "puring"}


class Admin:
    """Sends forms as a browser would, signed in as the demo's admin."""

    def __init__(self, node: RunningNode) -> None:
        self.node = node

    def get(self, path: str, **asked: str) -> str:
        answer = self.node.as_("admin").get(self.node.address + path, params=asked)
        return answer.raise_for_status().text

    def post(self, path: str, **typed: Any) -> httpx.Response:
        return self.node.as_("admin").post(self.node.address + path, data=typed)

    def add(self, username: str, **typed: Any) -> str:
        """Add an account; return its id."""
        self.added = self.post("/pengguna", username=username, **(ROW | typed))
        assert self.added.status_code == 201, self.added.text
        return self.id_of(username)

    def id_of(self, username: str) -> str:
        found = re.search(r'href="/pengguna/([0-9a-f-]{36})"', self.get("/pengguna", q=username))
        assert found
        return found[1]

    def secret(self, page: str) -> str:
        """Return the password that a page shows this once."""
        found = re.search(r'<p class="code">([^<]+)</p>', page)
        assert found
        return found[1]

    def may_sign_in(self, username: str, password: str) -> bool:
        body = {"username": username, "password": password}
        return self.node.public.post("/session", json=body).is_success


@pytest.fixture(scope="module")
def admin(node: RunningNode) -> Admin:
    return Admin(node)


def test_an_account_is_added_with_a_password_that_is_shown_once(admin: Admin) -> None:
    admin.add("tuti", display_name="Tuti (loket)")
    password = admin.secret(admin.added.text)
    assert admin.added.headers["cache-control"] == "no-store"
    assert admin.may_sign_in("tuti", password)
    page = admin.get(f"/pengguna/{admin.id_of('tuti')}")
    assert password not in page
    assert "oleh Admin" in page


def test_the_list_is_searched_and_narrowed(admin: Admin) -> None:
    admin.add("yono", puskesmas_0="lamaru")
    for asked, there in (
        ({"q": "YON"}, True),
        ({"q": "nobody-like-that"}, False),
        ({"role": "officer", "puskesmas": "lamaru"}, True),
        ({"role": "head"}, False),
        ({"role": "officer", "puskesmas": "puring"}, False),
    ):
        assert ("<td>yono</td>" in admin.get("/pengguna", **asked)) == there, asked
    assert "Tidak ada pengguna yang cocok." in admin.get("/pengguna", q="nobody-like-that")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"username": "A!"}, "Pakai 3 sampai 64 huruf kecil"),
        ({"username": "rini"}, "Nama pengguna ini sudah dipakai."),
        ({"role_0": ""}, "Pilih sedikitnya satu peran."),
        ({"role_0": "emperor"}, "Pilih peran dari daftar."),
        ({"puskesmas_0": "atlantis"}, "Puskesmas ini tidak ada di daftar."),
        ({"puskesmas_0": []}, "Pilih Puskesmas untuk peran ini"),
        ({"role_0": "coordinator", "areas_0": "XYZ"}, "Bidang ini tidak ada di daftar."),
        ({"role_0": "coordinator"}, "Pilih bidang yang dikoordinasi"),
        ({"display_name": "x" * 101}, "Paling banyak 100 huruf."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    admin: Admin, typed: dict[str, Any], said: str
) -> None:
    answer = admin.post(
        "/pengguna", **({"username": "new-one", **ROW, "display_name": "X"} | typed)
    )
    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{typed.get("username", "new-one")}"' in answer.text
    assert "<td>new-one</td>" not in admin.get("/pengguna")


def test_roles_change_from_the_next_request_on(admin: Admin) -> None:
    id = admin.add("wati")
    password = admin.secret(admin.added.text)
    token = admin.node.public.post(
        "/session", json={"username": "wati", "password": password}
    ).json()["token"]
    bearer = {"Authorization": f"Bearer {token}"}
    page = admin.node.address + "/evaluasi"
    assert httpx.get(page, headers=bearer, trust_env=False).status_code == 403
    changed = admin.post(
        f"/pengguna/{id}/peran",
        role_0="quality_lead",
        puskesmas_0=["puring", "lamaru"],
        role_1="coordinator",
        everywhere_1="true",
        areas_1=["UKM", "KMP"],
    )
    assert changed.status_code == 303
    assert httpx.get(page, headers=bearer, trust_env=False).status_code == 200
    shown = admin.get(f"/pengguna/{id}")
    assert 'value="puring" checked' in shown and 'value="lamaru" checked' in shown
    assert 'value="UKM" checked' in shown and 'value="UKPP" checked' not in shown


def test_a_new_password_ends_what_was_open(admin: Admin) -> None:
    id = admin.add("sita")
    first = admin.secret(admin.added.text)
    again = admin.post(f"/pengguna/{id}/sandi")
    assert not admin.may_sign_in("sita", first)
    assert admin.may_sign_in("sita", admin.secret(again.text))


def test_a_token_is_named_shown_once_and_ended_with_the_sessions(admin: Admin) -> None:
    id = admin.add("skrip")
    assert admin.post(f"/pengguna/{id}/token", token_name="").status_code == 422
    made = admin.post(f"/pengguna/{id}/token", token_name="rekap malam")
    token = re.search(r"<code>([^<]+)</code>", made.text)
    assert made.status_code == 201 and token
    bearer = {"Authorization": f"Bearer {token[1]}"}
    page = admin.node.address + "/catat"
    assert httpx.get(page, headers=bearer, trust_env=False).status_code == 200
    shown = admin.get(f"/pengguna/{id}")
    assert "rekap malam" in shown and token[1] not in shown
    assert admin.post(f"/pengguna/{id}/akhiri").status_code == 303
    assert httpx.get(page, headers=bearer, trust_env=False).status_code in (303, 401)


def test_who_signed_in_and_who_failed_is_shown_without_what_was_typed(admin: Admin) -> None:
    id = admin.add("tono")
    password = admin.secret(admin.added.text)
    assert not admin.may_sign_in("tono", "salah-sama-sekali")
    assert not admin.may_sign_in("nama-yang-tak-ada", "salah-sama-sekali")
    assert admin.may_sign_in("tono", password)
    page = admin.get("/pengguna/masuk")
    body = page.split("<tbody>")[1]
    assert "nama-yang-tak-ada" not in page and "nama yang tidak dikenal" in body
    assert [f'href="/pengguna/{id}"' in row for row in body.split("</tr>")[:3]] == [
        True,
        False,
        True,
    ]
    shown = admin.get(f"/pengguna/{id}")
    action = re.search(rf'action="(/pengguna/{id}/akhiri/\w+)"', shown)
    assert action and admin.post(action[1]).status_code == 303
    assert admin.post(action[1]).status_code == 404
    assert "satu sesi atau token diakhiri" in admin.get(f"/pengguna/{id}")


def test_a_closed_account_may_not_sign_in_until_it_is_opened(admin: Admin) -> None:
    id = admin.add("budi")
    password = admin.secret(admin.added.text)
    assert admin.post(f"/pengguna/{id}/tutup").status_code == 303
    assert not admin.may_sign_in("budi", password)
    assert admin.post(f"/pengguna/{id}/token", token_name="x").status_code == 409
    assert admin.post(f"/pengguna/{id}/buka").status_code == 303
    assert admin.may_sign_in("budi", password)


def test_nobody_locks_themselves_or_everybody_out(admin: Admin) -> None:
    own = admin.id_of("admin")
    assert admin.post(f"/pengguna/{own}/tutup").status_code == 409
    assert admin.post(f"/pengguna/{own}/sandi").status_code == 409
    refused = admin.post(f"/pengguna/{own}/peran", **ROW)
    assert refused.status_code == 409
    assert "akun pengelola yang terakhir" in refused.text
    assert admin.may_sign_in("admin", PASSWORD)
    admin.add("admin2", role_0="admin", puskesmas_0=[])
    assert admin.post(f"/pengguna/{own}/peran", role_0="admin").status_code == 303


def test_an_account_that_is_not_there_is_not_found(admin: Admin) -> None:
    for path in ("/peran", "/sandi", "/token", "/akhiri", "/tutup", "/buka"):
        typed = ROW | {"token_name": "x"}
        assert admin.post(f"/pengguna/nobody{path}", **typed).status_code == 404, path


def test_the_master_data_are_read_and_where_they_are_changed_is_said(admin: Admin) -> None:
    day = {"day": "2030-01-02", "working": False, "why": "Banjir bandang"}
    declared = admin.node.as_("wulan").post("/puskesmas/puring/calendar", json=day)
    assert declared.is_success
    page = admin.get("/data-induk")
    for words in ("Puskesmas Puring", "Loket", "Banjir bandang", "tanggap up --district BERKAS"):
        assert words in page
    assert "<form" not in page.split("<main", 1)[1].split("</main>", 1)[0]
