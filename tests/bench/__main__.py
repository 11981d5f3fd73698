"""`python -m tests.bench [NAME ...]`: run the named measurements (all without a name) and print their tables.

A measurement is a module of this package with `measure() -> str`, which returns Markdown.
"""

import sys
from importlib import import_module

NAMES = ("workflow", "reading", "einvoice", "splitting", "runs", "ocr", "ocr_memory", "invoice2data", "extraction")


def main() -> None:
    chosen = sys.argv[1:] or NAMES
    unknown = set(chosen) - set(NAMES)
    if unknown:
        raise SystemExit(f"no measurement {', '.join(sorted(unknown))}; there are: {', '.join(NAMES)}")
    for name in chosen:
        print(import_module(f"tests.bench.{name}").measure(), flush=True)


if __name__ == "__main__":
    main()
