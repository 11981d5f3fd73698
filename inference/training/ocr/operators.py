"""Import this before docTR: names two operators of torchvision that nothing here uses.

torchvision's wheel is built for CUDA and does not load beside a torch without CUDA; importing it then stops at
"operator torchvision::nms does not exist".
"""

import importlib.util

import torch

LIBRARY = torch.library.Library("torchvision", "FRAGMENT")  # type: ignore[no-untyped-call]
"""Kept: the names are forgotten with it."""

if torch.version.cuda is None and importlib.util.find_spec("torchvision"):
    for _name in ("nms", "qnms"):
        LIBRARY.define(f"{_name}(Tensor boxes, Tensor scores, float overlap) -> Tensor")  # type: ignore[no-untyped-call]
