"""Restores a district: its stores into an empty database, intake's files into its data folder.

Stores are made ready as files, by the same steps as a node's, and go into the database in one
transaction: a restore that is broken off leaves an empty database.
"""

from pathlib import Path

from services.kernel.store.database import StoreUnavailable
from services.kernel.stream import StreamUnavailable
from services.kernel.stream.topic import WrongTopic
from services.main.backup.heard import Heard, district_in
from services.main.backup.layout import ATTACHMENTS, RECOVERY, Secrets, settle_name
from services.main.backup.restoring import CannotRestore, Restoring
from services.main.backup.servers import NotEmpty, OtherTables, copy_in, must_be_empty
from services.main.folder import write_secret

READY = ".restoring"


class DistrictRestoring(Restoring):
    """The restore of one backup of a district; as `Restoring`."""

    def _beside(self, data: Path) -> Path:
        # Within the data folder, which may be a volume of its own.
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        return data / READY

    def _check_data(self, secrets: Secrets) -> None:
        data = self._settings.data.absolute()
        if (data / ATTACHMENTS).is_dir() and any((data / ATTACHMENTS).iterdir()):
            raise CannotRestore(
                f"{data / ATTACHMENTS} sudah berisi. Pindahkan isinya dahulu: yang ada tidak "
                "pernah ditimpa."
            )
        self._check_secrets(secrets)
        try:
            must_be_empty(self._settings)
        except NotEmpty as table:
            raise _holds(table) from None
        except StoreUnavailable as problem:
            raise _no_answer(problem) from None
        self._check_room(self._beside(data).parent)

    def _heard(self) -> Heard:
        try:
            heard = super()._heard()
        except WrongTopic as problem:
            raise CannotRestore(f"TANGGAP_TOPIC: {problem}") from None
        sent = {source: last for source, last in self.manifest.positions.items() if last}
        # What a backup holds was sent within moments; of a topic that was emptied nothing is there.
        if sent and not heard.ends:
            raise CannotRestore(
                f"Topik {self._settings.topic} tidak memuat satu kejadian pun dari "
                f"{self.manifest.origin}. Setel TANGGAP_KAFKA dan TANGGAP_TOPIC ke aliran "
                "kabupaten ini; bila Kafka hilang juga, pulihkan ia dahulu."
            )
        return heard

    def _put_in_place(self, new: Path, data: Path, secrets: Secrets) -> None:
        """Put the files in their place, then the stores: files that no event names are harmless."""
        self._write_elsewhere(secrets)
        write_secret(data / RECOVERY, (new / RECOVERY).read_bytes())
        if (new / ATTACHMENTS).is_dir():
            (data / ATTACHMENTS).mkdir(exist_ok=True)
            (new / ATTACHMENTS).replace(data / ATTACHMENTS)
            settle_name(data / ATTACHMENTS)
        try:
            copy_in(self._settings, district_in(self._backup), self._clock, new)
        except NotEmpty as table:
            raise _holds(table) from None
        except (OtherTables, WrongTopic) as problem:
            raise CannotRestore(f"{problem}: bukan milik versi ini. Mutakhirkan dahulu.") from None
        except (StoreUnavailable, StreamUnavailable) as problem:
            raise _no_answer(problem) from None


def _holds(table: Exception) -> CannotRestore:
    return CannotRestore(
        f"Basis data sudah berisi ({table}). Pulihkan ke basis data kosong: yang ada tidak pernah "
        "ditimpa."
    )


def _no_answer(problem: Exception) -> CannotRestore:
    kind = getattr(problem, "kind", type(problem).__name__)
    return CannotRestore(f"Basis data atau Kafka tidak menjawab ({kind}). Coba lagi.")
