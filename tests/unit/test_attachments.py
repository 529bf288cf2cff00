"""What a file is, is seen from its content; a photo keeps its picture and nothing else."""

import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kernel.errors import InvalidInput, TooLarge
from services.kernel.files.content import MAX_BYTES, MAX_PIXELS, cleaned

DATA = Path(__file__).parents[1] / "data"
JPEG, PNG, WEBP = ((DATA / f"photo.{ending}").read_bytes() for ending in ("jpg", "png", "webp"))
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
SECRET = b"7.6971S-109.5093E"
PHOTOS = {"image/jpeg": JPEG, "image/png": PNG, "image/webp": WEBP}


def exif(turned: int) -> bytes:
    """An Exif block (little-endian, as most telephones write it) that says where and who."""
    entries = struct.pack("<HHII", 0x010F, 2, len(SECRET), 38) + struct.pack(
        "<HHIHH", 0x0112, 3, 1, turned, 0
    )
    return b"II*\0" + struct.pack("<IH", 8, 2) + entries + b"\0" * 4 + SECRET


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def telling_jpeg(turned: int = 6) -> bytes:
    told = segment(0xE1, b"Exif\0\0" + exif(turned)) + segment(0xFE, SECRET)
    told += segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + SECRET) + segment(0xED, SECRET)
    return JPEG[:2] + told + JPEG[2:] + b"after the end " + SECRET


def telling_png() -> bytes:
    told = chunk(b"tEXt", b"Comment\0" + SECRET) + chunk(b"eXIf", exif(1))
    return PNG[:33] + told + PNG[33:] + SECRET


def telling_webp() -> bytes:
    told = b"EXIF" + struct.pack("<I", len(exif(1))) + exif(1) + b"\0" * (len(exif(1)) % 2)
    told += b"XMP " + struct.pack("<I", len(SECRET)) + SECRET + b"\0" * (len(SECRET) % 2)
    body = WEBP[8:] + told
    return b"RIFF" + struct.pack("<I", len(body)) + body + SECRET


@pytest.mark.parametrize(("type", "photo"), PHOTOS.items())
def test_a_photo_is_known_by_its_content_and_clean_once_and_for_all(
    type: str, photo: bytes
) -> None:
    once = cleaned(photo)
    assert once.media_type == type
    assert cleaned(once.data) == once


@pytest.mark.parametrize(
    ("telling", "plain"),
    [(telling_jpeg(1), JPEG), (telling_png(), PNG), (telling_webp(), WEBP)],
    ids=["jpeg", "png", "webp"],
)
def test_where_when_and_by_whom_is_left_out(telling: bytes, plain: bytes) -> None:
    assert SECRET in telling
    assert cleaned(telling) == cleaned(plain)
    assert SECRET not in cleaned(telling).data
    assert b"ICC" not in cleaned(telling).data


@pytest.mark.parametrize("turned", [3, 6, 8])
def test_a_photo_taken_upright_stays_upright(turned: int) -> None:
    data = cleaned(telling_jpeg(turned)).data
    assert data[2:4] == b"\xff\xe1" and data[6:12] == b"Exif\0\0"
    assert struct.pack(">HHIHH", 0x0112, 3, 1, turned, 0) in data[:48]
    assert cleaned(data).data == data


def test_a_photo_of_too_many_pixels_is_refused_by_what_it_declares() -> None:
    header = struct.pack(">II", 10_000, 10_000) + PNG[24:29]
    png = PNG[:8] + chunk(b"IHDR", header) + PNG[33:]
    at = JPEG.index(b"\xff\xc0") + 5
    jpeg = JPEG[:at] + struct.pack(">HH", 10_000, 10_000) + JPEG[at + 4 :]
    at = WEBP.index(b"VP8X") + 12
    size = (9_999).to_bytes(3, "little")
    webp = WEBP[:at] + size + size + WEBP[at + 6 :]
    assert MAX_PIXELS < 10_000 * 10_000
    for photo in (png, jpeg, webp):
        with pytest.raises(InvalidInput) as refused:
            cleaned(photo)
        (error,) = refused.value.errors
        assert error.field == "file" and "megapiksel" in str(error.message)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"MZ\x90\0",
        b"GIF89a" + bytes(40),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"PK\x03\x04" + bytes(40),
        b"\0\0\0\x18ftypheic" + bytes(40),
        PDF[:-8],
        JPEG[:2],
        PNG[:-4],
        PNG.replace(b"IDAT", b"IDAU"),
        WEBP[:20],
        bytes(70) + PDF,
    ],
)
def test_what_is_no_whole_photo_or_pdf_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        cleaned(data)
    assert [each.field for each in refused.value.errors] == ["file"]


@pytest.mark.parametrize(("type", "photo"), PHOTOS.items())
def test_a_photo_that_is_cut_off_anywhere_is_refused(type: str, photo: bytes) -> None:
    for end in range(3, len(photo) - 1):
        with pytest.raises(InvalidInput):
            cleaned(photo[:end])


@given(
    photo=st.sampled_from([JPEG, PNG, WEBP]),
    at=st.integers(0, 1700),
    put=st.binary(min_size=1, max_size=8),
)
def test_damage_is_refused_or_harmless_and_never_a_fault(photo: bytes, at: int, put: bytes) -> None:
    try:
        found = cleaned(photo[:at] + put + photo[at + len(put) :])
    except InvalidInput:
        return
    assert cleaned(found.data) == found


def test_a_pdf_is_taken_for_what_it_is() -> None:
    assert cleaned(PDF) == ("application/pdf", PDF)


def test_what_is_larger_than_ten_megabytes_is_too_large() -> None:
    assert cleaned(PDF[:-6] + b" " * (MAX_BYTES - len(PDF)) + PDF[-6:]).media_type
    with pytest.raises(TooLarge):
        cleaned(PDF[:-6] + b" " * (MAX_BYTES - len(PDF) + 1) + PDF[-6:])
