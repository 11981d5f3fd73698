"""Countersign's engine room: documents, workflow, checks, policy, posting and the API. Start at pipeline.py."""

from automation.celery import app as celery_app

__all__ = ["celery_app"]
