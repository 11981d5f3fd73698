"""Where the worker finds this app's tasks."""

from review.erasing_due import erase_due
from review.pack.build import build_packs

__all__ = ["build_packs", "erase_due"]
