"""Screenshots by a throwaway test."""
import pytest
from datetime import timedelta, datetime, UTC
import random
from tests.browser.conftest import *  # noqa
from tests.browser.test_accessibility import violations, SIZES
from tests.ingestion.mails import invoice, mail, raw
from automation.ingestion.models import Arrival, Channel, Mail
from automation.ingestion.receive import receive_mail
from automation.ingestion.accept import accept
from automation.ingestion.incoming import IncomingFile
from automation.ingestion.configure import create_channel
from automation.errors import Refused
from review.access import grant_role
pytestmark = pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light","dark"])
def test_shot(sign_in, live_server, entity, clerk, size, scheme):
    grant_role(clerk, "operator", entity, acting_user=None)
    a = create_channel(entity, "Invoices by mail", "imap", {"host":"mail.ours.example","user":"invoices"}, secret="x", actor="user:x")
    b = create_channel(entity, "Scanner, second floor", "folder", {"folder":"scans"}, actor="user:x")
    c = create_channel(entity, "Portal robot", "amqp", {"host":"mq.ours.example","user":"x","queue":"invoices"}, secret="x", actor="user:x")
    Channel.objects.filter(pk=a.pk).update(worked_at=datetime.now(UTC)-timedelta(minutes=2), waiting=0)
    Channel.objects.filter(pk=b.pk).update(worked_at=datetime.now(UTC)-timedelta(hours=5), failures=3, error={"code":"folder_unusable","message":"The folder cannot be used: [Errno 5] Input/output error","at":""})
    Channel.objects.filter(pk=c.pk).update(worked_at=datetime.now(UTC)-timedelta(seconds=20), waiting=3, dead_letters=2)
    r = random.Random(3)
    for n in range(60):
        receive_mail(a, raw(mail(*[(f"RE-{n}-{k}.pdf", invoice(f"{n}-{k}")) for k in range(r.randint(1,3))], subject=f"Rechnung {n}")), smallest_picture=0)
    receive_mail(a, raw(mail(("Rechnung.docx", b"PK\x03\x04[Content_Types].xml"), subject="Ihre Rechnung vom November")), smallest_picture=0)
    receive_mail(a, raw(mail(subject="Mahnung", sender="buchhaltung@lieferant.example")), smallest_picture=0)
    for n in range(25):
        for ch in (b, c):
            try: accept(IncomingFile(entity, f"scan{n}.pdf", invoice(f"{ch.pk}{n}") if n!=7 else b"MZ", ch.kind, source=ch, key=str(n)), wake=False)
            except Refused: pass
    x = invoice(1)
    for n in ("first.pdf","second.pdf"): accept(IncomingFile(entity, n, x, "upload", uploaded_by=clerk), wake=False)
    from django.db import connections
    for m in list(Mail.objects.all())+list(Arrival.objects.filter(mail=None)):
        h = timedelta(hours=min(47, abs(r.gauss(14, 12))))
        if isinstance(m, Mail):
            Mail.objects.filter(pk=m.pk).update(received_at=m.received_at-h); Arrival.objects.filter(mail=m).update(at=m.received_at-h)
        else: Arrival.objects.filter(pk=m.pk).update(at=m.at-h)
    page = sign_in(clerk, viewport=SIZES[size], color_scheme=scheme)
    found = {}
    for name, path in (("intake","/intake/"),("channel",f"/intake/channels/{a.pk}/"),("new","/intake/channels/new/")):
        found[name] = violations(page, f"{live_server.url}{path}")
        page.screenshot(path=f"/work/brief/shots/{name}-{size}-{scheme}.png", full_page=True)
    print(found)
    assert not any(found.values()), found
