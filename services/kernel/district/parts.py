"""The small kinds of value that a district file is made of."""

import hashlib
import json
import re
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from services.kernel.text import _

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SHORT_CODE = re.compile(r"[A-Z]{3}")
_ELEMENT = re.compile(r"[a-z0-9]+([_-][a-z0-9]+)*")
_LETTER = re.compile(r"[A-Z]")


class Part(BaseModel):
    """A part of a district file: unknown keys are refused, nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def _slug(value: str) -> str:
    if not _SLUG.fullmatch(value):
        raise ValueError(_("Pakai huruf kecil, angka, dan tanda hubung saja, misalnya sempor-1."))
    return value


def _short_code(value: str) -> str:
    if not _SHORT_CODE.fullmatch(value):
        raise ValueError(_("Pakai tepat tiga huruf besar, misalnya PRG."))
    return value


def _element(value: str) -> str:
    if not _ELEMENT.fullmatch(value):
        raise ValueError(_("Pakai huruf kecil, angka, - dan _ saja, misalnya complaint_handling."))
    return value


def _letter(value: str) -> str:
    if not _LETTER.fullmatch(value):
        raise ValueError(_("Pakai satu huruf besar, misalnya A."))
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, OSError, ValueError) as error:
        raise ValueError(_ZONE_MEND) from error
    return value


_ZONE_MEND = _("Pakai nama zona waktu seperti Asia/Jakarta, Asia/Makassar, atau Asia/Jayapura.")

Slug = Annotated[str, AfterValidator(_slug)]
ElementKey = Annotated[str, AfterValidator(_element)]
ShortCode = Annotated[str, AfterValidator(_short_code)]
Letter = Annotated[str, AfterValidator(_letter)]
Zone = Annotated[str, AfterValidator(_zone)]
Name = Annotated[str, Field(min_length=1, max_length=120)]


def digest(part: Part) -> str:
    """Return the SHA-256 of a part's content, the same for any layout of the file.

    Defaults are left out, so that a field added to the format later changes no older digest.
    """
    content = part.model_dump(mode="json", exclude_defaults=True)
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
