import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.documents.test_steps import INVOICE

TRUTH: dict[str, object] = {
    "file": "docs/one.pdf",
    "fields": {"invoice_number": "RE 2026/0117", "gross_amount": "119", "issue_date": "2026-11-04"},
}


def evaluate(folder: Path, *entries: dict[str, object], docs: str = "docs") -> tuple[str, dict[str, object]]:
    """No database: the `db` fixture is not asked for, so that any query fails."""
    (folder / "docs").mkdir()
    (folder / "docs" / "one.pdf").write_bytes(INVOICE)
    (folder / "docs" / "broken.pdf").write_bytes(INVOICE[:300])
    truth, out, shown = folder / "truth.jsonl", folder / "out.json", StringIO()
    truth.write_text("\n".join(json.dumps(entry) for entry in entries))
    call_command("evaluate", docs=folder / docs, truth=truth, json=out, stdout=shown)
    return shown.getvalue(), json.loads(out.read_text())


@pytest.mark.parametrize("docs", [".", "docs"])
def test_scores_and_worst_documents(tmp_path: Path, docs: str) -> None:
    shown, result = evaluate(tmp_path, TRUTH, docs=docs)
    fields = result["fields"]
    assert isinstance(fields, dict)
    assert {name: score["f1"] for name, score in fields.items()} == {
        "invoice_number": 1.0,
        "gross_amount": 1.0,
        "issue_date": 0.0,
    }
    assert result["macro_f1"] == pytest.approx(2 / 3)
    assert "docs/one.pdf: 2 of 3 right" in shown
    assert "expected '2026-11-04', got '2026-11-03'" in shown


def test_what_cannot_be_read_counts_as_empty(tmp_path: Path) -> None:
    missing = {**TRUTH, "file": "gone.pdf"}
    shown, result = evaluate(tmp_path, TRUTH, {**TRUTH, "file": "broken.pdf"}, missing)
    assert result["micro"]["recall"] == pytest.approx(2 / 9, abs=1e-4)  # type: ignore[index]
    assert set(result["not_read"]) == {"broken.pdf", "gone.pdf"}  # type: ignore[call-overload]
    assert "gone.pdf: counted as empty: not found" in shown


@pytest.mark.parametrize(
    ("text", "says"), [("", "names no document"), ("{}", 'line 1: an object with "file"'), ("{", "line 1: Expecting")]
)
def test_a_wrong_truth_file_is_said(tmp_path: Path, text: str, says: str) -> None:
    truth = tmp_path / "truth.jsonl"
    truth.write_text(text)
    with pytest.raises(CommandError, match=says):
        call_command("evaluate", docs=tmp_path, truth=truth)


def test_a_missing_truth_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be opened"):
        call_command("evaluate", docs=tmp_path, truth=tmp_path / "none.jsonl")
