"""The texts that stand in the source as plain English, and that people read: what `spoken` must find in the catalogue.

Sentences are taken from the syntax tree: what is raised, found by a check or assigned to be said. Values in them become
numbered places. Words (labels of fields, states, gates) are taken from where they are declared.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

STATES = ("Skipped", "To come", "Undone", "Closed", "Open", "Half-open")  # of steps and breakers, besides those of runs
SAID_BY = ("Finding", "Standing", "_finding")  # besides everything that is raised
SAID_AS = ("message", "said", "problem", "because", "reason", "why_not", "instead", "then", "less")
SILENT = ("api", "workflow", "management", "migrations", "demo", "pack", "einvoice", "posting", "env.py", "settings.py")
PROSE = (
    "checks/rules",
    "doubts.py",
    "four_eyes.py",
    "typed_input.py",
    "triage.py",
    "matrix.py",
    "review/views/",
    "breakers.py",
    "deadlines.py",
    "inference/errors.py",
    "audit/status.py",
)
ELSEWHERE = (  # what other packages say to people
    "audit/status.py",
    "inference/errors.py",
    "inference/unpacking",
    *(f"inference/ocr/{name}.py" for name in ("images", "pdf", "render", "searchable", "visible")),
)


def sentences(root: Path) -> Iterator[tuple[str, str]]:
    """Pairs of a file's path below `root` and a sentence in it, in the order of the source."""
    for package in ("automation", "review", *ELSEWHERE):
        found = root / package
        for path in [found] if found.is_file() else sorted(found.rglob("*.py")):
            name = str(path.relative_to(root))
            if not any(part in SILENT for part in path.relative_to(root).parts):
                tree = ast.parse(path.read_text())
                everything = any(part in name for part in PROSE)
                for sentence in dict.fromkeys(_prose(tree) if everything else _said(tree)):
                    yield name, sentence


def words() -> Iterator[tuple[str, str]]:
    """Pairs of a file's path and a word or phrase that is declared there."""
    from audit.events import EVENTS
    from audit.models import RetentionKind
    from automation.checks.models import Severity
    from automation.documents.models import State
    from automation.ingestion.channels import KINDS
    from automation.ingestion.models import Arrival, Mail
    from automation.workflow.models import RunState
    from inference.fields import DOCUMENT_TYPES, FORM, LINE_CELLS, TAX_CELLS
    from inference.splitting.titles import PAPERS
    from review import access, models
    from review.access_review import CONFLICTS
    from review.views import queue, screen, shown, trail

    declared: dict[str, list[str]] = {
        "audit/events.py": [*EVENTS.values()],
        "audit/models.py": [*map(str, RetentionKind.labels)],
        "inference/fields.py": [
            *(field.label for field in FORM.values()),
            *map(_titled, DOCUMENT_TYPES),
            *(name.replace("_", " ") for name in {**LINE_CELLS, **TAX_CELLS}),
        ],
        "inference/splitting/titles.py": [*PAPERS.values()],
        "automation/documents/models.py": [str(label) for label in State.labels],
        "automation/checks/models.py": [str(label) for label in Severity.labels],
        "review/models.py": [str(label) for label in (*models.Gate.labels, *models.Hold.Name.labels)],
        "review/access.py": [*access.ROLES, *(role.capitalize() for role in access.ROLES), *access._WORDS.values()],
        "review/access_review.py": [what for _, _, what in CONFLICTS],
        "review/views/shown.py": [*shown.GROUPS.values(), *shown.COLUMNS.values()],
        "review/views/trail.py": [*trail.SENTENCES.values(), *trail.TABLES.values()],
        "review/views/queue.py": [text for texts in queue.TITLES.values() for text in texts],
        "review/views/screen.py": [*screen.STEPS],
        "automation/workflow/models.py": [*map(str, RunState.labels), *STATES],
        "automation/ingestion/models.py": [
            str(label) for field in (Arrival.outcome, Mail.answer) for _, label in field.field.choices or ()
        ],
        "automation/ingestion/channels/__init__.py": [
            text
            for kind in KINDS.values()
            for text in (
                kind.title,
                kind.secret,
                *(one.metadata.get(part, "") for one in fields(kind.settings) for part in ("label", "help")),
            )
            if text
        ],
    }
    for path, texts in declared.items():
        yield from ((path, text) for text in texts)


def _titled(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _said(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and not _is_call(node.exc, BUGS + PROTOCOLS):
            yield from _texts(node.exc.args[:1])
        elif isinstance(node, ast.Call) and _is_call(node, SAID_BY):
            yield from _texts([*node.args, *(keyword.value for keyword in node.keywords)])
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            target = node.targets[0].id
            if target in SAID_AS or (target.isupper() and isinstance(node.value, ast.Constant | ast.JoinedStr)):
                yield from _texts([node.value])


NO_PROSE = re.compile(r"%|max-age|charset=|filename=|no-store|^\{\d\} \{\d\}\w?$")
BUGS = ("LookupError", "ValueError", "TypeError", "ImproperlyConfigured", "CommandError", "RuntimeError", "KeyError")
PROTOCOLS = ("SFTPFailure", "SFTPPermissionDenied")  # what they say is for the program at the other end


def _prose(tree: ast.AST) -> Iterator[str]:
    """Every text that is no docstring and no part of a longer one."""
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    inner = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in docstrings | inner:
            yield from _texts([node])


def _is_call(call: ast.Call, names: tuple[str, ...]) -> bool:
    called = call.func
    return (called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")) in names


def _texts(nodes: list[ast.expr]) -> Iterator[str]:
    """The texts among these, and in both branches of a choice, with places for values; only what reads like prose."""
    for node in nodes:
        if isinstance(node, ast.IfExp):
            yield from _texts([node.body, node.orelse])
        elif isinstance(node, ast.BoolOp):
            yield from _texts(node.values)
        elif isinstance(node, ast.JoinedStr):
            for part in node.values:
                if isinstance(part, ast.FormattedValue):
                    yield from _texts([part.value])
            yield from _readable(_with_places(node))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            first, *others = re.split(r"\{[a-z_]+\}", node.value)
            yield from _readable(first + "".join(f"{{{number}}}{part}" for number, part in enumerate(others)))


def _with_places(text: ast.JoinedStr) -> str:
    parts, number = [], 0
    for part in text.values:
        if isinstance(part, ast.Constant):
            parts.append(str(part.value))
        else:
            parts.append(f"{{{number}}}")
            number += 1
    return "".join(parts)


def _readable(text: str) -> Iterator[str]:
    if " " in text.strip() and any(letter.islower() for letter in text) and not NO_PROSE.search(text):
        yield text
