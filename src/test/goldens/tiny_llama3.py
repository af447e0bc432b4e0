"""A tiny model in the shape of Llama 3, and what Transformers and tokenizers say of it, for TinyLlama3Test.

    pip install torch transformers
    python src/test/goldens/tiny_llama3.py src/test/resources/tiny-llama3

Vocabulary and weights are our own: a byte-level BPE trained on the texts below, with Llama 3's pattern, and seeded
random weights in BF16; 384 pieces, 2 layers, 2 query heads on 1 key/value head of 16, tied embeddings, and rotary
scaling `llama3` from 64 positions to 256, so that of the 8 pairs some stay, some are scaled and some are between.

goldens.jsonl has a line a text: ids, and the text that the ids give. logits.jsonl has a line a prompt: ids, all logits
after the last one, computed in float64, the mean negative log-likelihood of all tokens but the first, and the ids that
greedy decoding adds.
"""
import json
import os
import sys

import torch
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import LlamaConfig, LlamaForCausalLM

PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
SPECIAL = ["<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"]
TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}{{ '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'"
    " + message['content'] | trim + '<|eot_id|>' }}{% endfor %}{% if add_generation_prompt %}"
    "{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}"
)
TEXTS = [
    "In the scriptorium the scribes sat by the window and wrote from morning until the light was gone.",
    "One of them read aloud, the others wrote what they heard, and so one book became twelve.",
    "Nobody who writes believes that it is work: three fingers write, the whole body labours.",
    "The ink was made of oak galls, wine and a little iron; the parchment came from the sheep in the valley.",
    "for (int line = 0; line < 1024; line++) { copy(line, pages[line % 16]); }",
    "On 24 November 1326 they finished page 4096, and it was the 365th day of the 7th year.",
    "They'll say we've done it, I'm sure that's so; she'd rather they didn't.",
    "Der Schreiber saß am Fenster; größer als die Bücher war nur die Geduld. Voilà, c'est l'été à Münster.",
    "Писец сидел у окна. 写字间里很安静。 筆写者は窓辺に座っていた。",
    "What is a book?\n\nA book is a garden\tcarried in the pocket.\r\n    Indented, twice  spaced.   ",
    "\U0001f58b\ufe0f \U0001f4da \U0001f469\u200d\U0001f52c e\u0301 \u00e9 \u0000 \u200b \ufeff",
]
CASES = TEXTS + [
    "",
    " ",
    "  ",
    "\n",
    "\n\n\n",
    " \n ",
    "a",
    " a",
    "A's",
    "1",
    "12",
    "123",
    "1234567890",
    "3.14159 -42 1e10 ½ ² Ⅷ ٣",
    "don't DON'T doN'T 'tis",
    "<|begin_of_text|>",
    "before <|eot_id|> after",
    "<|start_header_id|>user<|end_header_id|>",
    "   leading and trailing   ",
    "tab\tand\x0bvertical\x0cfeed\u2028line\u2029paragraph\u0085next\u00a0space\u3000wide",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "the the the the the the the the",
    "!!!???...,,,;;;:::---___***",
    "x=y+z; //comment\r\n#include <stdio.h>\r\n",
    "https://example.org/a/b?c=d&e=f#g user@example.org",
    "ﬁ Å ṩ \u1e9b\u0323",
    "ก็ नमस्ते 안녕하세요 שלום مرحبا",
    "\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7 \U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\x01\x02\x7f\u00ad\u200d",
]
PROMPTS = [
    ("In the scriptorium the scribes", 40),
    (" ".join(TEXTS[:4]), 24),
    (" ".join(TEXTS[:2] + TEXTS[3:5]), 24),
    (" ".join(TEXTS[7:9]), 16),
]


def tokenizer():
    own = Tokenizer(models.BPE(ignore_merges=True))
    own.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PATTERN), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    own.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=384 - len(SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    own.train_from_iterator(TEXTS, trainer)
    own.add_special_tokens([AddedToken(text, special=True, normalized=False) for text in SPECIAL])
    begin = own.token_to_id(SPECIAL[0])
    own.post_processor = processors.Sequence(
        [
            processors.ByteLevel(trim_offsets=False),
            processors.TemplateProcessing(single=SPECIAL[0] + " $A", special_tokens=[(SPECIAL[0], begin)]),
        ]
    )
    return own


def model(vocabulary, scaling=True):
    rope = {"rope_type": "default", "rope_theta": 10000.0}
    if scaling:
        rope.update(
            rope_type="llama3",
            factor=4.0,
            low_freq_factor=1.0,
            high_freq_factor=4.0,
            original_max_position_embeddings=64,
        )
    config = LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=48,
        intermediate_size=80,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=16,
        max_position_embeddings=256,
        rms_norm_eps=1e-5,
        tie_word_embeddings=True,
        rope_parameters=rope,
        bos_token_id=vocabulary - 5,
        eos_token_id=[vocabulary - 4, vocabulary - 1],
    )
    own = LlamaForCausalLM(config)
    generator = torch.Generator().manual_seed(20261124)
    with torch.no_grad():
        for name, weights in own.named_parameters():
            spread = torch.randn(weights.shape, generator=generator)
            scale = 1.0 if "embed" in name else 2.5 / weights.shape[-1] ** 0.5
            weights.copy_(1 + 0.1 * spread if weights.dim() == 1 else scale * spread)
    return own.bfloat16()


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    own = tokenizer()
    own.save(os.path.join(folder, "tokenizer.json"))
    vocabulary = own.get_vocab_size()
    stored = model(vocabulary)
    stored.save_pretrained(folder)
    with open(os.path.join(folder, "tokenizer_config.json"), "w") as file:
        settings = {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "bos_token": SPECIAL[0],
            "eos_token": SPECIAL[4],
            "chat_template": TEMPLATE,
        }
        json.dump(settings, file, indent=2)
        file.write("\n")
    with open(os.path.join(folder, "goldens.jsonl"), "w") as file:
        for text in CASES:
            ids = own.encode(text, add_special_tokens=False).ids
            case = {"text": text, "ids": ids, "decoded": own.decode(ids, skip_special_tokens=True)}
            file.write(json.dumps(case) + "\n")
    exact = LlamaForCausalLM.from_pretrained(folder).double().eval()
    unscaled = model(vocabulary, scaling=False).double().eval()
    with open(os.path.join(folder, "logits.jsonl"), "w") as file, torch.no_grad():
        for text, count in PROMPTS:
            ids = own.encode(text).ids
            logits = exact(torch.tensor([ids])).logits[0]
            other = unscaled(torch.tensor([ids])).logits[0]
            losses = torch.nn.functional.cross_entropy(logits[:-1], torch.tensor(ids[1:]), reduction="none")
            more = list(ids)
            gap = 1e9
            while len(more) < len(ids) + count:
                last = exact(torch.tensor([more])).logits[0, -1]
                two = torch.topk(last, 2)
                gap = min(gap, (two.values[0] - two.values[1]).item())
                more.append(two.indices[0].item())
            print(
                "%d ids, logits from %.2f to %.2f, smallest gap %.4f, without scaling they differ by %.2f"
                % (len(ids), logits[-1].min(), logits[-1].max(), gap, (logits[-1] - other[-1]).abs().max())
            )
            case = {
                "ids": ids,
                "logits": [round(value, 7) for value in logits[-1].tolist()],
                "mean_nll": losses.mean().item(),
                "greedy": more[len(ids) :],
            }
            file.write(json.dumps(case) + "\n")


main()
