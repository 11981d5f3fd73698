"""How sure the rules may be: a logistic of the evidence, with coefficients fitted per family of fields."""

from math import exp

# Intercept; strength of the evidence (0..1.5); margin over the next value (0..1); agreement (check digits, arithmetic).
# Fitted by logistic regression on synthetic documents and the samples licensed for training, then moved half the way
# back to the prior guess, because real suppliers vary more than both.
COEFFICIENTS: dict[str, tuple[float, float, float, float]] = {
    "id": (-1.0, 2.95, 1.0, 0.5),
    "date": (-0.95, 4.3, 1.4, 0.5),
    "money": (-0.35, 1.5, 0.45, 1.8),
    "party": (-1.9, 1.7, 1.5, 0.55),
    "checked": (0.0, 1.2, 0.8, 1.9),
    "text": (-0.9, 1.9, 0.6, 0.3),
}
CEILING = 0.99


def confidence(family: str, strength: float, margin: float, agreement: float = 0.0) -> float:
    """The estimated probability that the value is right, never above `CEILING`. Monotone in every argument."""
    a, b, c, d = COEFFICIENTS[family]
    logit = a + b * min(max(strength, 0.0), 1.5) + c * min(max(margin, 0.0), 1.0) + d * agreement
    return round(min(CEILING, 1.0 / (1.0 + exp(-logit))), 3)
