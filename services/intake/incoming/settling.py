"""What follows from a message, later: what came along is fetched and goes on with the complaint;
its key is destroyed once nobody needs its words here any more."""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from services.intake.application import Intake
from services.intake.attachments import Attaching
from services.intake.copies import removed
from services.intake.domain.incoming import CONFIRMED, ERASED, WAITING, IncomingMessage
from services.intake.incoming.media import FileRefused, Media, NotNow
from services.intake.incoming.tables import note_gone
from services.kernel.access.principal import Principal
from services.kernel.aggregate import SYSTEM, Act, Intent
from services.kernel.errors import Conflict, InvalidInput, NotFound, StepNotAllowed, TooLarge
from services.kernel.files.content import EXTENSIONS, Content, cleaned
from services.kernel.files.kept import Opened, file_path, write_file
from services.kernel.keyring import About, NewKey, Words
from services.kernel.store import UnitOfWork
from services.kernel.text import _

AGAIN: Final = timedelta(minutes=1)
GIVE_UP: Final = timedelta(days=1)
"""After so long, what could not be fetched is not fetched any more."""
PLACE: Final = "MessageFileKept.file"
PAGE: Final = "incoming"


class Settling:
    """The task `tables.SETTLE`, and opening what it kept. `media` is where files lie (None: no peer
    that has any is set up)."""

    def __init__(self, intake: Intake, media: Media | None) -> None:
        self._intake, self._media = intake, media
        self._attaching = Attaching(intake)

    def settle(self, id: str) -> datetime | None:
        """Do what is to be done with a message now; return when to look again."""
        message = self._intake.read(IncomingMessage, UUID(id))
        key = self._intake.keyring.key(message.key)
        if key is None:
            self._gone(message)
            return None
        if (
            message.wants_file
            and message.state in (WAITING, CONFIRMED)
            and not self._fetched(message, key)
        ):
            return self._intake.clock() + AGAIN
        if message.state == WAITING:
            return None
        if message.state == CONFIRMED:
            self._hand_on(self._intake.read(IncomingMessage, UUID(id)), key)
        elif (until := self._kept_until(message)) > self._intake.clock():
            return until
        if message.reason == ERASED:
            # Marked by the message's id, by which its key and file go from kept backups, too.
            self._intake.keyring.erased.destroy(id, {message.key})
        else:
            self._intake.keyring.destroy(message.key)
        self._gone(message)
        return None

    def _gone(self, message: IncomingMessage) -> None:
        """Leave nothing here of a message whose key is destroyed, but its history."""
        removed(self._intake.files, str(message.id))
        self._intake.transact(lambda uow: note_gone(uow, message)).result()

    def open(
        self, message: IncomingMessage, about: About, reader: Principal, words: Words
    ) -> Opened:
        """Open what came along, with an entry in the access log; raises NotFound."""
        kept, key = message.kept, self._intake.keyring.key(message.key)
        path = self._path(message)
        if kept is None or key is None or not path.exists():
            raise NotFound(_("Tidak ditemukan. Periksa nomor atau alamatnya."))
        (name,) = words.open(reader, PAGE, [(about, kept.file_name)])
        if name is None:
            raise NotFound(_("Tidak ditemukan. Periksa nomor atau alamatnya."))
        return Opened(name, kept.media_type, key.open_file(path.read_bytes(), _place(kept.file)))

    def _kept_until(self, message: IncomingMessage) -> datetime:
        """Return until when a dismissed message can be brought back; erased, not at all."""
        assert message.ended is not None
        days = self._intake.district.erasure.destroy_after_days
        wait = timedelta(0) if message.reason == ERASED else timedelta(days=days)
        return message.ended.timestamp + wait

    def _fetched(self, message: IncomingMessage, key: NewKey) -> bool:
        """Fetch what came along, or record why not; False: to be tried again."""
        assert message.file is not None
        (reference,) = self._intake.keyring.unsealed([message.file])
        reason = "gone"
        try:
            if self._media is None or reference is None:
                raise NotNow
            content = cleaned(self._media.fetch(reference))
        except NotNow:
            if self._intake.clock() < message.created_on + GIVE_UP:
                return False
            reason = "unreachable"
        except FileRefused as refused:
            reason = refused.reason
        except TooLarge:
            reason = "too_large"
        except InvalidInput:
            reason = "not_allowed"
        else:
            self._keep(message, content, key)
            return True
        self._record(message, lambda standing, act: standing.refuse_file(act, reason))
        return True

    def _keep(self, message: IncomingMessage, content: Content, key: NewKey) -> None:
        entropy, file = self._intake.keyring.entropy, str(self._intake.new_id())
        sealed = key.seal_file(content.data, _place(file), entropy)
        facts = {
            "file": file,
            "sha256": hashlib.sha256(sealed).hexdigest(),
            "size": len(sealed),
            "media_type": content.media_type,
            "file_name": key.seal(
                f"{message.channel}{EXTENSIONS[content.media_type]}",
                "MessageFileKept.file_name",
                entropy,
            ),
        }
        write_file(file_path(self._intake.files, str(message.id), file), sealed)
        self._record(message, lambda standing, act: standing.keep_file(act, **facts))

    def _record(
        self, message: IncomingMessage, step: Callable[[IncomingMessage, Act], None]
    ) -> None:
        def work(uow: UnitOfWork) -> None:
            standing = uow.get(IncomingMessage, message.id)
            step(standing, uow.act(Intent(SYSTEM, "policy")))
            uow.save(standing)

        self._intake.transact(work).result()

    def _hand_on(self, message: IncomingMessage, key: NewKey) -> None:
        """Put what came along with the complaint that the message became; once."""
        kept, path = message.kept, self._path(message)
        if kept is None or message.complaint is None or message.ended is None or not path.exists():
            return
        data = key.open_file(path.read_bytes(), _place(kept.file))
        who = Intent(message.ended.actor, message.ended.role)
        name = f"{message.channel}{EXTENSIONS[kept.media_type]}"
        # Erased meanwhile, or with as many files as there may be: then it goes no further.
        with suppress(Conflict, StepNotAllowed):
            self._attaching.attach(
                UUID(message.complaint), who, data, name, key=f"message/{kept.file}"
            )

    def _path(self, message: IncomingMessage) -> Path:
        return file_path(
            self._intake.files, str(message.id), message.kept.file if message.kept else "-"
        )


def _place(file: str) -> str:
    """Return what binds a blob to its own entry."""
    return f"{PLACE}/{file}"
