"""A column that keeps RFC 8785 JSON exactly as it was written."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler

from audit import canonical
from audit.canonical import JSON

if TYPE_CHECKING:
    from django.db.models.sql.compiler import _AsSqlType, _ParamsT


class CanonicalJSONField(models.Field[object, JSON]):
    """Any JSON value, stored verbatim in a `json` column (`jsonb` would reorder keys and re-format numbers).

    None is SQL NULL. Values are converted by `canonical.plain`; see there for what is refused.
    """

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "json"

    def get_prep_value(self, value: object) -> str | None:
        return None if value is None else canonical.dumps(value)

    def select_format(self, compiler: SQLCompiler, sql: str, params: "_ParamsT") -> "_AsSqlType":
        return f"{sql}::text", params

    def from_db_value(self, value: str | None, expression: object, connection: BaseDatabaseWrapper) -> JSON:
        return None if value is None else canonical.loads(value)
