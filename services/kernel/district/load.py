"""Reads a district file, or says where it is wrong and how to mend it."""

from collections.abc import Callable, Hashable, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from services.kernel.district.model import District
from services.kernel.errors import FieldError
from services.kernel.text import _
from services.kernel.web.validation import field_errors

SHIPPED = Path(__file__).parents[2] / "main" / "districts" / "kebumen.yaml"
"""The district file that comes with the program."""

DEFAULTS = "defaults"
"""What holds for every Puskesmas that does not say otherwise."""


class DistrictFileError(Exception):
    """A district file that cannot be used; one line for each place, with its mend."""

    def __init__(self, file: str, *errors: FieldError) -> None:
        self.file = file
        self.errors = errors
        super().__init__("\n".join(self.lines()))

    def lines(self, translate: Callable[[str], str] = str) -> list[str]:
        """Return a line for each place: file, path and mend, in the language of `translate`."""
        return [
            f"{self.file}: {error.field}: {error.message.render(translate)}"
            for error in self.errors
        ]


class _Loader(yaml.SafeLoader):
    """YAML without a trap of it: a key written twice is refused, not silently overwritten."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys: set[str] = set()
        scalars = (key for key, _value in node.value if isinstance(key, yaml.ScalarNode))
        for key in scalars:
            if key.value in keys:
                raise yaml.constructor.ConstructorError(
                    problem=f"key {key.value!r} is written twice", problem_mark=key.start_mark
                )
            keys.add(key.value)
        return super().construct_mapping(node, deep)


def load_district(path: Path) -> District:
    """Read and check a district file; raises DistrictFileError naming file, place and mend."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = _("Berkas tidak bisa dibaca. Periksa letak, izin, dan pengodeannya (UTF-8).")
        raise DistrictFileError(str(path), FieldError("-", message)) from error
    return read_district(text, path.name)


def read_district(text: str, file: str) -> District:
    """Check the text of a district file; `file` is its name in errors."""
    content = _parse(text, file)
    try:
        district = District.model_validate(_with_defaults(content, file))
    except ValidationError as error:
        raise DistrictFileError(file, *_mends(error)) from error
    if problems := tuple(district.problems()):
        raise DistrictFileError(file, *problems)
    district.read_from(text)
    return district


def _mends(error: ValidationError) -> tuple[FieldError, ...]:
    # A list whose entries are wrong is also reported as too short: the entries say enough.
    found = error.errors()
    inner = {each["loc"][:depth] for each in found for depth in range(len(each["loc"]))}
    found = [each for each in found if each["loc"] not in inner]
    # The path of a field leaves out where it travelled, which here is the file.
    return field_errors({**each, "loc": ("file", *each["loc"])} for each in found)


def _parse(text: str, file: str) -> dict[str, Any]:
    try:
        content = yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader, made stricter
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = _place(mark.line + 1, mark.column + 1) if mark else "-"
        message = _("Bukan YAML yang sah: {problem}.", problem=error.problem)
        raise DistrictFileError(file, FieldError(place, message)) from error
    except yaml.YAMLError as error:
        message = _("Bukan YAML yang sah. Simpan sebagai teks UTF-8.")
        raise DistrictFileError(file, FieldError("-", message)) from error
    if not isinstance(content, dict):
        message = _("Isi berkas harus berupa daftar isian seperti code, name, puskesmas, rules.")
        raise DistrictFileError(file, FieldError("-", message))
    return content


def _place(line: int, column: int) -> str:
    return f"{line}:{column}"


def _with_defaults(content: Mapping[str, Any], file: str) -> dict[str, Any]:
    """Give each Puskesmas the defaults that it does not override, and all units if none said."""
    content = dict(content)
    defaults = content.pop(DEFAULTS, {})
    if not isinstance(defaults, dict):
        message = _("Isi dengan isian Puskesmas, misalnya zone dan work_days.")
        raise DistrictFileError(file, FieldError(DEFAULTS, message))
    units = content.get("units")
    if isinstance(units, list):
        every = [unit["code"] for unit in units if isinstance(unit, dict) and "code" in unit]
        defaults = {"units": every, **defaults}
    listed = content.get("puskesmas")
    if isinstance(listed, list):
        content["puskesmas"] = [
            {**defaults, **each} if isinstance(each, dict) else each for each in listed
        ]
    return content
