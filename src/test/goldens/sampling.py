"""What Transformers' own logits processors make of random logits, for SamplerGoldensTest.

    pip install torch transformers
    python src/test/goldens/sampling.py src/test/resources/sample/transformers.txt

Cases are not stored: both sides draw them from the same SplitMix64. A line of the result has the number of tokens left,
a hash of their scores before temperature (the largest first; ids would not do, since of equal scores at the border of
top-p either may go), the largest and the smallest probability and the sum of the squares of all.

Which processors run, and in which order, Transformers says itself. The penalty is computed in float32, as it computes
all; the others in float64, so that a result at the border is decided by the formula and not by float32's rounding. The
last line says in how many cases float32 keeps other tokens.
"""
import sys

import torch
import transformers
from transformers import GenerationConfig
from transformers.generation.logits_process import RepetitionPenaltyLogitsProcessor
from transformers.generation.utils import GenerationMixin

CASES = int(sys.argv[2]) if len(sys.argv) > 2 else 3000
SEED = 20261124
MASK = (1 << 64) - 1


class SplitMix64:
    def __init__(self, seed):
        self.state = seed

    def next_long(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def below(self, bound):
        return (self.next_long() >> 33) % bound


class Model(GenerationMixin):
    """As much of a model as is asked for which processors its generation runs."""

    class config:
        is_encoder_decoder = False
        vocab_size = 0

    def __init__(self):
        self.generation_config = GenerationConfig()


def case(random):
    """All numbers are exact in float32. The order of the draws is that of SamplerGoldensTest."""
    sizes = [(2, 33), (35, 512), (35, 512), (2000, 2000)]
    least, span = sizes[random.below(4)]
    size = least + random.below(span)
    kind = random.below(3)
    logits = []
    for _ in range(size):
        if kind == 0:  # mostly ties
            logits.append((random.below(161) - 80) / 4)
            continue
        logit = (sum(random.below(8192) for _ in range(4)) - 16384) / 1024
        logits.append(logit + 8 if kind == 2 and random.below(64) == 0 else logit)
    prompt = [random.below(size) for _ in range(random.below(20))]
    options = {
        "repetition_penalty": 1.0 if random.below(2) == 0 else (random.below(96) + 16) / 64,
        "temperature": 1.0 if random.below(2) == 0 else (random.below(126) + 3) / 64,
        "top_k": 0 if random.below(2) == 0 else 1 + random.below(min(size + 10, 200)),
        "top_p": 1.0 if random.below(2) == 0 else (2 * random.below(1024) + 1) / 2048,
        "min_p": None if random.below(2) == 0 else (2 * random.below(256) + 1) / 2048,
    }
    return logits, prompt, options


def processed(logits, prompt, options, dtype):
    config = GenerationConfig(do_sample=True, max_new_tokens=8, **options)
    ids = torch.tensor([prompt], dtype=torch.long) if prompt else torch.zeros((1, 0), dtype=torch.long)
    processors = Model()._get_logits_processor(
        generation_config=config,
        input_ids_seq_length=ids.shape[1],
        prefix_allowed_tokens_fn=None,
        logits_processor=[],
        device="cpu",
    )
    scores = torch.tensor([logits], dtype=torch.float32)
    penalised = scores
    for processor in processors:
        is_penalty = isinstance(processor, RepetitionPenaltyLogitsProcessor)
        scores = processor(ids, scores if is_penalty else scores.to(dtype))
        if is_penalty:
            penalised = scores
    return penalised[0], scores[0].to(dtype)


def line(penalised, scores):
    left = torch.isfinite(scores)
    probabilities = torch.softmax(scores.double(), dim=-1)[left]
    hashed = 0xCBF29CE484222325  # FNV-1a over the 32 bits of each
    for bits in sorted(penalised[left].tolist(), reverse=True):
        value = torch.tensor(bits + 0.0, dtype=torch.float32).view(torch.int32).item() & 0xFFFFFFFF
        hashed = ((hashed ^ value) * 0x100000001B3) & MASK
    return "%d %016x %.12e %.12e %.12e" % (
        int(left.sum()),
        hashed,
        probabilities.max().item(),
        probabilities.min().item(),
        (probabilities * probabilities).sum().item(),
    )


def main():
    random = SplitMix64(SEED)
    lines = ["# transformers %s, seed %d; %s" % (transformers.__version__, SEED, "left hash largest smallest squares")]
    otherwise = 0
    for _ in range(CASES):
        logits, prompt, options = case(random)
        exact = processed(logits, prompt, options, torch.float64)
        plain = processed(logits, prompt, options, torch.float32)
        otherwise += not torch.equal(torch.isfinite(exact[1]), torch.isfinite(plain[1]))
        lines.append(line(*exact))
    lines.append("# float32 keeps other tokens in %d of %d cases" % (otherwise, CASES))
    with open(sys.argv[1], "w") as file:
        file.write("\n".join(lines) + "\n")


main()
