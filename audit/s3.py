"""Heads into a bucket with object lock."""

from datetime import timedelta

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.utils import timezone


def put(lines: str, size: int) -> None:
    """An object of its own for each sending: until its time is over nobody removes it, not even with our credentials
    (mode COMPLIANCE). Raises OSError where the bucket does not take it.
    """
    client = boto3.client(
        "s3",
        endpoint_url=settings.AUDIT_S3_ENDPOINT or None,
        aws_access_key_id=settings.AUDIT_S3_ACCESS_KEY or None,
        aws_secret_access_key=settings.AUDIT_S3_SECRET_KEY or None,
    )
    try:
        client.put_object(
            Bucket=settings.AUDIT_S3_BUCKET,
            Key=f"heads/{size:020}.jsonl",
            Body=lines.encode(),
            ObjectLockMode="COMPLIANCE",
            ObjectLockRetainUntilDate=timezone.now() + timedelta(days=settings.AUDIT_S3_DAYS),
        )
    except (BotoCoreError, ClientError) as error:
        raise OSError(str(error)) from error
