"""Collects every text that people read into locale/, and compiles what is translated. Run it after changing a text."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation.template import templatize

from review.sentences import sentences, words

PLURALS: dict[str, Any] = {"ngettext": (1, 2), "ngettext_lazy": (1, 2)}
IN_CONTEXT: dict[str, Any] = {"pgettext": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3)}
SINGLE: dict[str, Any] = dict.fromkeys(["_", "_l", "gettext", "gettext_lazy", "gettext_noop"])
DAY = datetime(2026, 1, 1, tzinfo=UTC)  # the same for ever: dates in a file are of no use where history is kept
HEADER: dict[str, Any] = {
    "project": "Countersign",
    "version": "1",
    "header_comment": "# Texts of Countersign.",
    "fuzzy": False,
}
HEADER |= {"creation_date": DAY, "revision_date": DAY, "charset": "utf-8"}
Found = tuple[str, Any, str | None]  # where, the text (or singular and plural), its context


class Command(BaseCommand):
    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        root, target = settings.BASE_DIR, settings.LOCALE_PATHS[0]
        for domain, found in (
            ("django", [*from_templates(root), *from_python(root)]),
            ("djangojs", from_scripts(root)),
        ):
            template = collected(found)
            for language, _ in settings.LANGUAGES:
                if language != settings.LANGUAGE_CODE:
                    left = update(template, target / language / "LC_MESSAGES" / f"{domain}.po", language)
                    self.stdout.write(f"{language} {domain}: {len(template)} texts, {left} without translation")


def from_templates(root: Path) -> Iterator[Found]:
    for path in sorted((root / "templates").rglob("*.html")):
        # Brackets around all of it: what stood between the texts becomes filler that no longer looks like a program.
        source = f"({templatize(path.read_text())})".encode()
        yield from _extracted("python", source, str(path.relative_to(root)))


def from_python(root: Path) -> Iterator[Found]:
    for package in ("automation", "review", "audit"):
        for path in sorted((root / package).rglob("*.py")):
            yield from _extracted("python", path.read_bytes(), str(path.relative_to(root)))
    yield from ((path, text, None) for path, text in (*sentences(root), *words()))


def from_scripts(root: Path) -> list[Found]:
    scripts = [path for path in sorted((root / "static").glob("*.js")) if not path.name.endswith(".min.js")]
    found = [_extracted("javascript", path.read_bytes(), str(path.relative_to(root))) for path in scripts]
    return [one for file in found for one in file]


def _extracted(method: str, source: bytes, path: str) -> Iterator[Found]:
    keywords = {"text": None, "desk.text": None} if method == "javascript" else {**SINGLE, **PLURALS, **IN_CONTEXT}
    for _, text, _, context in extract(method, io.BytesIO(source), keywords, options={"encoding": "utf-8"}):
        yield path, text, context


def collected(found: Any) -> Catalog:
    catalog = Catalog(charset="utf-8")
    for path, text, context in found:
        catalog.add(text, locations=[(path, 0)], context=context)
    return catalog


def update(template: Catalog, path: Path, language: str) -> int:
    """Bring a language's catalogue up to date and compile it: how many texts have no translation."""
    path.parent.mkdir(parents=True, exist_ok=True)
    known = Catalog()
    if path.exists():
        with path.open("rb") as file:
            known = read_po(file, locale=language)
    catalog = Catalog(locale=language, **HEADER)
    for message in template:
        if message.id:
            before = known.get(message.id, message.context)
            string = before.string if before else ("", "") if message.pluralizable else ""
            catalog.add(message.id, string, message.locations, message.flags, context=message.context)
    path.write_bytes(as_text(catalog))
    path.with_suffix(".mo").write_bytes(compiled(path))
    return sum(not all(forms(message)) for message in catalog if message.id)


def forms(message: Any) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


def as_text(catalog: Catalog) -> bytes:
    """Sorted, without line numbers: a catalogue changes only where a text did."""
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=120, sort_output=True, include_lineno=False)
    return buffer.getvalue()


def compiled(path: Path) -> bytes:
    """What Django reads of a catalogue."""
    buffer = io.BytesIO()
    with path.open("rb") as file:
        write_mo(buffer, read_po(file))
    return buffer.getvalue()
