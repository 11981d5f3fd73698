"""What is sent: a document's approved values as they stood when posting began, stored with the intent."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from automation.documents.models import Document, FieldValue
from automation.documents.values import current_values
from automation.errors import Invalid
from inference.fields import FORM, LINE_CELLS, TAX_CELLS, Kind, from_text
from inference.types import Value

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Payload:
    """Canonical texts (inference.fields) by field and cell name; `entity`: name, country, vat_id, currency of ours."""

    document: str
    filename: str
    entity: Texts
    fields: Texts
    lines: tuple[Texts, ...]
    tax_lines: tuple[Texts, ...]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Payload":
        return cls(**{**stored, "lines": tuple(stored["lines"]), "tax_lines": tuple(stored["tax_lines"])})

    def header(self) -> dict[str, Value]:
        return {name: _typed(name, FORM[name].kind, text) for name, text in self.fields.items()}

    def typed_lines(self) -> list[dict[str, Value]]:
        return [{n: _typed(n, LINE_CELLS[n], text) for n, text in row.items() if n in LINE_CELLS} for row in self.lines]

    def typed_tax_lines(self) -> list[dict[str, Value]]:
        rows = self.tax_lines
        return [{n: _typed(n, TAX_CELLS[n], text) for n, text in row.items() if n in TAX_CELLS} for row in rows]


def payload_of(document: Document) -> Payload:
    """The document's current values. `document` comes with its entity."""
    values = current_values(document.pk)
    entity = document.entity
    return Payload(
        document=str(document.pk),
        filename=document.filename,
        entity={
            "name": entity.name,
            "country": entity.country,
            "vat_id": entity.vat_id,
            "currency": entity.currency,
        },
        fields={name: values[name].value for name in FORM if name in values and values[name].value},
        lines=_rows(values.get("line_items")),
        tax_lines=_rows(values.get("tax_lines")),
    )


def _rows(table: FieldValue | None) -> tuple[Texts, ...]:
    rows = table.value if table else []
    return tuple({name: cell["value"] for name, cell in row.items() if cell["value"]} for row in rows)


def _typed(name: str, kind: Kind, text: str) -> Value:
    try:
        return from_text(kind, text)
    except ValueError as error:
        raise Invalid(f"{name}: “{text}” is not understood.", code="value_not_understood") from error
