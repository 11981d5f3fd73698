"""VAT numbers as they are printed: prefix, spaces and suffix may be there or not."""

import pytest

from automation.ledger.models import LegalEntity
from tests.checks.test_findings import findings_of
from tests.factories import CLEAN, make_document


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("printed", "valid"),
    [
        ("DE136695976", True),
        ("DE 136 695 976", True),
        ("DE136695977", False),
        ("CHE-116.281.710 MWST", True),
        ("CHE116281710", True),
        ("CHE116281711", False),
        ("EL094259216", True),
        ("GB980780684", True),
    ],
)
def test_a_vat_number_is_judged_by_its_countrys_rule(entity: LegalEntity, printed: str, valid: bool) -> None:
    found = findings_of(make_document(entity, {**CLEAN, "seller_vat_id": printed}))
    assert ("vat_id_invalid" not in found) == valid
