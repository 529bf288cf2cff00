"""What an account does about its digests by e-mail or WhatsApp: ask for them, prove the address,
end them."""

import hashlib
import hmac
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from services.kernel.carriers.addresses import mail_address, phone_number
from services.kernel.carriers.bounces import Report
from services.kernel.carriers.port import Sender
from services.kernel.district.rules import LIMIT_NAMES
from services.kernel.errors import Conflict, FieldError, InvalidInput, TooMany, invalid
from services.kernel.store import Answer, Ids, Once, UnitOfWork
from services.kernel.text import Text, _
from services.resolution.application import Resolution
from services.resolution.jobs import MAIL
from services.resolution.reminders.letters import table
from services.resolution.reminders.letters.table import Channel, Posted, Wish, channel_of
from services.resolution.reminders.owing import ACTION, Owed

KINDS: Final = ("promise", ACTION, "duty")
"""What a letter may be about: promises on cases, actions of plans, duties of the agenda."""
HOLDS: Final = timedelta(hours=24)
"""So long a code proves an address."""
TRIES: Final = 5
BETWEEN: Final = timedelta(minutes=2)
"""So long after a code no other goes out: nobody fills another's mailbox from here."""
NOT_HERE: Final[Mapping[Channel, Text]] = {
    "email": _("Surel belum disiapkan di sini. Tulis nomor WhatsApp Anda."),
    "whatsapp": _("WhatsApp belum disiapkan di sini. Tulis alamat surel Anda."),
}
DIGITS: Final = 8


def kind_of(owed: Owed) -> str:
    """Return of which of `KINDS` a thing is."""
    if owed.kind in LIMIT_NAMES:
        return "promise"
    return ACTION if owed.kind == ACTION else "duty"


