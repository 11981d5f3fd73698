"""The learned reader of fields: features, network, decoding. `extract` is the only door.

Weights are loaded on first use, by digest; where they are missing or damaged, `WeightsUnavailable` says so and the
rules read alone (`combine`).
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load

from inference.extraction import decode, decode_rows
from inference.extraction.decode import Choice, Scores
from inference.extraction.features import Features, featurise
from inference.extraction.model import OUTPUTS, ModelConfig, Reader, collate
from inference.extraction.weights import CARD, WeightsUnavailable, checked
from inference.fields import DOCUMENT_TYPES, FIELDS
from inference.types import Alternative, Extraction, FieldPrediction, Reading, Row

__all__ = ["CARD", "Weights", "WeightsUnavailable", "extract", "extract_with", "load_weights", "shipped"]

READER = "model"
DOUBT = 0.85
CEILING = 0.995
FAMILIES = {
    "date": "date", "money": "money", "id": "id", "name": "name", "text": "text", "currency": "currency",
    "iban": "checked", "bic": "checked", "vat_id": "checked", "choice": "type",
}  # fmt: skip
UNFITTED = (0.0, 0.6, 0.1, 0.5)
_COLUMNS = {name: number for number, name in enumerate(OUTPUTS)}

Coefficients = tuple[float, float, float, float]
"""Of a logistic: intercept; score; margin over the next value; agreement of the arithmetic."""


@dataclass(frozen=True)
class Weights:
    """A network ready to read, the digest of its weights, and its calibration by family of fields."""

    model: Reader
    digest: str
    calibration: Mapping[str, Coefficients]


def load_weights(card: Path = CARD) -> Weights:
    """The weights that a model card names. Raises WeightsUnavailable."""
    known, data = checked(card)
    try:
        sizes = known["config"]["model"]
        model = Reader(ModelConfig(**{**sizes, "broadcast": tuple(sizes["broadcast"])}))
        model.load_state_dict({name: value.float() for name, value in load(data).items()})
        calibration = {family: _coefficients(values) for family, values in known["calibration"].items()}
    except (KeyError, TypeError, ValueError, RuntimeError, SafetensorError) as error:
        raise WeightsUnavailable(f"{card.name} and its weights do not fit: {error}") from error
    return Weights(model.eval(), known["sha256"], calibration)


def _coefficients(values: Sequence[Any]) -> Coefficients:
    a, b, c, d = map(float, values)
    return a, b, c, d


@lru_cache(maxsize=1)
def shipped() -> Weights:
    """The weights that ship, loaded once. Raises WeightsUnavailable.

    One document is too little work to share between cores; workers share the documents.
    """
    torch.set_num_threads(1)
    return load_weights()


def extract(reading: Reading) -> Extraction:
    """All fields, line items and tax lines that the network finds. Raises WeightsUnavailable, nothing else."""
    return extract_with(shipped(), [reading])[0]


def extract_with(weights: Weights, readings: Sequence[Reading]) -> list[Extraction]:
    """The same for several documents in one pass of the network."""
    began = time.perf_counter()
    features = [featurise(reading) for reading in readings]
    featured = time.perf_counter()
    scored = scores(weights.model, features)
    done = time.perf_counter()
    timings = {"features": featured - began, "network": done - featured}
    shares = {name: round(seconds * 1000 / max(len(readings), 1), 3) for name, seconds in timings.items()}
    return [_extraction(weights, item, shares) for item in scored]


def scores(model: Reader, features: Sequence[Features]) -> list[Scores]:
    """The network's answer for each document."""
    if not features:
        return []
    with torch.inference_mode():
        words, types = model(collate(features))
    chances = torch.log_softmax(types, 1).numpy()
    ends = np.cumsum([len(item.places) for item in features])
    parts = np.split(words.numpy(), ends[:-1])
    return [Scores(item, part, _COLUMNS, chance) for item, part, chance in zip(features, parts, chances, strict=True)]


def confidence(weights: Weights, family: str, choice: Choice) -> float:
    """The estimated probability that the choice is right."""
    a, b, c, d = weights.calibration.get(family, UNFITTED)
    score = min(max(choice.score, -decode.LIMIT), decode.LIMIT)
    logit = a + b * score + c * choice.margin + d * choice.agreement
    return round(min(CEILING, 1.0 / (1.0 + exp(-logit))), 3)


def family_of(name: str) -> str:
    """The calibration family of a header field."""
    if name in ("seller_email", "seller_phone", "seller_website"):
        return "contact"
    return FAMILIES[FIELDS[name].kind]


def _extraction(weights: Weights, scored: Scores, timings: Mapping[str, float]) -> Extraction:
    began = time.perf_counter()
    fields = {
        name: _prediction(name, choice, confidence(weights, family_of(name), choice))
        for name, choice in decode.header(scored).items()
    }
    kind = _document_type(weights, scored)
    if kind is not None:
        fields = {kind.name: kind, **fields}
    items = tuple(_row(weights, "line_items", row) for row in decode_rows.line_items(scored))
    taxes = tuple(_row(weights, "tax_lines", row) for row in decode_rows.tax_lines(scored))
    decoding = round((time.perf_counter() - began) * 1000, 3)
    digest = f"{READER}-{weights.digest}"
    return Extraction(READER, digest, fields, items, taxes, {**timings, "decode": decoding})


def _prediction(name: str, choice: Choice, sure: float) -> FieldPrediction:
    rivals = tuple(
        Alternative(
            rival.raw, rival.value, round((1 - sure) / (1 + exp(min(-rival.score, 50.0))), 3), rival.page, rival.box
        )
        for rival in choice.rivals
    )
    reasons = () if sure >= DOUBT else (_doubt(choice),)
    return FieldPrediction(name, choice.raw, choice.value, sure, READER, choice.page, choice.box, rivals, reasons)


def _doubt(choice: Choice) -> str:
    if choice.rivals and choice.margin < 2:
        return f"the model sees {choice.rivals[0].raw!r} as almost as likely"
    return "the amounts of this row do not add up" if choice.agreement < 0 else "the model is not sure of this value"


def _row(weights: Weights, family: str, row: decode_rows.Row) -> Row:
    return {cell: _prediction(cell, choice, confidence(weights, family, choice)) for cell, choice in row.items()}


def _document_type(weights: Weights, scored: Scores) -> FieldPrediction | None:
    if not scored.features.places:
        return None
    order = np.argsort(-scored.types)
    best, second = (float(scored.types[at]) for at in order[:2])
    a, b, _, _ = weights.calibration.get("type", (0.0, 1.0, 0.0, 0.0))
    sure = round(min(CEILING, 1.0 / (1.0 + exp(-(a + b * (best - second))))), 3)
    reasons = () if sure >= DOUBT else (f"it may also be: {DOCUMENT_TYPES[order[1]].replace('_', ' ')}",)
    return FieldPrediction("document_type", "", DOCUMENT_TYPES[order[0]], sure, READER, reasons=reasons)
