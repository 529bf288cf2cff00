"""The peers that carry messages to complainants and staff, and where e-mail comes back, as the
settings name them."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from services.kernel.carriers.mailbox import Box, Mailbox
from services.kernel.carriers.port import Sender, Template
from services.kernel.carriers.smtp import Server, SmtpSender
from services.kernel.clock import Clock
from services.main.settings import Settings, within_own_network
from services.publication.messages.senders.gammu import GammuSender
from services.publication.messages.senders.whatsapp import Account, WhatsAppSender


def senders(settings: Settings, clock: Clock) -> Mapping[str, Sender]:
    """Return, by channel, the peers that are set up; none is too: people are told otherwise."""
    found: dict[str, Sender] = {}
    if settings.smtp_url is not None and settings.smtp_from is not None:
        found["email"] = SmtpSender(_server(settings.smtp_url, settings.smtp_from, settings), clock)
    if settings.gammu_spool is not None:
        found["sms"] = GammuSender(settings.gammu_spool, clock)
    if settings.whatsapp_phone_id is not None:
        found["whatsapp"] = WhatsAppSender(_account(settings.whatsapp_phone_id, settings))
    return found


def senders_to_staff(settings: Settings, found: Mapping[str, Sender]) -> Mapping[str, Sender]:
    """Return those of the peers found by which staff can be written to: WhatsApp where its
    templates for that are named."""
    ways = ("email", "whatsapp") if settings.whatsapp_code_template else ("email",)
    return {way: found[way] for way in ways if way in found}


def mailbox(settings: Settings) -> Mailbox | None:
    """Return the mailbox to which e-mail comes back; None: people look into it."""
    if settings.bounces_url is None:
        return None
    address = urlsplit(settings.bounces_url)
    host, tls = address.hostname or "", _tls(address, "imaps")
    return Mailbox(
        Box(
            host,
            address.port or (993 if tls == "imaps" else 143),
            tls,
            address.path.strip("/") or "INBOX",
            settings.bounces_user or "",
            _secret(settings.bounces_password_file),
        )
    )


def _account(phone_id: str, settings: Settings) -> Account:
    files = settings.whatsapp_token_file, settings.whatsapp_secret_file
    token, secret, verify = (_secret(each) for each in (*files, settings.whatsapp_verify_file))
    templates: dict[Template, str] = {"result": settings.whatsapp_template}
    if settings.whatsapp_digest_template and settings.whatsapp_code_template:
        templates["digest"] = settings.whatsapp_digest_template
        templates["code"] = settings.whatsapp_code_template
    return Account(settings.whatsapp_url, phone_id, token, secret, verify, templates)


def _secret(file: Path | None) -> str:
    return file.read_text().strip() if file else ""


def _server(url: str, sender: str, settings: Settings) -> Server:
    """Return the mail server."""
    address = urlsplit(url)
    host, tls = address.hostname or "", _tls(address, "smtps")
    password = settings.smtp_password_file
    return Server(
        host,
        address.port or (465 if tls == "smtps" else 587 if tls else 25),
        tls,
        sender,
        settings.smtp_user,
        _secret(password) if password else None,
    )


def _tls(address: SplitResult, whole: str) -> str:
    """Return in which way a server is spoken to: outside one's own network in TLS, always."""
    if address.scheme == whole:
        return whole
    return "" if within_own_network(address.hostname or "") else "starttls"
