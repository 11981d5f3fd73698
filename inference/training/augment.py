"""Documents made stranger than the generator draws them, so that the network leans on no single sign."""

import random
from dataclasses import replace

from inference.extraction.features import Features, without_vocabulary
from inference.extraction.labels import fold, lexicon, phrases
from inference.extraction.vocabulary import LEGAL_FORMS
from inference.training.synthetic import Label, Sample
from inference.types import Reading, Word

_NAMES = ("seller_name", "buyer_name", "ship_to_name")
_FORMS = frozenset(phrases(LEGAL_FORMS))


def rename(sample: Sample, rng: random.Random, share: float) -> Sample:
    """Companies called by ordinary words ("Au bon moulin"), the legal form often left out; labels move along.

    The words are borrowed from the same document, so their language is right. The truth is that of the old names: a
    renamed sample is for learning from its labels only.
    """
    ordinary = [
        word.text.strip(".,;:()")
        for page, marks in zip(sample.reading.pages, sample.labels, strict=True)
        for word, tags in zip(page.words, marks, strict=True)
        if not tags or tags[0].name == "line_items"
    ]
    ordinary = [text for text in ordinary if text.isalpha() and not _means_something(text)]
    chosen = {name for name in _NAMES if rng.random() < share}
    if len(ordinary) < 5 or not chosen:
        return sample
    change = rng.choice((str.title, str.title, str.lower, str.upper, str))
    formless = rng.random() < 0.5
    names: dict[str, str | None] = {}
    pages, labels = [], []
    for page, marks in zip(sample.reading.pages, sample.labels, strict=True):
        kept: list[tuple[Word, tuple[Label, ...]]] = []
        for word, tags in zip(page.words, marks, strict=True):
            if {tag.name for tag in tags} & chosen and len(tags) == 1:
                if word.text not in names:
                    form = fold(word.text) in _FORMS
                    names[word.text] = (None if formless else word.text) if form else change(rng.choice(ordinary))
                text = names[word.text]
                if text is None:
                    continue
                word = word._replace(text=text)
            kept.append((word, tags))
        pages.append(replace(page, words=tuple(word for word, _ in kept)))
        labels.append(tuple(tags for _, tags in kept))
    return replace(sample, reading=Reading(tuple(pages)), labels=tuple(labels))


def _means_something(text: str) -> bool:
    key = fold(text)
    return key in _FORMS or any(key in lexicon(table)[0] for table in ("FIELD_LABELS", "AMOUNT_LABELS"))


def blind(features: Features, rng: random.Random, share: float) -> Features:
    """For a share of documents the vocabulary is forgotten: labels must be known by their letters and their place."""
    return without_vocabulary(features) if rng.random() < share else features
