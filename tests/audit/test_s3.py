"""Heads in a bucket with object lock, on a real server of its own: nobody removes them before their time."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from botocore.exceptions import ClientError

from audit.copies import send_all
from audit.models import HeadCopy
from audit.signing import Signer
from audit.verify import read_heads
from tests.audit.conftest import seal
from tests.ingestion.dovecot import free_port
from tests.servers import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("empty_log")]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    url = f"http://127.0.0.1:{(port := free_port())}"
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "AWS_DEFAULT_REGION": "us-east-1"},
    )
    try:
        wait_until(lambda: _answers(url))
        yield url
    finally:
        process.terminate()
        process.wait(10)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=1).status_code < 500
    except httpx.TransportError:
        return False


@pytest.fixture
def bucket(server: str, settings: Any) -> Any:
    settings.AUDIT_S3_BUCKET, settings.AUDIT_S3_ENDPOINT = "heads-of-the-log", server
    settings.AUDIT_S3_ACCESS_KEY = settings.AUDIT_S3_SECRET_KEY = "test"
    return boto3.client(
        "s3", endpoint_url=server, aws_access_key_id="x", aws_secret_access_key="x", region_name="us-east-1"
    )


def test_heads_lie_where_nobody_removes_them(bucket: Any, signer: Signer, heads_file: Path) -> None:
    seal(signer, heads_file, 2)
    send_all()
    assert "NoSuchBucket" in HeadCopy.objects.get().problem
    bucket.create_bucket(Bucket="heads-of-the-log", ObjectLockEnabledForBucket=True)
    send_all()
    seal(signer, heads_file, 3)
    send_all()
    send_all()
    found = [item["Key"] for item in bucket.list_objects_v2(Bucket="heads-of-the-log")["Contents"]]
    parts = [bucket.get_object(Bucket="heads-of-the-log", Key=key)["Body"].read().decode() for key in found]
    assert [head.size for head in read_heads("".join(parts), [signer.key])] == [2, 5]
    assert "".join(parts) == heads_file.read_text()
    (kept, *_) = bucket.list_object_versions(Bucket="heads-of-the-log", Prefix=found[0])["Versions"]
    with pytest.raises(ClientError, match="AccessDenied"):
        bucket.delete_object(Bucket="heads-of-the-log", Key=found[0], VersionId=kept["VersionId"])
    assert HeadCopy.objects.get().problem == ""
