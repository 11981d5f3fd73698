"""How sure the rules may be: a logistic of the evidence, with coefficients fitted per family of fields."""

from math import exp

# intercept, strength of the evidence (0..about 1.2), margin over the next value, agreement (check digits, arithmetic)
COEFFICIENTS: dict[str, tuple[float, float, float, float]] = {
    "id": (-2.2, 3.6, 1.2, 0.6),
    "date": (-1.8, 3.6, 1.2, 0.4),
    "money": (-1.8, 2.0, 0.6, 2.4),
    "party": (-2.6, 1.6, 1.4, 0.5),
    "checked": (-1.0, 1.5, 1.0, 2.4),
    "text": (-1.5, 2.2, 0.6, 0.3),
}
CEILING = 0.99


def confidence(family: str, strength: float, margin: float, agreement: float = 0.0) -> float:
    """The estimated probability that the value is right, never above `CEILING`. Monotone in every argument."""
    a, b, c, d = COEFFICIENTS[family]
    logit = a + b * min(max(strength, 0.0), 1.5) + c * min(max(margin, 0.0), 1.0) + d * agreement
    return round(min(CEILING, 1.0 / (1.0 + exp(-logit))), 3)
