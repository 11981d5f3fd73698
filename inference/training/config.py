"""What a training run is made of; the whole of it is stored with the weights."""

from dataclasses import dataclass, field

from inference.extraction.model import ModelConfig


@dataclass(frozen=True)
class TrainConfig:
    """`documents` are drawn one after another from `first_seed`; families held out by name are skipped.

    `degraded` and `rendered` are shares: as if scanned; drawn as PDF and read back; `renamed` companies; documents
    `blind` to the vocabulary; `real` layouts with other content, where folders of real documents are given. Each
    document is seen `views` times, the later ones at random from the last `pool` documents: drawing one costs more
    than learning from it.
    `validation` documents come from held-out families at `validation_seed`. The learning rate warms up, then falls
    along a cosine.
    """

    name: str
    model: ModelConfig = field(default_factory=ModelConfig)
    documents: int = 22_500
    batch: int = 8
    first_seed: int = 10_000_000
    degraded: float = 0.2
    rendered: float = 0.08
    renamed: float = 0.4
    blind: float = 0.1
    real: float = 0.0
    views: int = 3
    pool: int = 400
    rate: float = 2.5e-3
    warmup: float = 0.03
    decay: float = 0.01
    clip: float = 1.0
    type_weight: float = 0.1
    threads: int = 1
    readers: int = 1
    validation: int = 60
    validation_seed: int = 1
    log_every_s: float = 20.0
    check_every_s: float = 120.0
    seed: int = 7


CONFIGS = {
    "base": TrainConfig("base"),
    "further": TrainConfig(
        "further", documents=42_000, first_seed=40_000_000, degraded=0.22, rendered=0.1, blind=0.12, rate=1.2e-3
    ),
    "wider": TrainConfig(
        "wider", documents=11_500, first_seed=60_000_000, degraded=0.22, rendered=0.1, blind=0.12, rate=1.0e-3
    ),
    "mixed": TrainConfig(
        "mixed",
        documents=9_000,
        first_seed=97_000_000,
        degraded=0.22,
        rendered=0.1,
        blind=0.12,
        real=0.5,
        views=2,
        rate=7e-4,
    ),
    "smoke": TrainConfig(
        "smoke",
        ModelConfig(text=16, width=32, link=8, hidden=32, layers=2, broadcast=(1,)),
        documents=48,
        batch=8,
        rendered=0.0,
        readers=0,
        pool=8,
        validation=4,
    ),
}
