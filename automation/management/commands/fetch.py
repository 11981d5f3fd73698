"""Fetch from all channels that are switched on, until Ctrl-C. Any number may run: each channel has one fetcher."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from automation.ingestion.follow import follow


class Command(BaseCommand):
    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        ended = threading.Event()
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *_: ended.set())
        follow(ended)
