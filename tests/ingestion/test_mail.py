"""What a mail brings, wherever in it the files lie, and what is refused of hostile ones."""

import email.message
import random
import struct
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automation.ingestion.models import Arrival, Channel, Mail
from automation.ingestion.opened import open_mail
from automation.ingestion.receive import receive_mail
from automation.ledger.models import LegalEntity
from inference.unpacking.mail import Contents, read_head
from inference.unpacking.mail import read_contents as read
from inference.unpacking.parts import MOST_FILES, Refusal
from tests.ingestion.mails import invoice, mail, raw, zipped


@pytest.fixture
def channel(entity: LegalEntity) -> Channel:
    return Channel.objects.create(entity=entity, name="Mail", kind="smtp", place="smtp:invoices@ours.example")


def read_contents(sent: bytes, *, smallest_picture: int, most: int = 50 * 2**20) -> Contents:
    return read(sent, smallest_picture=smallest_picture, most=most)


def found(message: EmailMessage | bytes) -> dict[str, bytes]:
    data = message if isinstance(message, bytes) else raw(message)
    return {part.filename: part.data for part in read_contents(data, smallest_picture=1000).files if not part.refusal}


def refused(message: EmailMessage | bytes, most: int = 50 * 2**20) -> dict[str, str]:
    data = message if isinstance(message, bytes) else raw(message)
    parts = read_contents(data, smallest_picture=1000, most=most).files
    return {part.filename: part.refusal.code for part in parts if part.refusal}


def test_text_is_kept_and_is_no_file() -> None:
    contents = read_contents(raw(mail(("a.pdf", b"%PDF-"))), smallest_picture=0)
    assert "find our invoice attached" in contents.body
    assert [part.filename for part in contents.files] == ["a.pdf"]


def test_forwarded_and_nested_mails_bring_their_files() -> None:
    inner = mail(("inner.pdf", b"%PDF-1"))
    middle, outer, saved = mail(("middle.pdf", b"%PDF-2")), mail(subject="Fwd: invoice"), mail()
    middle.add_attachment(inner)
    outer.add_attachment(middle)
    saved.add_attachment(raw(middle), maintype="application", subtype="octet-stream", filename="mail.eml")
    both = {"inner.pdf": b"%PDF-1", "middle.pdf": b"%PDF-2"}
    assert found(outer) == both
    assert found(saved) == both
    wrong = raw(outer).replace(b"Content-Type: message/rfc822\r\n", b"Content-Type: message/rfc822\r\n", 1)
    assert found(wrong) == both


def test_a_forwarded_mail_that_was_encoded_against_the_rules_is_read_all_the_same() -> None:
    import base64

    body = base64.encodebytes(raw(mail(("inner.pdf", b"%PDF-1")))).replace(b"\n", b"\r\n")
    head = b"From: a@b.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n"
    part = b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    assert found(head + part + body + b"\r\n--x--\r\n") == {"inner.pdf": b"%PDF-1"}


def test_pictures_in_the_text_count_unless_they_are_logos() -> None:
    message = mail()
    message.make_mixed()
    for name, size in (("logo.png", 500), ("scan.jpg", 5000)):
        message.add_attachment(
            b"\xff" * size, maintype="image", subtype="jpeg", filename=name, disposition="inline", cid=f"<{name}>"
        )
    contents = read_contents(raw(message), smallest_picture=1000)
    assert [part.filename for part in contents.files] == ["scan.jpg"]
    assert contents.passed_over == [{"name": "logo.png", "why": "a small picture in the text"}]


def test_signatures_and_calendars_are_passed_over() -> None:
    message = mail(("a.pdf", b"%PDF-"))
    message.add_attachment(b"x", maintype="application", subtype="pkcs7-signature", filename="smime.p7s")
    message.add_attachment("BEGIN:VCALENDAR", subtype="calendar", filename="meeting.ics")
    message.add_attachment("Sent from somewhere", filename="ATT00001.txt")
    contents = read_contents(raw(message), smallest_picture=0)
    assert [part.filename for part in contents.files] == ["a.pdf"]
    assert [one["name"] for one in contents.passed_over] == ["smime.p7s", "meeting.ics", "ATT00001.txt"]


def tnef(*files: tuple[str, bytes]) -> bytes:
    """A winmail.dat (MS-OXTNEF) with these files."""

    def attribute(level: int, name: int, kind: int, data: bytes) -> bytes:
        return struct.pack("<BHHI", level, name, kind, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)

    stream = struct.pack("<IH", 0x223E9F78, 1) + attribute(1, 0x9006, 8, struct.pack("<I", 0x10000))
    for name, data in files:
        stream += attribute(2, 0x9002, 6, b"\x01\x00" + b"\xff" * 12)
        stream += attribute(2, 0x8010, 1, name.encode() + b"\0") + attribute(2, 0x800F, 6, data)
    return stream


