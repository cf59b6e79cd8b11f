"""A visitor's run as a script: the few lines of plain PyTorch that give the same losses."""

from nlm_core.lm.visitor_training import VisitorRun
from nlm_core.text.word_vocabulary import UNKNOWN, WORD

VOCABULARY_FILE, SENTENCES_FILE = "vocabulary.json", "sentences.txt"

_WORDS = """\
WORDS = json.loads(Path("{vocabulary}").read_text(encoding="utf-8"))
ID = {{word: i for i, word in enumerate(WORDS)}}
START, STOP, UNKNOWN = 0, 1, 2  # their places in the list


def encode(text):  # every word and mark with the space before it, the rare ones as {unknown}
    words = re.findall(r"{pattern}", " " + " ".join(text.split()))
    other = [word[1:] if word[0] == " " else " " + word for word in words]
    return [ID.get(word, ID.get(twin, UNKNOWN)) for word, twin in zip(words, other)]
"""

_BPE = """\
from tokenizers import Tokenizer

BPE = Tokenizer.from_file("{vocabulary}")
BPE.encode_special_tokens = True
START, STOP = BPE.token_to_id("<START>"), BPE.token_to_id("<STOP>")


def encode(text):
    return BPE.encode(text, add_special_tokens=False).ids
"""

_SCRIPT = '''\
"""An Elman network trained as on the page; {vocabulary} and {sentences} must lie beside this file."""

import json
import re
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence

V, E, H, BATCH, STEPS, SEED = {V}, {E}, {H}, {batch}, {steps}, {seed}
BY_HAND = {by_hand}  # step: the sentence that was put first into its batch
torch.set_num_threads(1)

{vocabulary_code}

# The start: embedding ~ N(0, 1), W_h ~ N(0, 1/E), U_h orthogonal, W_y ~ N(0, 1/H), biases 0.
generator = torch.Generator().manual_seed(SEED)
embedding, rnn, output = nn.Embedding(V, E), nn.RNN(E, H, batch_first=True), nn.Linear(H, V)
with torch.no_grad():
    embedding.weight.copy_(torch.randn(V, E, generator=generator))
    rnn.weight_ih_l0.copy_(E**-0.5 * torch.randn(H, E, generator=generator))
    nn.init.orthogonal_(rnn.weight_hh_l0, generator=generator)
    output.weight.copy_(H**-0.5 * torch.randn(V, H, generator=generator))
    for bias in (rnn.bias_ih_l0, rnn.bias_hh_l0, output.bias):
        bias.zero_()
rnn.bias_hh_l0.requires_grad_(False)  # nn.RNN has two biases for one b_h
parameters = [p for part in (embedding, rnn, output) for p in part.parameters() if p.requires_grad]
optimizer = torch.optim.{optimizer}

lines = [[START, *encode(line), STOP] for line in Path("{sentences}").read_text(encoding="utf-8").split("\\n")]
BATCH = min(BATCH, len(lines))
batches_a_pass = -(-len(lines) // BATCH)
for step in range(STEPS):
    # 1. input/output pairs: each token of a line, and the token after it
    epoch, place = divmod(step, batches_a_pass)
    order = np.random.default_rng([SEED, epoch]).permutation(len(lines))[place * BATCH : (place + 1) * BATCH]
    batch = [lines[i] for i in order]
    if step in BY_HAND:
        batch[0] = [START, *encode(BY_HAND[step]), STOP]
    x = pad_sequence([torch.tensor(line[:-1]) for line in batch], batch_first=True)
    y = pad_sequence([torch.tensor(line[1:]) for line in batch], batch_first=True, padding_value=-100)
    # 2. run the model, 3. cross-entropy
    h, _ = rnn(embedding(x))
    loss = nn.functional.cross_entropy(output(h).flatten(0, 1), y.flatten(), ignore_index=-100)
    # 4. backpropagate
    optimizer.zero_grad()
    loss.backward()
    {clip}
    # 5. one step of gradient descent
    optimizer.step()
    print(step + 1, f"{{loss.item():.6f}}")
'''

_OPTIMIZERS = {
    "SGD": "SGD(parameters, lr={rate!r})",
    "SGD with momentum": "SGD(parameters, lr={rate!r}, momentum=0.9)",
    "Adam": "Adam(parameters, lr={rate!r}, betas=(0.9, 0.98))",
}


def script(run: VisitorRun) -> str:
    """A script that prints "step loss" for every step that the run has taken, to its float32 rounding.

    It reads the downloads ``vocabulary.json`` and ``sentences.txt`` beside it.
    """
    settings = run.settings
    code = _WORDS if settings.vocabulary == "Words" else _BPE
    clip = f"nn.utils.clip_grad_norm_(parameters, {settings.clip!r})" if settings.clip else "# no clipping"
    return _SCRIPT.format(
        vocabulary=VOCABULARY_FILE,
        sentences=SENTENCES_FILE,
        V=run.vocabulary.vocab_size,
        E=settings.embedding,
        H=settings.hidden,
        batch=settings.batch,
        steps=run.number,
        seed=settings.seed,
        by_hand=repr(run.by_hand),
        vocabulary_code=code.format(vocabulary=VOCABULARY_FILE, unknown=UNKNOWN, pattern=WORD).strip(),
        optimizer=_OPTIMIZERS[settings.optimizer].format(rate=float(settings.learning_rate)),
        clip=clip,
    )


def sentences_file(run: VisitorRun) -> str:
    """The sentences that the run trains on, one a line."""
    return "\n".join(run.text.train)
