"""`manage.py process`, as a process of its own on the test's database."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from audit.models import Event
from automation.documents.models import Document, State
from automation.ingestion.models import Arrival
from automation.ledger.models import LegalEntity
from automation.workflow.models import Run, RunState
from tests.conftest import DEV_DATA
from tests.ingestion.bad_files import BAD, write_all
from tests.servers import ROOT, service_environment


def process(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", "process", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, env=service_environment(), capture_output=True, text=True, timeout=120)


def answers(ended: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    assert ended.returncode == 0, ended.stderr
    return [json.loads(line) for line in ended.stdout.splitlines()]


def test_bad_files_are_answered_and_the_next_one_is_processed(transactional_db: None, tmp_path: Path) -> None:
    paths = [tmp_path / "missing.pdf", *write_all(tmp_path)]
    said = {Path(answer["file"]).name: answer for answer in answers(process("--json", *paths))}
    assert list(said) == [path.name for path in paths]
    assert len({tuple(sorted(answer)) for answer in said.values()}) == 1
    assert said["missing.pdf"]["problem"]["code"] == "not_a_file"
    assert said["huge.pdf"]["problem"]["code"] == "too_large"
    assert "200 MB; at most 50 MB" in said["huge.pdf"]["problem"]["message"]
    for name, bad in BAD.items():
        problem = said[name]["problem"]
        assert problem["code"] == bad.code and bad.says in problem["message"], name
        assert (said[name]["document"] is None) is bad.refused
    good = said["good.pdf"]
    assert good["problem"] is None and good["state"] == State.TO_VERIFY
    refused = [bad.code for bad in BAD.values() if bad.refused]
    quarantined = [bad.code for bad in BAD.values() if not bad.refused]
    events = Event.objects.order_by("id")
    assert [e.because["code"] for e in events.filter(action="document.refused")] == [*refused, "too_large"]  # type: ignore[index,call-overload]
    assert [e.after["code"] for e in events.filter(action="document.quarantined")] == quarantined  # type: ignore[index,call-overload]
    assert Arrival.objects.filter(outcome="refused").count() == len(refused) + 1
    assert not Run.objects.filter(state__in=[RunState.READY, RunState.RUNNING]).exists()


def test_each_line_tells_fields_findings_decision_and_times(transactional_db: None, tmp_path: Path) -> None:
    [*_, path] = write_all(tmp_path)
    first, second = answers(process("--json", path, path))
    assert first["fields"]["gross_amount"]["value"] == "119.00"
    assert set(first["fields"]["gross_amount"]) == {
        "value", "confidence", "page", "box", "reader", "raw", "alternatives", "reasons",
    }  # fmt: skip
    assert {"line_items", "tax_lines", "findings"} <= set(first)
    assert first["decision"]["route"] == "verify" and first["decision"]["policy_version"] == 1
    assert {"read", "extract", "check", "triage", "total"} <= set(first["timings"])
    assert second["duplicate"] and second["document"] == first["document"] and second["fields"] == first["fields"]
    assert Document.objects.count() == 1
    table = process(path).stdout
    assert "already here" in table and "gross_amount" in table and "a person verifies" in table


def test_nothing_done_is_a_failure(transactional_db: None, tmp_path: Path) -> None:
    ended = process("--json", tmp_path / "missing.pdf")
    assert ended.returncode == 1 and "No file could be taken in" in ended.stderr
    LegalEntity.objects.create(name="Second SAS")
    ended = process("--entity", "Third", tmp_path / "missing.pdf")
    assert ended.returncode == 1 and "My company, Second SAS" in ended.stderr


@pytest.mark.skipif(not DEV_DATA.is_dir(), reason=f"no sample documents in {DEV_DATA}")
def test_real_invoices_reach_a_decision_with_their_timings(transactional_db: None) -> None:
    paths = sorted((DEV_DATA / "invoice2data" / "docs").glob("*.pdf"))
    said = answers(process("--json", *paths))
    assert all(answer["decision"] and not answer["problem"] for answer in said)
    assert all({"read", "extract", "check", "triage", "total"} <= set(answer["timings"]) for answer in said)