def test_winmail_dat_is_opened() -> None:
    message = mail(("winmail.dat", tnef(("invoice.pdf", b"%PDF-1.7 x"), ("all.zip", zipped(("b.pdf", b"%PDF-2"))))))
    assert found(message) == {"invoice.pdf": b"%PDF-1.7 x", "b.pdf": b"%PDF-2"}
    assert refused(mail(("winmail.dat", tnef(("a.pdf", b"%PDF-"))[:60] + b"\xff" * 40))) == {
        "winmail.dat": "archive_damaged"
    }


def test_archives_are_opened_and_what_is_bad_in_them_refused() -> None:
    message = mail(
        ("good.zip", zipped(("a/1.pdf", b"%PDF-1"), ("__MACOSX/._1.pdf", b"x"), links=[("2.pdf", "/etc/passwd")])),
        ("nested.zip", zipped(("inner.zip", zipped(("x.pdf", b"%PDF-"))))),
        ("damaged.zip", zipped(("y.pdf", b"%PDF-" * 100))[:-30]),
        ("letter.docx", zipped(("[Content_Types].xml", b"<x/>"), ("word/document.xml", b"<x/>"))),
    )
    assert set(found(message)) == {"a/1.pdf", "letter.docx"}
    assert refused(message) == {
        "2.pdf": "archive_link",
        "inner.zip": "archive_nested",
        "damaged.zip": "archive_damaged",
    }


def test_a_zip_bomb_is_not_unpacked() -> None:
    bomb = zipped(*((f"{n}.pdf", b"\0" * 900_000) for n in range(5)))
    assert len(bomb) < 10_000
    assert refused(mail(("bomb.zip", bomb)), 1_000_000) == {"bomb.zip": "archive_too_large"}
    one = raw(mail(("one.zip", zipped(("big.pdf", b"\0" * 2_000_000)))))
    big = read_contents(one, smallest_picture=0, most=1_000_000).files
    assert [(part.data, part.full_size) for part in big] == [(b"", 2_000_000)]


def test_ten_thousand_attachments_are_refused_in_one_piece(channel: Channel) -> None:
    part = (
        b'--x\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename="%d.pdf"\r\n\r\n%%PDF-1\r\n'
    )
    head = b"From: a@b.example\r\nSubject: Many\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
    sent = head + b"".join(part % number for number in range(10_000)) + b"--x--\r\n"
    kept = receive_mail(channel, sent, smallest_picture=0)
    arrival = Arrival.objects.get()
    assert (arrival.code, arrival.filename, arrival.declared_type) == ("too_many_files", "Many.eml", "message/rfc822")
    assert kept.files == 1 and kept.done_at
    full_zip = zipped(*((f"{n}.pdf", b"x") for n in range(MOST_FILES + 1)))
    assert refused(mail(("many.zip", full_zip))) == {"many.zip": "too_many_files"}


def test_a_mail_that_kills_its_parser_is_refused_and_known_by_its_head(channel: Channel, settings: Any) -> None:
    settings.DOCUMENT_PARSE_MEMORY_MB, settings.DOCUMENT_MAX_BYTES = 700, 1
    sent = raw(mail(("a.pdf", b"%PDF-"), subject="Swelling"))
    swelling = sent.replace(b"\r\n\r\n", b"\r\n\r\n" + b"a\n" * 10_000_000, 1)
    kept = receive_mail(channel, swelling, smallest_picture=0)
    arrival = Arrival.objects.get()
    assert (arrival.code, arrival.filename, kept.subject) == ("mail_damaged", "Swelling.eml", "Swelling")
    assert "memory" in arrival.message and arrival.storage_name, "its bytes are kept for another try"


def test_the_largest_mail_with_the_largest_files_is_taken_apart(channel: Channel) -> None:
    files = [(f"{n}.bin", random.Random(n).randbytes(25 * 2**20)) for n in range(2)]
    _, contents = open_mail(raw(mail(*files)), smallest_picture=0)
    assert isinstance(contents, Contents)
    assert [(part.filename, part.data) for part in contents.files] == files


def test_deeply_nested_parts_end_somewhere(channel: Channel) -> None:
    sent = b"From: a@b.example\r\n"
    for depth in range(2000):
        sent += b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (depth, depth)
    receive_mail(channel, sent, smallest_picture=0)
    assert Arrival.objects.get().code in ("mail_too_deep", "mail_damaged")