class Posting:
    """Who wants digests sent. `senders` has the ways that are set up, by channel, `root` is the
    secret that codes are derived from, `public_url` where letters lead."""

    def __init__(
        self,
        resolution: Resolution,
        senders: Mapping[str, Sender],
        public_url: str | None,
        root: bytes,
    ) -> None:
        self.resolution, self.senders = resolution, senders
        self.public_url = (public_url or "").rstrip("/")
        self._root = root

    @property
    def ways(self) -> list[str]:
        """The channels that are set up here."""
        return sorted(self.senders)

    def sender(self, wish: Wish) -> Sender | None:
        """Return what carries letters to where an account wants them; None: nothing does here."""
        return self.senders.get(wish.channel)

    def wish(self, account: str) -> Wish | None:
        """Return where an account wants its digests; None where it wants none sent."""
        found = table.wish_of(self.resolution, account)
        return None if found is None or found.ended else found

    def newest(self, account: str) -> list[Posted]:
        """Return an account's last letters, the newest first."""
        return table.newest(self.resolution, account)

    def code(self, wish: Wish) -> str:
        """Return the code that proves an address: derived, stored nowhere."""
        about = f"tanggap-reminder-code:{wish.account}:{wish.version}:{wish.address}"
        digest = hmac.new(self._root, about.encode(), hashlib.sha256).digest()
        digits = str(int.from_bytes(digest[:8]) % 10**DIGITS).zfill(DIGITS)
        return f"{digits[:4]}-{digits[4:]}"

    def ask(
        self,
        account: str,
        address: str,
        kinds: Collection[str],
        agreed: bool,
        once: Once | None = None,
    ) -> Answer:
        """Have an account's digests sent to an address, of a mailbox or WhatsApp's number, once it
        is proven; an address that is proven already only changes of what it hears.

        Raises InvalidInput, Conflict where nothing is set up, and TooMany for codes in a row.
        """
        if not self.senders:
            message = _("Surel dan WhatsApp belum disiapkan di sini. Beri tahu pengelola sistem.")
            raise Conflict(message)
        plain = self._checked(address, kinds, agreed)

        def decide(uow: UnitOfWork) -> Ids:
            before = table.wish_of(self.resolution, account)
            if before is not None and before.verified_at and before.address == plain:
                table.keep(uow, replace(before, kinds=frozenset(kinds)))
                return {"verified": True}
            now = self.resolution.clock()
            if before is not None and (left := before.asked_at + BETWEEN - now) > timedelta(0):
                message = _("Kode baru saja dikirim. Tunggu dua menit, lalu minta lagi.")
                raise TooMany(message, extra={"retry_after": left.total_seconds()})
            version = before.version + 1 if before else 1
            wish = Wish(account, plain, frozenset(kinds), now, 0, None, version)
            table.keep(uow, wish)
            self.post(uow, [Posted(account, f"{table.CODE}/{version}", now + HOLDS, now)])
            return {"verified": False}

        return self.resolution.command(decide, once).result()

    def prove(self, account: str, typed: str, once: Once | None = None) -> Answer:
        """Take an address as its account's, by the code that went there; raises InvalidInput for a
        wrong or old one, and Conflict where none is waited for."""
        digits = "".join(filter(str.isdecimal, typed))

        def decide(uow: UnitOfWork) -> Ids:
            wish = self.wish(account)
            if wish is None or wish.verified_at:
                raise Conflict(_("Tidak ada alamat yang menunggu kode. Muat ulang halaman ini."))
            now = self.resolution.clock()
            if wish.tries >= TRIES or now > wish.asked_at + HOLDS:
                raise invalid("code", _("Kode ini tidak berlaku lagi. Minta kode baru."))
            right = hmac.compare_digest(digits.encode(), self.code(wish).replace("-", "").encode())
            tries = wish.tries if right else wish.tries + 1
            table.keep(uow, replace(wish, tries=tries, verified_at=now if right else None))
            return {"verified": right}

        # A wrong try is counted, so it is refused only after that is written down.
        answer = self.resolution.command(decide, once).result()
        if not answer.ids["verified"]:
            raise invalid("code", _("Kode ini tidak cocok. Periksa pesan yang terakhir datang."))
        return answer

    def end(self, account: str, once: Once | None = None) -> Answer:
        """Send an account nothing more, and forget its address."""

        def decide(uow: UnitOfWork) -> Ids:
            table.forget(uow, account)
            return {}

        return self.resolution.command(decide, once).result()

    def post(self, uow: UnitOfWork, letters: Sequence[Posted]) -> None:
        """Have letters sent as soon as they can be, each once whatever is repeated."""
        now = self.resolution.clock()
        uow.schedule(MAIL, {each.key: now for each in table.intend(uow, letters)})

    def came_back(self, report: Report) -> bool:
        """Take in what a mail server reports of a letter; say whether it is one of these."""
        posted = table.by_id(self.resolution, str(report.message))
        if posted is None:
            return False
        if report.failed and posted.state in ("attempted", "sent", "unknown"):
            now = replace(posted, state="failed", reason="bounced")
            self.resolution.transact(lambda uow: table.move(uow, posted, now)).result()
        return True

    def announce(self, accounts: Collection[str], about: str, latest: datetime) -> None:
        """Have a digest sent to those of these accounts that want it so."""
        wanted = sorted(table.verified(self.resolution).keys() & set(accounts))
        if not wanted:
            return
        now = self.resolution.clock()

        def work(uow: UnitOfWork) -> None:
            self.post(uow, [Posted(each, about, latest, now) for each in wanted])

        self.resolution.transact(work).result()

    def _checked(self, address: str, kinds: Collection[str], agreed: bool) -> str:
        errors = []
        plain = _plain(address.strip())
        if plain is None:
            message = _(
                "Tulis satu alamat surel, misalnya nama@puskesmas.go.id, atau satu nomor WhatsApp."
            )
            errors.append(FieldError("address", message))
        elif channel_of(plain) not in self.senders:
            errors.append(FieldError("address", NOT_HERE[channel_of(plain)]))
        if not kinds or not frozenset(kinds) <= frozenset(KINDS):
            errors.append(FieldError("kinds", _("Pilih paling sedikit satu hal dari daftar.")))
        if not agreed:
            message = _("Centang bila Anda ingin dikirimi; tanpa itu tidak ada yang dikirim.")
            errors.append(FieldError("agreed", message))
        if plain is None or errors:
            raise InvalidInput(*errors)
        return plain


def _plain(written: str) -> str | None:
    return (mail_address if channel_of(written) == "email" else phone_number)(written)
