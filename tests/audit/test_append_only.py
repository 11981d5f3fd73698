"""`append_only` protects any table the same way."""

import pytest
from django.db import ProgrammingError, connections, transaction

from audit.append_only import append_only


@pytest.mark.django_db(databases=["default", "owner"])
@pytest.mark.parametrize("change", ["UPDATE sample SET n = 2", "DELETE FROM sample", "TRUNCATE sample"])
def test_a_protected_table_only_grows(change: str) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE sample (n int)")
        cursor.execute(str(append_only("sample").sql))
        cursor.execute("INSERT INTO sample VALUES (1)")
        with pytest.raises(ProgrammingError, match="on sample is refused"), transaction.atomic("owner"):
            cursor.execute(change)
        cursor.execute("SELECT n FROM sample")
        assert cursor.fetchall() == [(1,)]
        cursor.execute(
            "SELECT privilege_type FROM information_schema.role_table_grants"
            " WHERE table_name = 'sample' AND grantee = %s ORDER BY 1",
            [connections["default"].settings_dict["USER"]],
        )
        assert [privilege for (privilege,) in cursor.fetchall()] == ["INSERT", "SELECT"]