def test_a_file_name_cannot_smuggle_in_headers_or_folders(channel: Channel) -> None:
    part = b"Content-Type: application/pdf\r\nContent-Disposition: attachment;\r\n filename*=utf-8''"
    evil = b"..%2F..%2Fx%0D%0ABcc%3A%20all%40ours.example%00.pdf"
    head = b"From: a@b.example\r\nSubject: =?utf-8?b?SGkNCkJjYzogeEB5?=\r\n"
    head += b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"
    kept = receive_mail(
        channel, head + b"--x\r\n" + part + evil + b"\r\n\r\n" + invoice(1) + b"\r\n--x--\r\n", smallest_picture=0
    )
    arrival = Arrival.objects.get()
    assert arrival.filename == "xBcc: all@ours.example.pdf"
    assert "\n" not in kept.subject and "\r" not in kept.subject


def test_a_program_named_like_an_invoice_is_refused(channel: Channel) -> None:
    receive_mail(channel, raw(mail(("invoice.pdf", b"MZ\x90\0 a program"))), smallest_picture=0)
    arrival = Arrival.objects.get()
    assert arrival.code == "unsupported_type" and "Windows program" in arrival.message


def test_a_mail_without_a_file_is_put_on_record(channel: Channel) -> None:
    receive_mail(channel, raw(mail(subject="Where is our money")), smallest_picture=0)
    arrival = Arrival.objects.get()
    assert (arrival.code, arrival.filename) == ("nothing_attached", "Where is our money.eml")
    assert arrival.storage_name


def test_a_mail_cut_short_by_a_crash_is_finished_without_doubles(channel: Channel) -> None:
    sent = raw(mail(("a.pdf", invoice(1)), ("b.pdf", invoice(2))))
    first = receive_mail(channel, sent, smallest_picture=0)
    Mail.objects.filter(pk=first.pk).update(done_at=None)
    Arrival.objects.filter(filename="b.pdf").delete()
    again = receive_mail(channel, sent, smallest_picture=0)
    assert again.pk == first.pk and again.done_at
    assert sorted(Arrival.objects.values_list("filename", flat=True)) == ["a.pdf", "b.pdf"]


def test_the_same_file_twice_in_one_mail_is_one_document_and_a_duplicate(channel: Channel) -> None:
    data = invoice(1)
    receive_mail(channel, raw(mail(("a.pdf", data), ("copy.pdf", data))), smallest_picture=0)
    assert list(Arrival.objects.order_by("pk").values_list("outcome", flat=True)) == ["accepted", "duplicate"]


def test_names_that_no_index_holds_and_bytes_that_are_no_text_are_kept_on_record(channel: Channel) -> None:
    archive = zipped(("x" * 60_000 + ".pdf", invoice(1)))
    part = b"\r\n--x\r\nContent-Type: application/\xff\xfe\r\nContent-Disposition: attachment\r\n\r\nMZ\r\n--x--\r\n"
    head = b"From: \xff <a@b.example>\r\nSubject: \xe4\r\nMessage-ID: <\xfc\0@b>\r\n"
    receive_mail(channel, raw(mail(("a.zip", archive))), smallest_picture=0)
    receive_mail(channel, head + b"Content-Type: multipart/mixed; boundary=x\r\n" + part, smallest_picture=0)
    assert sorted(Arrival.objects.values_list("outcome", flat=True)) == ["accepted", "refused"]


@pytest.mark.parametrize(
    ("headers", "automatic"),
    [
        ({}, False),
        ({"Auto-Submitted": "no"}, False),
        ({"Auto-Submitted": "auto-generated"}, True),
        ({"Precedence": "bulk"}, True),
        ({"List-Id": "<all.ours.example>"}, True),
        ({"Return-Path": "<>"}, True),
    ],
)
def test_machines_are_told_from_people(headers: dict[str, str], automatic: bool) -> None:
    assert read_head(raw(mail(headers=headers))).automatic is automatic


@given(st.binary(max_size=2000))
def test_any_bytes_are_a_mail_or_refused(data: bytes) -> None:
    read_head(data)
    for sent in (data, b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n" + data, b"Subject: " + data):
        try:
            read_contents(sent, smallest_picture=0)
        except Refusal:
            continue


@given(st.text(max_size=80))
def test_any_name_of_an_attachment_is_read(name: str) -> None:
    message = email.message.Message(policy=SMTP.clone(max_line_length=None))
    message.add_header(
        "Content-Disposition", "attachment", filename=("utf-8", "", name.replace("\r", "").replace("\n", ""))
    )
    sent = bytes(message) + b"\r\n%PDF-1"
    assert len(read_contents(sent, smallest_picture=0).files) <= 1
