"""What the documents name is there: links, files, functions, commands, rooms, dependencies."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import typer.main

from services.main.cli import app
from services.main.settings import Settings

ROOT = Path(__file__).parents[2]
SERVICES = ("intake", "resolution", "publication", "reporting")
TOP = ("services", "tests", "docs", "infra", "contracts", "requirements")
DOCUMENTS = sorted(
    [
        *ROOT.glob("*.md"),
        *(path for top in TOP for path in (ROOT / top).rglob("*.md")),
    ]
)
NAMES = [path.relative_to(ROOT).as_posix() for path in DOCUMENTS]

LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
FROM_ROOT = re.compile(rf"(?:{'|'.join(TOP)})(?:/[\w.-]+)*/?")
BESIDE = re.compile(r"[\w-]+(?:/[\w-]+)*(?:\.(?:py|sql|md|yaml|html|po|css|js)|/)")
NAMED = re.compile(r"([\w/.-]+\.py): (\w+)")
COMMAND = re.compile(r"(?:\.venv/bin/)?tanggap ([a-z]+(?: (?:add|list|remove|diff))?)\b")
COMMAND_PATH = re.compile(rf"(?<![\w/.])(?:{'|'.join(TOP)})/[\w./-]+")


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def spans(name: str) -> Iterator[str]:
    """Yield what stands between backticks, outside of diagrams and listings."""
    yield from SPAN.findall(FENCE.sub("", text_of(name)))


def found(path: str, document: Path) -> Path | None:
    """Return the file that a document names: from the root, beside it, or in a room of its own.

    Templates and static files have names of their own: `resolution/case.html`.
    """
    services = ROOT / "services"
    folders = (ROOT, document.parent, services, *services.glob("*/"))
    room, _slash, name = path.partition("/")
    beside = [folder / path for folder in folders]
    beside += [services / room / kind / name for kind in ("templates", "static") if name]
    return next((each for each in beside if each.exists()), None)


@pytest.mark.parametrize("name", NAMES)
def test_every_link_leads_somewhere(name: str) -> None:
    here = (ROOT / name).parent
    links = [link.partition("#")[0] for link in LINK.findall(FENCE.sub("", text_of(name)))]
    inside = [link for link in links if link and not re.match(r"[a-z]+:", link)]
    assert [link for link in inside if not (here / link).exists()] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_file_that_is_named_is_there(name: str) -> None:
    here = ROOT / name
    paths = {
        span.partition(":")[0] if NAMED.fullmatch(span) else span
        for span in spans(name)
        if FROM_ROOT.fullmatch(span) or BESIDE.fullmatch(span) or NAMED.fullmatch(span)
    }
    commands = set(COMMAND_PATH.findall("\n".join(re.findall(r"^ {4}.+$", text_of(name), re.M))))
    assert sorted(path for path in paths | commands if found(path, here) is None) == []


@pytest.mark.parametrize("name", NAMES)
def test_every_name_after_a_file_stands_in_it(name: str) -> None:
    """A document points at code as `file.py: name`."""
    here = ROOT / name
    lost = []
    for path, wanted in (match.groups() for span in spans(name) if (match := NAMED.search(span))):
        file = found(path, here)
        if file is None or not re.search(rf"\b{wanted}\b", file.read_text(encoding="utf-8")):
            lost.append(f"{path}: {wanted}")
    assert lost == []


def test_the_walk_of_one_complaint_names_code() -> None:
    """The check above has something to check: the map names the code of each step."""
    assert sum(bool(NAMED.fullmatch(span)) for span in spans("ARCHITECTURE.md")) >= 30


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_says_what_it_is(service: str) -> None:
    text = text_of(f"services/{service}/README.md")
    for word in ("**Events in:**", "Events out", "## "):
        assert word in text.replace("**Events in** (", "**Events in:** ("), word
    assert len(text.splitlines()) <= 120


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_the_rooms(service: str) -> None:
    here = ROOT / "services" / service
    wanted = ["application", "api", "pages", "domain", "outbox"]
    there = [room for room in wanted if (here / f"{room}.py").exists() or (here / room).is_dir()]
    assert there == wanted
    assert any((here / "templates").glob("*.html"))
    text = text_of(f"services/{service}/README.md")
    for room in ("policy.py", "jobs.py"):
        # A room that a service has not, its README says it has not.
        if not (here / room).exists():
            assert re.search(rf"has no\s+`{re.escape(room)}`", text), room


def test_the_readme_of_the_kernel_has_a_paragraph_for_each_module() -> None:
    kernel = ROOT / "services" / "kernel"
    text = text_of("services/kernel/README.md")
    modules = [path.name for path in kernel.glob("*.py") if path.name != "__init__.py"]
    modules += [f"{path.parent.name}/" for path in kernel.glob("*/__init__.py")]
    assert [module for module in sorted(modules) if f"**`{module}`**" not in text] == []


def dependencies() -> list[str]:
    project = tomllib.loads(text_of("pyproject.toml"))
    stated = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    return [re.split(r"[<>=;\[ ]", each, maxsplit=1)[0] for each in stated]


def test_every_dependency_has_its_reason_and_no_other_has() -> None:
    text = text_of("ARCHITECTURE.md")
    section = text[text.index("## Why each dependency") : text.index("## Decisions")]
    reasons = dict(re.findall(r"^\| ([\w.-]+) \| (.+) \|$", section, re.MULTILINE))
    reasons.pop("package", None)
    assert sorted(reasons) == sorted(dependencies())
    assert all(len(reason) > 10 for reason in reasons.values())


def imported(top: str) -> dict[str, Path]:
    """Return the packages that the code of a folder names, and one file that does."""
    found = {}
    for path in (ROOT / top).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            found.update({name.partition(".")[0]: path for name in names})
    return found


@pytest.mark.parametrize("top", ["services", "tests"])
def test_every_package_that_is_imported_is_a_dependency(top: str) -> None:
    declared = {each.lower() for each in dependencies()}
    provides = packages_distributions()
    for name, path in imported(top).items():
        if name not in sys.stdlib_module_names and name not in TOP:
            distributions = {each.lower().replace("_", "-") for each in provides[name]}
            assert distributions & declared, f"{path} imports {name}"


def test_the_map_stays_readable() -> None:
    assert len(text_of("ARCHITECTURE.md").splitlines()) <= 250


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE))


@pytest.mark.parametrize("name", NAMES)
def test_every_make_target_that_is_named_is_one(name: str) -> None:
    listings = re.findall(r"^ {4}(.+)$", text_of(name), re.MULTILINE)
    said = " \n ".join([*spans(name), *listings])
    named = set(re.findall(r"(?:^|\s)make ([a-z-]+)", said, re.MULTILINE))
    assert named <= targets()


def commands() -> set[str]:
    group = typer.main.get_command(app)
    known: set[str] = set()
    for name, command in getattr(group, "commands", {}).items():
        inner = getattr(command, "commands", None)
        known |= {f"{name} {each}" for each in inner} if inner else {name}
    return known


@pytest.mark.parametrize("name", NAMES)
def test_every_command_that_is_named_is_one(name: str) -> None:
    named = {match[1] for span in spans(name) if (match := COMMAND.match(span))}
    assert named <= commands()


def test_the_readme_names_every_command_and_every_target() -> None:
    said = set(spans("README.md"))
    assert commands() <= said
    for target in targets() - {"lock"}:
        assert any(re.match(rf"make {target}\b", span) for span in said), target


def test_the_readme_names_every_setting_and_what_it_is_when_left_out() -> None:
    rows = re.findall(r"^\| `TANGGAP_([A-Z_]+)` \| ([^|]+) \|", text_of("README.md"), re.MULTILINE)
    assert [name.lower() for name, _default in rows] == list(Settings.model_fields)
    for name, default in rows:
        fixed = Settings.model_fields[name.lower()].default
        assert fixed in (None, frozenset()) or default.strip() == f"`{fixed}`"


@pytest.mark.parametrize(
    "path", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=lambda path: path.stem
)
def test_a_decision_says_why_and_what_follows(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith(f"# {path.stem[:4]} ")
    for part in ("Status: ", "**Context.**", "**Decision.**", "**Consequences.**"):
        assert part in text, part
    assert len(text.splitlines()) <= 45
    assert path.relative_to(ROOT).as_posix() in text_of("ARCHITECTURE.md")


def test_screens_call_a_channel_by_the_first_word_of_the_glossary() -> None:
    row = re.search(r"^\| ([^|]+) \| channel \|", text_of("GLOSSARY.md"), re.MULTILINE)
    assert row
    shown, *others = row[1].split("; ")
    sentences = [
        sentence.lower()
        for path in (ROOT / "services").glob("*/locale/en.po")
        for sentence in re.findall(r'^msgid "(.+)"$', path.read_text(), re.MULTILINE)
    ]
    assert others and any(shown in each for each in sentences)
    assert [each for each in sentences if any(word in each for word in others)] == []
