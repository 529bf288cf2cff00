"""What proves that a medium shows a text: a photo of the board, the address of the post."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from services.kernel.access.principal import Principal, words_role
from services.kernel.aggregate import Act, Intent
from services.kernel.errors import Forbidden, NotFound, Problem, invalid
from services.kernel.files.content import EXTENSIONS, cleaned
from services.kernel.files.kept import Opened, file_path, write_file
from services.kernel.keyring.words import About, Words
from services.kernel.store import Answer, Ids, Once, UnitOfWork
from services.kernel.text import _, readable
from services.publication.domain import Publication

if TYPE_CHECKING:
    from services.publication.application import Publishing

PLACE: Final = "PublicationEvidenced.file"
_NOT_YOURS: Final = _("Peran Anda di Puskesmas ini tidak mencakup langkah ini.")
LINK_PLACE: Final = "PublicationEvidenced.link"


def web_address(typed: str) -> str:
    """Return the address of a post; raises ValueError (a Text) for what is none."""
    parts = urlsplit(readable(typed))
    if parts.scheme not in ("http", "https") or not parts.hostname or " " in typed:
        raise ValueError(_("Isi alamat lengkap kirimannya, mulai dengan https://"))
    return typed


@dataclass(frozen=True)
class Proof:
    """What is handed in as proof: the address of a post, a photo or scan, or both."""

    medium: str
    link: str | None
    photo: bytes | None


class Proving:
    """Keeps what proves a release, sealed under the complaint's key: a photo of a wall may show
    people, and goes with the complaint's words when they are erased."""

    def __init__(self, publishing: "Publishing", files: Path, new_id: Callable[[], UUID]) -> None:
        self._publishing, self.files, self._new_id = publishing, files, new_id
        self._words = Words(publishing.keyring)

    def prove(
        self,
        id: UUID,
        intent: Intent,
        proof: Proof,
        *,
        once: Once | None = None,
        expected: int | None = None,
    ) -> Answer:
        """Record what proves that a medium shows the text; `occurred_at` of the intent is when it
        was seen there.

        Raises InvalidInput for neither address nor photo, and for what is none; TooLarge,
        StepNotAllowed where the text is not public.
        """
        publishing, publication = self._publishing, self._publishing.get(id)
        if proof.photo is None and not proof.link:
            raise invalid("link", _("Isi alamat kirimannya, atau kirim fotonya."))
        evidence = str(self._new_id())
        facts: dict[str, Any] = {"evidence": evidence, "sha256": None, "size": None}
        facts |= {"media_type": None, "link": None}
        if proof.link:
            facts["link"] = publishing.seal(publication, proof.link, LINK_PLACE)
        path = None if proof.photo is None else self._keep(publication, proof.photo, facts)

        def prove(it: Publication, act: Act) -> None:
            it.prove(act, proof.medium, **facts)

        def note(uow: UnitOfWork, it: Publication) -> Ids:
            return {"evidence": evidence}

        try:
            answer = publishing.take(
                id, intent, once, expected, prove, field="seen_at", also=note
            ).result()
        except Problem:
            if path:
                path.unlink()
            raise
        if path and answer.ids["evidence"] != evidence:  # a repeat: no event names this file
            path.unlink()
        return answer

    def photo(self, id: UUID, evidence: UUID, principal: Principal, about: About) -> Opened:
        """Open a photo, with an entry in the access log; `about` is the complaint that it is kept
        with.

        Raises NotFound where there is none (any more), Forbidden for who may not open the words,
        ReasonNeeded for a case long past.
        """
        it = self._publishing.get(id)
        facts = about.puskesmas, about.entered_by, about.escalated, about.area
        if words_role(principal, *facts) is None:
            raise Forbidden(_NOT_YOURS)
        found = next((each for each in it.evidence if each.id == str(evidence)), None)
        path = file_path(self.files, it.complaint, str(evidence))
        key = self._publishing.keyring.key(it.complaint)
        if found is None or found.media_type is None or key is None or not path.exists():
            raise NotFound(_("Tidak ditemukan. Periksa nomor atau alamatnya."))
        # A photo has no words of its own: whoever may read the text that it shows may see it.
        self._words.must_not_ask(principal, about, [it.text])
        if self._words.open(principal, "evidence", [(about, it.text)])[0] is None:
            raise Forbidden(_NOT_YOURS)
        name = f"{it.number}-{found.medium}{EXTENSIONS[found.media_type]}"
        data = key.open_file(path.read_bytes(), _place(found.id))
        return Opened(name, found.media_type, data)

    def _keep(self, publication: Publication, photo: bytes, facts: dict[str, Any]) -> Path:
        """Write a photo down, sealed, and say in `facts` what it is."""
        key = self._publishing.keyring.key(publication.complaint)
        if key is None:
            raise self._publishing.no_key(publication)
        content = cleaned(photo)
        entropy = self._publishing.keyring.entropy
        sealed = key.seal_file(content.data, _place(facts["evidence"]), entropy)
        facts["sha256"] = hashlib.sha256(sealed).hexdigest()
        facts["size"], facts["media_type"] = len(sealed), content.media_type
        path = file_path(self.files, publication.complaint, facts["evidence"])
        write_file(path, sealed)
        return path


def _place(evidence: str) -> str:
    """Return what binds a photo to its own entry: put in another's place it does not open."""
    return f"{PLACE}/{evidence}"
