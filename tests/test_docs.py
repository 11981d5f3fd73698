"""What the documents say must be so: settings, modules named in the architecture, recipes' paths."""

import re

import pytest

from tests.servers import ROOT


def test_every_setting_is_documented_and_every_documented_setting_exists() -> None:
    sources = [ROOT / "automation" / name for name in ("settings.py", "embedded.py", "services.py")]
    code = "".join(path.read_text() for path in sources)
    readers = r'(?:env\.(?:text|flag|integer|words|kept_secret)|environ\.get|given\.get)\(\s*"([A-Z0-9_]+)"'
    read = {name.removesuffix("_FILE") for name in re.findall(readers, code)}
    rows = [line for line in (ROOT / "docs" / "settings.md").read_text().splitlines() if line.startswith("| `")]
    documented = set(re.findall(r"`([A-Z][A-Z0-9_]+)`", " ".join(row.split("|")[1] for row in rows)))
    assert read == documented


@pytest.mark.parametrize("document", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_every_path_a_document_names_exists(document: str) -> None:
    text = (ROOT / document).read_text()
    named = set(re.findall(r"`((?:automation|review|inference|audit|tests|docs|templates|static)/[\w/.-]*)`", text))
    named |= set(re.findall(r"\]\(([\w/.-]+\.md)\)", text))
    assert named
    missing = sorted(path for path in named if not (ROOT / path).exists())
    assert not missing, f"{document} names what does not exist: {missing}"


def test_the_pipeline_names_functions_that_exist() -> None:
    from automation.pipeline import INVOICE
    from automation.workflow.definition import check

    check(INVOICE)
