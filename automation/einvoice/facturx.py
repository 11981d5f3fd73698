"""Factur-X 1.0 (ZUGFeRD 2): a PDF/A-3 (ISO 19005-3, level B) that shows the invoice, with its CII inside."""

import io
from datetime import UTC, datetime, time
from functools import cache

import pikepdf
from PIL import ImageCms

from automation.einvoice import cii
from automation.einvoice.model import Invoice
from inference.einvoice.draw import pdf
from inference.einvoice.read import read
from inference.einvoice.sheet import lay_out

FILENAME = "factur-x.xml"
LEVEL = "EN 16931"
PRODUCER = "Countersign"

_PROPERTIES = "".join(
    f"<rdf:li rdf:parseType='Resource'><pdfaProperty:name>{name}</pdfaProperty:name>"
    "<pdfaProperty:valueType>Text</pdfaProperty:valueType><pdfaProperty:category>external</pdfaProperty:category>"
    f"<pdfaProperty:description>{about}</pdfaProperty:description></rdf:li>"
    for name, about in (
        ("DocumentFileName", "The name of the embedded XML document"),
        ("DocumentType", "The type of the hybrid document"),
        ("Version", "The version of the Factur-X XML schema"),
        ("ConformanceLevel", "The profile of the embedded XML document"),
    )
)
_XMP = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance></rdf:Description>
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">TITLE</rdf:li></rdf:Alt></dc:title></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:xmp="http://ns.adobe.com/xap/1.0/">
<pdf:Producer>{PRODUCER}</pdf:Producer><xmp:CreateDate>DATE</xmp:CreateDate><xmp:ModifyDate>DATE</xmp:ModifyDate>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:fx="urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#">
<fx:DocumentType>INVOICE</fx:DocumentType><fx:DocumentFileName>{FILENAME}</fx:DocumentFileName>
<fx:Version>1.0</fx:Version><fx:ConformanceLevel>{LEVEL}</fx:ConformanceLevel></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>fx</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq>{_PROPERTIES}</rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
</rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""


def write(invoice: Invoice) -> bytes:
    """The PDF. The same invoice gives the same bytes: its times are midnight of its own day."""
    xml = cii.write(invoice)
    title = "Credit note" if invoice.is_credit_note else "Invoice"
    made = datetime.combine(invoice.issue_date, time(), UTC)
    with pikepdf.open(io.BytesIO(pdf(lay_out(read(xml), note="")))) as document:
        _describe(document, title, made)
        _attach(document, xml, made)
        _colours(document)
        file = io.BytesIO()
        document.save(
            file, deterministic_id=True, force_version="1.7", object_stream_mode=pikepdf.ObjectStreamMode.disable
        )
    return file.getvalue()


def _describe(document: pikepdf.Pdf, title: str, made: datetime) -> None:
    """XMP, and a document information dictionary that says the same, as PDF/A wants it."""
    xmp = _XMP.replace("TITLE", title).replace("DATE", made.isoformat())
    document.Root.Metadata = document.make_stream(xmp.encode(), Type=pikepdf.Name.Metadata, Subtype=pikepdf.Name.XML)
    for key in list(document.docinfo.keys()):
        del document.docinfo[key]
    when = f"D:{made:%Y%m%d%H%M%S}+00'00'"
    document.docinfo["/Title"], document.docinfo["/Producer"] = title, PRODUCER
    document.docinfo["/CreationDate"] = document.docinfo["/ModDate"] = when


def _attach(document: pikepdf.Pdf, xml: bytes, made: datetime) -> None:
    """The XML as an associated file that says the same as the pages (/Alternative; Factur-X 1.0, 6.2.2)."""
    file = pikepdf.AttachedFileSpec(
        document,
        xml,
        description="The invoice as data",
        filename=FILENAME,
        mime_type="text/xml",
        mod_date=f"D:{made:%Y%m%d%H%M%S}+00'00'",
        creation_date=f"D:{made:%Y%m%d%H%M%S}+00'00'",
    )
    file.relationship = pikepdf.Name.Alternative
    document.attachments[FILENAME] = file
    document.Root.AF = pikepdf.Array([file.obj])


def _colours(document: pikepdf.Pdf) -> None:
    """What the greys mean (ISO 19005-3, 6.2.3)."""
    profile = document.make_stream(_srgb(), N=3)
    intent = pikepdf.Dictionary(
        Type=pikepdf.Name.OutputIntent,
        S=pikepdf.Name.GTS_PDFA1,
        OutputConditionIdentifier="sRGB",
        Info="sRGB",
        DestOutputProfile=profile,
    )
    document.Root.OutputIntents = pikepdf.Array([document.make_indirect(intent)])


@cache
def _srgb() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
