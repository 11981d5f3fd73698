"""The demonstration: everything over HTTP, as a service, a clerk, an approver and an auditor would do it."""

import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from review.demo.people import Stage

SAMPLES = Path(__file__).parent / "samples"
SCAN, WRONG_TOTALS, COPY = "hafenkontor-scan.pdf", "kranich-RG-5521.pdf", "meridian-MC-20931-copy.pdf"
TWINS = ("meridian-MC-20931.pdf", COPY)  # whichever was read first waits for approval, but its twin stands in the way
VERIFIED_BY_CARLA = ("nordlicht-RE-2026-04417.pdf", "lumiere-F2026-118.pdf", "riva-2026-1083.pdf", "vandijk-260884.pdf")
Document = dict[str, Any]


class Service:
    """A program that hands files in and asks what became of them."""

    def __init__(self, base: str, token: str) -> None:
        self.http = httpx.Client(base_url=base, headers={"Authorization": f"Bearer {token}"}, timeout=30)

    def hand_in(self, name: str, data: bytes) -> httpx.Response:
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        return self.http.post("/api/data/v1/documents", files={"file": (name, data)}, headers=headers)

    def document(self, document_id: str) -> Document:
        answer: Document = self.http.get(f"/api/data/v1/documents/{document_id}").raise_for_status().json()
        return answer

    def actions(self, document_id: str) -> list[str]:
        """The names of the document's events, oldest first."""
        answer = self.http.get(f"/api/data/v1/documents/{document_id}/events").raise_for_status().json()
        return [event["action"] for event in reversed(answer["items"])]


class Browser:
    """A person's session: the pages and forms a browser would use."""

    def __init__(self, base: str, username: str, password: str) -> None:
        self.http = httpx.Client(base_url=base, follow_redirects=True, timeout=30)
        self.http.get("/sign-in/").raise_for_status()
        self.post("/sign-in/", login=username, password=password)

    def post(self, path: str, **form: str) -> httpx.Response:
        headers = {"X-CSRFToken": self.http.cookies["csrftoken"], "Referer": str(self.http.base_url)}
        return self.http.post(path, data=form, headers=headers).raise_for_status()

    def act(self, document: Document, action: str, **form: str) -> None:
        self.post(f"/documents/{document['id']}/{action}/", version=str(document["version"]), **form)


def wait_for(look: Callable[[], bool], what: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not look():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not happen within {seconds:.0f} s")
        time.sleep(0.1)


def tell(base: str, stage: Stage, say: Callable[[str], None]) -> dict[str, Document]:
    """Run the story and say what happens; returns the documents by file name as they stand at the end."""
    wait_for(lambda: _healthy(base), "The web process's answer")
    service = Service(base, stage.token)
    ids = _hand_in(service, say)
    wait_for(lambda: all(service.document(i)["state"] != "received" for i in ids.values()), "Reading")
    carla, amir = Browser(base, "carla", stage.password), Browser(base, "amir", stage.password)
    for name in VERIFIED_BY_CARLA:
        _verify(service, carla, ids[name], say)
    approved = [i for name, i in ids.items() if name not in TWINS and service.document(i)["state"] == "to_approve"]
    for document_id in approved:
        document = service.document(document_id)
        amir.act(document, "decide", gate="approve")
        say(f"  Amir approved {document['filename']}")
    wait_for(lambda: all(service.document(i)["state"] == "posted" for i in approved), "Posting")
    documents = {name: service.document(i) for name, i in ids.items()}
    _report(documents, service, say)
    return documents


def _healthy(base: str) -> bool:
    try:
        return httpx.get(f"{base}/healthz", timeout=2).status_code == 200
    except httpx.TransportError:
        return False


def _hand_in(service: Service, say: Callable[[str], None]) -> dict[str, str]:
    ids: dict[str, str] = {}
    for path in sorted(SAMPLES.glob("*.pdf"), key=lambda path: (path.name == COPY, path.name)):
        answer = service.hand_in(path.name, path.read_bytes())
        body = answer.raise_for_status().json()
        ids[path.name] = body["id"]
        say(f"  {path.name:32} {'already here' if body['duplicate'] else 'taken'}")
    refused = service.hand_in("notes.txt.pdf", b"These are my notes, not an invoice.")
    say(f"  notes.txt.pdf                    refused: {refused.json()['detail']}")
    return ids


def _verify(service: Service, carla: Browser, document_id: str, say: Callable[[str], None]) -> None:
    """Carla confirms what is doubtful on the page before her, then verifies the document."""
    document = service.document(document_id)
    if document["state"] != "to_verify":
        return
    doubtful = [name for name, field in document["fields"].items() if field["confidence"] < 0.85]
    for name in doubtful:
        carla.act(document, f"fields/{name}", confirm="1")
        document = service.document(document_id)
    carla.act(document, "decide", gate="verify")
    say(f"  Carla confirmed {len(doubtful)} doubtful fields of {document['filename']} and verified it")


def _report(documents: dict[str, Document], service: Service, say: Callable[[str], None]) -> None:
    say("")
    for document in sorted(documents.values(), key=lambda document: str(document["state"])):
        fields = document["fields"]
        amount = " ".join(fields[f]["value"] for f in ("currency", "gross_amount") if f in fields)
        seller = fields.get("seller_name", {}).get("value", "-")
        say(f"  {document['state']:12} {seller[:30]:30} {amount:>14}  {_why(document)}")
    posted = next(d for d in documents.values() if d["state"] == "posted")
    say("")
    say(f"  The log of {posted['filename']}: {', '.join(service.actions(posted['id']))}")


def _why(document: Document) -> str:
    if document["problem"]:
        return str(document["problem"]["message"])
    if document["state"] == "to_verify" and document["decision"]:
        return str(document["decision"]["reasons"][0])
    return ""
