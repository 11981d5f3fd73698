"""The network: from the words of a document to what each of them is part of, and to the type of the document.

Every word is a node. A layer lets it look at the words that stand in fixed relations to it (left, right, above, below,
the ends of its line; `features.SLOTS`), each relation with weights of its own, like a convolution whose grid is the
layout; so cost grows with the number of words, and no page is too long. Twice on the way every word is told the mean
and the extremes of its document. Trained from scratch; no pretrained part.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from inference.extraction.features import BUCKETS, DENSE, SLOTS, Features
from inference.fields import DOCUMENT_TYPES, FIELDS, PRINTED_LINE_CELLS, PRINTED_TAX_CELLS

OUTPUTS: tuple[str, ...] = (
    *(name for name in FIELDS if name != "document_type"),
    *(f"line_items.{cell}" for cell in PRINTED_LINE_CELLS),
    *(f"tax_lines.{cell}" for cell in PRINTED_TAX_CELLS),
    "line_items.start",
    "tax_lines.start",
)
"""What a word can be part of; `start` marks the first printed line of a row."""


@dataclass(frozen=True)
class ModelConfig:
    """Sizes of the network. `broadcast`: after which layers (from 1) words are told about the whole document."""

    text: int = 64
    width: int = 128
    link: int = 32
    hidden: int = 256
    layers: int = 5
    broadcast: tuple[int, ...] = (2, 4)
    dropout: float = 0.1
    word_dropout: float = 0.12


@dataclass(frozen=True)
class Batch:
    """Documents one after another. Row 0 of `neighbours` targets is the empty place: word i is row i + 1.

    tokens (T,), offsets (N,), dense (N, DENSE), neighbours (N, SLOTS) in 0..N, document (N,) in 0..D-1.
    """

    tokens: Tensor
    offsets: Tensor
    dense: Tensor
    neighbours: Tensor
    document: Tensor
    documents: int


def collate(documents: Sequence[Features]) -> Batch:
    """One batch of all words of the documents, in order."""
    sizes = [len(item.places) for item in documents]
    begins = np.cumsum([0, *sizes])
    ends = np.cumsum([0, *(len(item.tokens) for item in documents)])
    neighbours = [
        np.where(item.neighbours >= 0, item.neighbours + begin + 1, 0)
        for item, begin in zip(documents, begins, strict=False)
    ]
    return Batch(
        tokens=torch.from_numpy(np.concatenate([item.tokens for item in documents]).astype(np.int64)),
        offsets=torch.from_numpy(
            np.concatenate([item.offsets[:-1] + end for item, end in zip(documents, ends, strict=False)]).astype(
                np.int64
            )
        ),
        dense=torch.from_numpy(np.concatenate([item.dense for item in documents])),
        neighbours=torch.from_numpy(np.concatenate(neighbours).astype(np.int64)),
        document=torch.from_numpy(np.repeat(np.arange(len(documents)), sizes)),
        documents=len(documents),
    )


class Layer(nn.Module):
    """One look around, then one thought, both added to what was known."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.before = nn.LayerNorm(config.width)
        self.link = nn.Linear(config.width, config.link)
        self.look = nn.Linear((len(SLOTS) + 1) * config.link, config.width)
        self.between = nn.LayerNorm(config.width)
        self.think = nn.Linear(config.width, config.hidden)
        self.settle = nn.Linear(config.hidden, config.width)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, words: Tensor, neighbours: Tensor) -> Tensor:
        """words (N, width), neighbours (N, SLOTS) in 0..N -> (N, width)."""
        linked = self.link(self.before(words))  # (N, link)
        shelf = functional.pad(linked, (0, 0, 1, 0))  # (N + 1, link), row 0 is the empty place
        around = shelf.index_select(0, neighbours.flatten()).view(
            -1, len(SLOTS) * self.link.out_features
        )  # (N, SLOTS * link)
        words = words + self.dropout(functional.gelu(self.look(torch.cat([linked, around], 1))))
        thought = self.settle(functional.gelu(self.think(self.between(words))))
        settled: Tensor = words + self.dropout(thought)
        return settled


class Reader(nn.Module):
    """The whole network: `forward` gives logits for words (N, OUTPUTS) and for documents (D, DOCUMENT_TYPES)."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.text = nn.EmbeddingBag(BUCKETS, config.text, mode="sum")
        self.enter = nn.Linear(config.text + DENSE, config.width)
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.layers))
        self.tell = nn.ModuleList(nn.Linear(2 * config.width, config.width) for _ in config.broadcast)
        self.leave = nn.LayerNorm(config.width)
        self.word_head = nn.Linear(config.width, len(OUTPUTS))
        self.type_head = nn.Sequential(
            nn.Linear(2 * config.width, config.width), nn.GELU(), nn.Linear(config.width, len(DOCUMENT_TYPES))
        )
        nn.init.normal_(self.text.weight, std=0.1)
        nn.init.constant_(self.word_head.bias, -4.0)

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor]:
        text = self.text(batch.tokens, batch.offsets)  # (N, text)
        if self.training and self.config.word_dropout:
            text = text * (torch.rand(len(text), 1, device=text.device) >= self.config.word_dropout)
        words = functional.gelu(self.enter(torch.cat([text, batch.dense], 1)))  # (N, width)
        tellers = iter(self.tell)
        for number, layer in enumerate(self.layers, 1):
            words = layer(words, batch.neighbours)
            if number in self.config.broadcast:
                words = words + next(tellers)(summary(words, batch)).index_select(0, batch.document)
        words = self.leave(words)
        return self.word_head(words), self.type_head(summary(words, batch))


def summary(words: Tensor, batch: Batch) -> Tensor:
    """words (N, width) -> mean and maximum over each document (D, 2 * width); zeros for a document without words."""
    width = words.shape[1]
    count = torch.zeros(batch.documents, 1, dtype=words.dtype, device=words.device)
    count.index_add_(0, batch.document, torch.ones(len(words), 1, dtype=words.dtype, device=words.device))
    total = torch.zeros(batch.documents, width, dtype=words.dtype, device=words.device)
    mean = total.index_add(0, batch.document, words) / count.clamp(min=1)
    place = batch.document[:, None].expand(-1, width)
    top = torch.zeros_like(mean).scatter_reduce(0, place, words, "amax", include_self=False)
    return torch.cat([mean, top], 1)


def parameters(model: nn.Module) -> int:
    """How many numbers are learned."""
    return sum(parameter.numel() for parameter in model.parameters())
