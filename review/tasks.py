"""Where the worker finds this app's tasks."""

from review.pack.build import build_packs

__all__ = ["build_packs"]
