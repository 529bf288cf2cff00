"""An unknown or bad setting stops the start with a line that names it, wherever it stands."""

from pathlib import Path

import pytest

from services.kernel.handover.district import token_of
from services.kernel.handover.wrapping import Pair
from services.main.settings import BadSetting, load_settings


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("written", ["TANGGAP_DAAT=/srv/tanggap", "tanggap_daat=/srv/tanggap"])
def test_an_unknown_setting_in_the_file_is_named(here: Path, written: str) -> None:
    (here / ".env").write_text(f"OTHER_PROGRAM=1\n{written}\n")
    with pytest.raises(BadSetting, match=r"^TANGGAP_DAAT is not a setting; there are: .*DATA"):
        load_settings()


def test_an_unknown_setting_in_the_environment_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANGGAP_DAAT", "/srv/tanggap")
    with pytest.raises(BadSetting, match=r"^TANGGAP_DAAT is not a setting"):
        load_settings()


def test_a_bad_setting_in_the_file_is_named(here: Path) -> None:
    (here / ".env").write_text("TANGGAP_ORIGIN=Not A Name\n")
    with pytest.raises(BadSetting, match=r"^TANGGAP_ORIGIN: "):
        load_settings()


def test_the_file_is_read_and_what_is_not_ours_is_left_alone(here: Path) -> None:
    (here / ".env").write_text("OTHER_PROGRAM=1\nTANGGAP_ORIGIN=puring-1\n")
    assert load_settings().origin == "puring-1"


EDGE = """TANGGAP_MODE=edge
TANGGAP_ORIGIN=edge-puring
TANGGAP_UPLINK_KAFKA=kafka.dinkes.example:9093
TANGGAP_UPLINK_URL={url}
TANGGAP_UPLINK_TOKEN={token}
"""
TOKEN = token_of("secret", Pair.of("dinas", bytes(32)).public)


@pytest.mark.parametrize(
    "url", ["https://tanggap.example.go.id", "http://127.0.0.1:8080", "http://10.7.0.2:8080"]
)
def test_an_edge_calls_its_district_by_https_or_within_its_own_network(
    here: Path, url: str
) -> None:
    (here / ".env").write_text(EDGE.format(url=url, token=TOKEN))
    assert load_settings().uplink_url == url


@pytest.mark.parametrize("url", ["http://tanggap.example.go.id", "http://8.8.8.8", "ftp://x"])
def test_an_edges_token_never_goes_out_in_clear(here: Path, url: str) -> None:
    (here / ".env").write_text(EDGE.format(url=url, token=TOKEN))
    with pytest.raises(BadSetting, match=r"^TANGGAP_UPLINK_URL: "):
        load_settings()


@pytest.mark.parametrize("token", ["none-yet", TOKEN.partition(".")[2], TOKEN[:-1]])
def test_what_is_no_token_of_an_edge_is_named_and_not_shown(here: Path, token: str) -> None:
    (here / ".env").write_text(EDGE.format(url="https://tanggap.example.go.id", token=token))
    with pytest.raises(BadSetting, match=r"^TANGGAP_UPLINK_TOKEN: ") as refused:
        load_settings()
    assert token not in str(refused.value)


@pytest.mark.parametrize(("delivery", "first_answer"), [("3", 3), ("30", 10)])
def test_brokers_are_not_waited_for_longer_than_a_page_is(
    here: Path, delivery: str, first_answer: float
) -> None:
    more = f"TANGGAP_KAFKA_DELIVERY_SECONDS={delivery}\n"
    (here / ".env").write_text(EDGE.format(url="https://x.example", token=TOKEN) + more)
    connection = load_settings().kafka_topic().connection
    assert connection["bootstrap_timeout_ms"] == first_answer * 1000
    assert connection["bootstrap_servers"] == "kafka.dinkes.example:9093"


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ("ISSUER=https://sso.example.go.id", "OIDC_CLIENT_ID is needed"),
        ("CLIENT_ID=tanggap", "OIDC_ISSUER is needed"),
        ("ISSUER=http://sso.example.go.id", "OIDC_ISSUER: "),
        ("ISSUER=sso.example.go.id", "OIDC_ISSUER: "),
        (
            "ISSUER=https://sso.example.go.id\nTANGGAP_OIDC_CLIENT_ID=t\nTANGGAP_OIDC_SECRET_FILE=no",
            "OIDC_SECRET_FILE: there is no such file",
        ),
    ],
)
def test_a_provider_is_whole_and_over_https_or_is_none(here: Path, given: str, names: str) -> None:
    (here / ".env").write_text(f"TANGGAP_OIDC_{given}\n")
    with pytest.raises(BadSetting, match=f"TANGGAP_{names}"):
        load_settings()


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ("SMTP_URL=smtp://mail.example", "SMTP_FROM is needed"),
        ("SMTP_FROM=a@b.example", "SMTP_URL is needed"),
        ("SMTP_URL=mail.example", "SMTP_URL: "),
        ("SMTP_URL=smtp://mail.example:x", "SMTP_URL: "),
        ("BOUNCES_URL=imaps://imap.example", "BOUNCES_USER is needed, too"),
        ("BOUNCES_URL=imap://imap.example:x/Kembali", "BOUNCES_URL: "),
        ("WHATSAPP_DIGEST_TEMPLATE=tanggap_digest", "WHATSAPP_CODE_TEMPLATE is needed, too"),
        ("SMTP_URL=smtp://m.example\nTANGGAP_SMTP_FROM=a@b.example", "PUBLIC_URL is needed"),
        ("SMTP_USER=a", "SMTP_PASSWORD_FILE is needed"),
        (
            "PUBLIC_URL=https://t.example\nTANGGAP_GAMMU_SPOOL=.",
            "GAMMU_SPOOL: it has no folder named outbox",
        ),
        ("WHATSAPP_PHONE_ID=106540352242922", "WHATSAPP_TOKEN_FILE is needed"),
        (
            "SMTP_URL=smtp://m.example\nTANGGAP_SMTP_FROM=a@b.example\nTANGGAP_PUBLIC_URL=https://t.example\nTANGGAP_SMTP_USER=a\nTANGGAP_SMTP_PASSWORD_FILE=empty",
            "SMTP_PASSWORD_FILE: the file is empty",
        ),
        ("WHATSAPP_URL=http://graph.example/v23.0", "WHATSAPP_URL: "),
    ],
)
def test_a_way_to_send_messages_is_set_up_whole_or_not_at_all(
    here: Path, given: str, names: str
) -> None:
    (here / "empty").touch()
    (here / ".env").write_text(f"TANGGAP_{given}\n")
    with pytest.raises(BadSetting, match=f"TANGGAP_{names}"):
        load_settings()
