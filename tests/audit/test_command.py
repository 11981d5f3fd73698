"""The operator's command, and the auditor's: `verify.py` run alone, as a stranger would."""

import shutil
import subprocess
import sys
import zipfile
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

import audit.verify
from audit import proofs
from audit.models import Checkpoint
from tests.audit.conftest import write_events

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("empty_log")]


@pytest.fixture(autouse=True)
def own_log(settings: Any, tmp_path: Path) -> None:
    settings.AUDIT_ORIGIN = "example.com/audit"
    settings.AUDIT_KEY_PATH = str(tmp_path / "key.pem")
    settings.AUDIT_HEADS_PATH = str(tmp_path / "outside.jsonl")


def manage(*arguments: str) -> str:
    out = StringIO()
    call_command("audit", *arguments, stdout=out)
    return out.getvalue().strip()


@pytest.fixture
def alone(tmp_path: Path) -> Path:
    """`verify.py` copied where nothing of the project can be imported."""
    folder = tmp_path / "laptop"
    folder.mkdir()
    return Path(shutil.copy(audit.verify.__file__, folder / "verify.py"))


def run_alone(script: Path, *arguments: str | Path) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-I", script, *arguments], cwd=script.parent, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_export_then_check_on_another_machine(alone: Path, tmp_path: Path) -> None:
    write_events(20)
    assert manage("checkpoint").startswith("20 events folded")
    assert "Intact: 20 events agree with 1 heads" in manage("verify")
    bundle = tmp_path / "bundle"
    assert "python audit/verify.py" in manage("export", str(bundle))
    key = manage("key")
    outside = tmp_path / "outside.jsonl"
    status, said = run_alone(alone, bundle, "--key", key, "--heads", outside)
    assert (status, said.startswith("Intact: 20 events")) == (0, True), said

    archive = tmp_path / "bundle.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path in bundle.iterdir():
            file.write(path, path.name)
    status, said = run_alone(alone, archive)
    assert status == 0
    assert "No --key given" in said

    events = bundle / "events.jsonl"
    events.write_text(events.read_text().replace('"actor":"user:7"', '"actor":"user:8"', 1))
    status, said = run_alone(alone, bundle, "--key", key)
    assert (status, said.strip()) == (
        1,
        "BROKEN: entries 0 to 19 are not what was sealed: something was changed, removed, added or moved",
    )


def test_a_downloaded_proof_is_checked_alone(alone: Path, tmp_path: Path) -> None:
    import json

    ids = write_events(20)
    manage("checkpoint")
    write_events(5)
    manage("checkpoint")
    key, proof, grown = tmp_path / "log.key", tmp_path / "proof.json", tmp_path / "consistency.json"
    key.write_text(manage("key"))
    proof.write_text(json.dumps(proofs.inclusion(ids[3])))
    old, new = Checkpoint.objects.order_by("size")
    grown.write_text(json.dumps(proofs.consistency(old, new)))
    assert run_alone(alone, proof, "--key", key) == (
        0,
        "Intact: the event is entry 3 of the log of 25 entries that example.com/audit signed.\n",
    )
    assert run_alone(alone, grown, "--key", key) == (0, "Intact: the log of 25 entries continues the log of 20.\n")
    proof.write_text(proof.read_text().replace("user:7", "user:8"))
    status, said = run_alone(alone, proof, "--key", key)
    assert status == 1
    assert "was changed or never there" in said


@pytest.mark.parametrize("content", ["", "{}", "[]", "not json", '{"entry": 1}'])
def test_unusable_input_is_told_apart_from_a_broken_log(alone: Path, tmp_path: Path, content: str) -> None:
    path = tmp_path / "input.json"
    path.write_text(content)
    status, said = run_alone(alone, path, "--key", "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    assert status == 2
    assert "Cannot check" in said
    assert "Traceback" not in said


def test_a_broken_log_fails_the_command(tmp_path: Path) -> None:
    write_events(3)
    manage("checkpoint")
    outside = tmp_path / "outside.jsonl"
    outside.write_text(outside.read_text().replace("\\n3\\n", "\\n2\\n"))
    with pytest.raises(CommandError, match="BROKEN: line 1 of the heads"):
        manage("verify")


def test_verify_stays_short_enough_to_read() -> None:
    assert len(Path(audit.verify.__file__).read_text().splitlines()) < 500
