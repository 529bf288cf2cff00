"""The board of a Puskesmas on paper: what hangs on its wall."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from services.kernel.district import Puskesmas
from services.kernel.paper.board import BoardSheet, Code, Posted, board_sheet
from services.kernel.proof import Checkpoint
from services.kernel.text import Text, _
from services.kernel.web import formats
from services.kernel.web.language import say
from services.kernel.web.pictures import squares


def sheet(
    here: Puskesmas,
    items: Sequence[dict[str, Any]],
    checkpoint: Checkpoint | None,
    receipts: str,
    now: datetime,
    language: str,
) -> bytes:
    """Return the board as PDF; `receipts` is the address at which a receipt is asked for."""

    def said(text: Text) -> str:
        return say(text, language)

    zone = ZoneInfo(here.zone)
    data = BoardSheet(
        language=language,
        place=here.name,
        title=said(_("Papan informasi")),
        lead=said(_("Keluhan dan saran yang sudah ditindaklanjuti, dan hasilnya.")),
        as_of=said(
            _("Keadaan per {day}", day=formats.stamp(now.astimezone(zone).date(), language, zone))
        ),
        page=said(_("Halaman {page} dari {pages}", page="{page}", pages="{pages}")),
        empty=said(_("Belum ada hasil yang diumumkan.")),
        posted=tuple(Posted(each["text"], each["notes"]) for each in items),
        codes=(_to_receipts(receipts, said), *_proving(checkpoint, language, zone, said)),
    )
    return _made(data)


@lru_cache(maxsize=16)
def _made(data: BoardSheet) -> bytes:
    """Return a sheet, the same one again while the board stays as it is: anybody may ask."""
    return board_sheet(data)


def _to_receipts(address: str, said: Any) -> Code:
    return Code(
        squares(address),
        said(_("Kode QR ke halaman tanda terima")),
        said(_("Sampai di mana keluhan saya?")),
        said(
            _(
                "Pindai gambar ini, lalu ketik kode pada tanda terima Anda. Atau buka {address}",
                address=address,
            )
        ),
    )


def _proving(checkpoint: Checkpoint | None, language: str, zone: ZoneInfo, said: Any) -> list[Code]:
    if checkpoint is None:
        return []
    when = formats.stamp(checkpoint.signed_at, language, zone)
    words = _(
        "{code}, {when}. Potret gambar ini: dengan itu dapat dibuktikan kelak bila catatan sebelum "
        "saat ini diubah.",
        code=checkpoint.code,
        when=when,
    )
    title = said(_("Titik periksa catatan"))
    return [Code(squares(checkpoint.pictured), title, title, said(words))]
