"""All rules, in the order their findings are shown. A new rule is written beside these and named here."""

from automation.checks.base import Rule
from automation.checks.rules.dates import due_date, issue_date, service_period
from automation.checks.rules.duplicates import duplicates
from automation.checks.rules.einvoice import picture_against_xml, xml_on_page, xml_valid
from automation.checks.rules.identifiers import addressed_to_us, iban_valid, vat_ids_valid
from automation.checks.rules.lines import line_arithmetic, line_sum
from automation.checks.rules.pages import one_document, pages_readable
from automation.checks.rules.payment import bank_account, currency
from automation.checks.rules.required import required, understood
from automation.checks.rules.tax import tax_per_rate, tax_rates, tax_sum
from automation.checks.rules.totals import amount_due, signs, totals

RULES: tuple[Rule, ...] = (
    duplicates,
    pages_readable,
    one_document,
    picture_against_xml,
    xml_on_page,
    xml_valid,
    required,
    understood,
    totals,
    amount_due,
    signs,
    line_arithmetic,
    line_sum,
    tax_per_rate,
    tax_sum,
    tax_rates,
    iban_valid,
    bank_account,
    vat_ids_valid,
    addressed_to_us,
    currency,
    issue_date,
    due_date,
    service_period,
)
