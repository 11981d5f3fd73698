"""The mean of several weights, each with its share: python -m inference.training.average --out FILE 0.3=A 0.7=B

Weights that began from the same ones can be averaged; what either forgot the mean often still knows.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

Share = tuple[float, Path]


def average(shares: Sequence[Share]) -> dict[str, Tensor]:
    """Each parameter's weighted mean, in single precision. Raises ValueError where the shares do not make one."""
    if abs(sum(share for share, _ in shares) - 1) > 1e-6:
        raise ValueError("the shares do not add up to 1")
    parts = [(share, load_file(file)) for share, file in shares]
    return {name: torch.stack([share * part[name].float() for share, part in parts]).sum(0) for name in parts[0][1]}


def _share(text: str) -> Share:
    share, _, file = text.partition("=")
    return float(share), Path(file)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shares", type=_share, nargs="+", metavar="SHARE=WEIGHTS")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    save_file(average(arguments.shares), arguments.out)


if __name__ == "__main__":
    main()
