"""The coordinators' view: what waits in KMP, UKM and UKPP, and in the clusters of PMK 19/2024."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.kernel.access.principal import Principal
from services.kernel.access.web import requires
from services.kernel.district import CLUSTERS, EFFORTS
from services.kernel.text import Text, _
from services.kernel.web.language import language_of
from services.kernel.web.pages import NavItem, render
from services.resolution.application import Resolution
from services.resolution.pages.lists import Asked, CaseLists, Seen
from services.resolution.pages.queue import address
from services.resolution.pages.rows import name_of

PATH: Final = "/bidang"
READ: Final = "case.read"
NAV: Final = NavItem("areas", _("Bidang"), PATH, READ, rare=True)
COLUMNS: Final = (
    ("open", _("Terbuka")),
    ("overdue", _("Lewat batas")),
    ("soon", _("Jatuh tempo dalam seminggu")),
    ("received", _("Baru, belum dinilai")),
)


def add(pages: APIRouter, resolution: Resolution, lists: CaseLists) -> None:
    """Add the coordinators' view to `pages`."""

    @pages.get(PATH)
    def areas(request: Request, principal: Annotated[Principal, requires(READ)]) -> Response:
        """Show what waits, by area and by cluster, each figure a link to its cases."""
        district, language = resolution.district, language_of(request)
        seen = Seen.by(principal, READ, district)
        counts = lists.by_unit(seen, Asked())
        units = {unit.code: unit for unit in district.units}

        def table(
            labels: Iterable[tuple[str, Text | str]], by: str, key: Mapping[str, str]
        ) -> list[dict[str, Any]]:
            rows = [_summed(counts, code, label, by, key) for code, label in labels]
            return [row for row in rows if any(row["counts"])]

        return render(
            request,
            "resolution/areas.html",
            section="areas",
            columns=COLUMNS,
            bound=seen.reach is not None,
            areas=table(EFFORTS.items(), "area", {c: u.effort for c, u in units.items()}),
            clusters=table(CLUSTERS.items(), "cluster", {c: u.cluster for c, u in units.items()}),
            units=[
                row
                for each in counts
                if each["unit"]
                for row in table(
                    [(each["unit"], name_of(district.unit, each["unit"], language) or "")],
                    "unit",
                    {each["unit"]: each["unit"]},
                )
            ],
            unplaced=sum(each["open"] for each in counts if each["unit"] not in units),
        )


def _summed(
    counts: list[dict[str, Any]], code: str, label: Text | str, by: str, key: Mapping[str, str]
) -> dict[str, Any]:
    within = [each for each in counts if key.get(each["unit"]) == code]
    return {
        "label": label,
        "code": code,
        "href": address({by: code, "state": "open"}),
        "counts": [sum(each[name] for each in within) for name, _label in COLUMNS],
        "cells": [
            (name, sum(each[name] for each in within), address({by: code, "state": name}))
            for name, _label in COLUMNS
        ],
    }
