"""What a training run is made of; the whole of it is stored with the weights."""

from dataclasses import dataclass

_LATIN = "ÁÀÂÄÃÅĄÆÇĆČĎÐĐÉÈÊËĘĚÍÌÎÏŁÑŃŇÓÒÔÖÕŐØŒŘŚŠŞŤÚÙÛÜŰŮÝŹŻŽ"
VOCABULARY = (
    " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"
    + _LATIN
    + _LATIN.lower()
    + "ß€£§°²³·•–—„“”‚‘’«»…×½±µ©®™"
)
"""Characters a reader knows. The space stands where two words lie in one crop."""

HELD_OUT = ("Lato", "Caladea", "Cantarell", "FiraCode", "Play", "CharisSIL", "ClearSans", "Hack")
"""Font families never seen in training, by which reading is tested."""


@dataclass(frozen=True)
class TrainingConfig:
    """What every run has. It learns from `examples` in turn and may stop and go on at any time. The learning rate
    stays until the last `settle` of them, over which it falls to nothing; an average of the weights (`average` of it
    kept per step) is what is exported. Wear grows from none to all over the first `gentle` examples.
    """

    name: str
    examples: int
    settle: int = 0
    architecture: str = ""
    rate: float = 1e-3
    decay: float = 1e-4
    warmup: int = 100
    average: float = 0.99
    clip: float = 5.0
    gentle: int = 1_500
    threads: int = 1
    validation: int = 12
    save_every_s: float = 180.0
    check_every_s: float = 600.0
    seed: int = 12


@dataclass(frozen=True)
class RecognitionConfig(TrainingConfig):
    """Examples are crops, drawn one after another; words grow from short to long as wear does. A batch is `pixels`
    wide."""

    architecture: str = "crnn_mobilenet_v3_small"
    vocabulary: str = VOCABULARY
    pixels: int = 64 * 128
    rate: float = 1.5e-3
    warmup: int = 300
    average: float = 0.998
    gentle: int = 120_000
    validation: int = 400
    save_every_s: float = 120.0
    check_every_s: float = 300.0
    seed: int = 11


RECOGNITION = {
    "base": RecognitionConfig("base", 4_000_000, settle=400_000),
    "shipped": RecognitionConfig("shipped", 640_000, settle=90_000),
    "further": RecognitionConfig("further", 240_000, settle=240_000, rate=1.3e-3, gentle=1, seed=31),
    "smoke": RecognitionConfig("smoke", 12, settle=6, pixels=4 * 128, gentle=6, validation=2),
}


@dataclass(frozen=True)
class DetectionConfig(TrainingConfig):
    """Examples are parts of pages, `side` pixels square, at `dpi` from the first to the second; `batch` per step."""

    architecture: str = "db_mobilenet_v3_large"
    side: int = 512
    dpi: tuple[int, int] = (70, 160)
    batch: int = 2


DETECTION = {
    "base": DetectionConfig("base", 60_000, settle=6_000),
    "smoke": DetectionConfig("smoke", 2, side=128, batch=1, validation=1),
}
