"""A few lines of Python that reproduce the numbers of a page as it is set now, one function a page.

They read the values of the page's fields, which the fields have already checked, and write every one of them as a
Python literal: what a visitor typed can be no more than a text in the code.
"""

from collections.abc import Callable, Mapping
from typing import Any

State = Mapping[str, Any]

_READING = """\
from nlm_core.lm import registry
from nlm_core.lm.candidates import candidates
from nlm_core.lm.ledger import chain_rule
from nlm_core.lm.reader import PrefixReader

reader = PrefixReader(registry.load({model!r}))
reading = reader.read({prefix!r})
for c in candidates(reader.model, reading.columns[-1], k=10).top:
    print(f"{{c.p:.6f}}  {{c.text}}")  # p over the whole vocabulary
for e in chain_rule(reading.followers):
    print(f"{{reader.model.symbol(e.token_id)}}  p = {{e.p:.6f}}  ln P = {{e.running_logp:.3f}}")
"""

_PROMPT = """\
import torch
from nlm_core.lm import registry
from nlm_core.lm.reader import PrefixReader
from nlm_core.lm.sampling import Sampling, generate

reader = PrefixReader(registry.load({model!r}))
ids = [reader.model.start_id, *reader.model.encode({prompt!r})]
sampling = Sampling(temperature={temperature!r}, top_k={top_k!r}, top_p={top_p!r})
generator = torch.Generator().manual_seed({seed!r})
for token in generate(reader, ids, sampling, generator, {limit!r}):
    print(f"{{reader.model.symbol(token.token_id)}}  p = {{token.p:.6f}}")
"""

_SENTIMENT = """\
from nlm_core.sentiment.classifier import fit{import_split}
{import_data}
from nlm_core.sentiment.encoders import load_encoder
from nlm_core.sentiment.features import features_of

encoder, data = load_encoder({encoder!r}), {data}
x = features_of(encoder, data.sentences, [{layer!r}], [{pooling!r}]).at({layer!r}, {pooling!r})
{split}
lr = fit(x[train], data.labels[train].tolist(), C={C!r})
score = lr.score(x[test], data.labels[test].tolist())
print(f"{{score.accuracy:.1%}} of {{len(test)}} right, 95 % interval {{score.interval}}")
feature = encoder.encode([{sentence!r}]).features({layer!r}, {pooling!r})
print(f"p(1) = {{lr.probability(feature)[0]:.4f}}")
"""
_DATA = {
    "Film reviews": ("from nlm_core.sentiment.datasets import film_reviews", "film_reviews()"),
    "SST-2": ("from nlm_core.sentiment.sst2 import sst2", "sst2()"),
    "Own table": (
        "from pathlib import Path\nfrom nlm_core.sentiment.datasets import read_table",
        'read_table(Path("your_table.csv"))',
    ),
}
_GIVEN = """\
train = [i for i, part in enumerate(data.split) if part == "train"]
test = [i for i, part in enumerate(data.split) if part == "test"]"""
_DRAWN = """\
places = split(data.labels.tolist(), {test_share!r}, {seed!r})
train, test = places.train, places.test"""

_ENCODER = """\
import torch
from nlm_core.lm import registry
from nlm_core.lm.blanks import sentence

bert = registry.load_bert(registry.MODELS_FOLDER / registry.BERT)
found = sentence(bert, {sentence!r})
blank = {word}
p = bert.fill([found.row], [blank])[0]  # both sides are seen
for p_i, i in zip(*p.topk(8), strict=True):
    print(f"{{p_i:.6f}}  {{bert.tokenizer.symbol(int(i))}}")

gpt = registry.load({model!r})
left = [gpt.start_id, *gpt.encode(bert.tokenizer.decode(found.row[1:blank]))]
q = gpt.output(gpt.hidden(torch.tensor([left])))[0, -1].float().softmax(-1)  # the left side alone
for q_i, i in zip(*q.topk(8), strict=True):
    print(f"{{q_i:.6f}}  {{gpt.symbol(int(i))}}")
"""

_NETWORK = """\
import torch
from nlm_core.nn.{module} import {maker}

{parameters}
x = torch.tensor({x}, dtype=torch.float64)
W, b = [w.clone().requires_grad_() for w in network.W], [v.clone().requires_grad_() for v in network.b]
sigma = {sigma}
h = x
for w, v in zip(W[:-1], b[:-1]):
    h = sigma(w @ h + v)
y_hat = W[-1] @ h + b[-1]
print("y_hat =", [round(number, 6) for number in y_hat.tolist()])
"""
_SIGMA = {
    "Sigmoid": "torch.sigmoid",
    "ReLU": "torch.relu",
    "Tanh": "torch.tanh",
    "GeLU": "torch.nn.functional.gelu",
    "Identity": "torch.nn.Identity()",
}
_BACKWARD = """\
y = torch.tensor({y}, dtype=torch.float64)
loss = {loss}
loss.backward()
print(f"L = {{loss.item():.6f}}")
for layer, (w, v) in enumerate(zip(W, b), start=1):
    print(f"dL/dW_{{layer}} =", w.grad.numpy().round(4).tolist())
    print(f"dL/db_{{layer}} =", v.grad.numpy().round(4).tolist())
"""
_TORCH_LOSSES = {
    "L2": "0.5 * (y - y_hat).square().sum()",
    "L1": "(y - y_hat).abs().sum()",
    "BCE": 'torch.nn.functional.binary_cross_entropy_with_logits(y_hat, y, reduction="sum")',
    "CE": "torch.nn.functional.cross_entropy(y_hat, y)",
}

_WORDS = """\
import torch

words, logits = {words!r}, torch.tensor({logits}, dtype=torch.float64)
y_hat = torch.softmax(logits / {tau!r}, dim=-1)
true = words.index({true!r})
y = torch.nn.functional.one_hot(torch.tensor(true), len(words)).double()
for word, p in zip(words, y_hat.tolist()):
    print(f"{{p:.6f}}  {{word}}")
ce = -torch.log(y_hat[true])
print(f"CE = {{ce:.6f}}  perplexity = {{ce.exp():.6f}}")
"""
_TWO_CLASSES = """\
import torch

logit, y = torch.tensor({logit!r}, dtype=torch.float64), torch.tensor({y!r}, dtype=torch.float64)
y_hat = torch.sigmoid(logit)
bce = torch.nn.functional.binary_cross_entropy_with_logits(logit, y)
print(f"y_hat = {{y_hat:.6f}}  BCE = {{bce:.6f}}")
"""
_REGRESSION = """\
import torch

y_hat, y = torch.tensor({y_hat}, dtype=torch.float64), torch.tensor({y}, dtype=torch.float64)
print(f"L2 = {{0.5 * (y - y_hat).square().sum():.6f}}  L1 = {{(y - y_hat).abs().sum():.6f}}")
"""

_DESCENT = """\
import torch
from nlm_core.optim.descent import Settings
from nlm_core.optim.optimizers import Coefficients
from nlm_core.optim.path import descend
{surface_import}

surface = {surface}
settings = Settings({optimizer!r}, {rate!r}, {steps!r}, {batch!r}, {schedule!r}, Coefficients(momentum={beta!r}))
path = descend(surface, [({x0!r}, {y0!r})], settings, torch.Generator().manual_seed({seed!r}))
print("end of the path", path.positions[0, -1].tolist(), f"loss {{path.losses[0, -1]:.6g}}")
"""

_LANDSCAPE = """\
from nlm_core.optim.landscape import landscape
from nlm_core.optim.subject import {imports}, plane

{subject}
at = plane(subject, {kind!r}, seed={direction_seed!r}, reach={reach!r})
*_, grid = landscape(subject.loss, at.directions, a_range=at.a_range, b_range=at.b_range, level={level!r})
print(f"losses in the plane from {{grid.losses.min():.4g}} to {{grid.losses.max():.4g}}")
"""
_CLASSIFIER = """\
fit = Fit(Recipe({data!r}, {depth!r}, {width!r}, {skip!r}, {seed!r}, {steps!r}, {rate!r}))
for step in fit.steps():
    pass
subject = fit.subject()
print(f"the trained network's loss {{step.loss:.4g}}")"""
_RNN = """\
from pathlib import Path
from nlm_core.lm import registry

sentences = Path("assets/data/held_out_sentences.txt").read_text(encoding="utf-8").splitlines()[:{count!r}]
subject = rnn_subject(registry.load("nlm-rnn"), sentences)"""

_WINDOW = """\
from nlm_core.lm import registry
from nlm_core.lm.divergence import diverge
from nlm_core.lm.ledger import chain_rule
from nlm_core.lm.reader import PrefixReader

models = {{"window": registry.load("nlm-window").with_window({N!r}), "RNN": registry.load("nlm-rnn")}}
for name, model in models.items():
    last = chain_rule(PrefixReader(model).read({prefix!r}).followers)[-1]
    print(f"{{name}}: ln P = {{last.running_logp:.3f}}, perplexity {{last.perplexity:,.2f}}")
    first, second = ([model.start_id, *model.encode(text)] for text in ({prefix!r}, {other!r}))
    gap = diverge(model, first, second, 10).gaps[-1]
    print(f"{{name}}: {{gap.back}} words after the difference, KL = {{gap.kl:.3g}}")
"""

_STEP = """\
import torch
from nlm_core.lm import registry

model = registry.load("nlm-rnn")
ids = torch.tensor([[model.start_id, *model.encode({prefix!r})]])
h = model.hidden(ids)[0]  # h_0 ... h_n, one row a step
t = {t!r}
print(f"h_{{t}}[0:6] =", [f"{{value:.4g}}" for value in h[t, :6].tolist()])
p = model.output(h)[t].softmax(-1)
for p_i, i in zip(*p.topk(7), strict=True):
    print(f"{{p_i:.6f}}  {{model.symbol(int(i))}}")
"""

_TRAIN = """\
from pathlib import Path
from nlm_core.lm.visitor_settings import Settings
from nlm_core.lm.visitor_training import VisitorRun
from nlm_core.text.visitor_text import read_text

text = read_text(Path({file!r}).read_text(encoding="utf-8"))
run = VisitorRun(text, Settings({settings}))
run.go_on({steps!r})
while not run.ended:
    run.advance()
for point in run.points[1 :: max(1, len(run.points) // 10)]:
    print(f"step {{point.number:,}}  loss {{point.loss:.4f}}")
"""


def _next_token(state: State) -> str:
    return _READING.format(model=_model(state), prefix=state.get("prefix", "I went to the"))


def _model(state: State) -> str:
    return state.get("model") or "nlm-gpt"


def _prompt(state: State) -> str:
    return _PROMPT.format(
        model=_model(state),
        prompt=state.get("prompt", "Recite the first law of robotics"),
        temperature=state.get("temperature", 1.0),
        top_k=state.get("top_k", 0),
        top_p=state.get("top_p", 1.0),
        seed=state.get("seed", 0),
        limit=state.get("limit", 30),
    )


def _sentiment(state: State) -> str:
    given = state.get("split", "As given") == "As given"
    import_data, data = _DATA.get(state.get("data", ""), _DATA["Film reviews"])
    return _SENTIMENT.format(
        import_split="" if given else ", split",
        import_data=import_data,
        data=data,
        encoder=state.get("encoder") or "minilm",
        layer=state.get("layer", 6),
        pooling=state.get("pooling", "cls"),
        split=_GIVEN if given else _DRAWN.format(test_share=state.get("test_share", 0.25), seed=state.get("seed", 0)),
        C=state.get("C", 1.0),
        sentence=state.get("sentence", "a visually stunning rumination on love"),
    )


def _encoder(state: State) -> str:
    word = state.get("word")
    return _ENCODER.format(
        sentence=state.get("sentence", "I went to the park."),
        word="found.last_word()" if word is None else f"min({int(word)}, found.words)",
        model=_model(state),
    )


def _network(state: State) -> str:
    k = state.get("k", 3)
    sizes = (k, *(state.get(f"d{i}", 4) for i in range(1, state.get("layers", 1) + 1)), state.get("d", 2))
    theta = state.get("theta")
    if theta:
        module, maker, parameters = "theta", "from_text", f"network = from_text({theta!r}, {sizes})"
    else:
        module, maker = "mlp", "random_parameters"
        seed = f"torch.Generator().manual_seed({state.get('seed', 7)!r})"
        parameters = f"network = random_parameters({sizes}, {seed}, decimals=1, bias=0.5)"
    usual = (1.0, -0.5, 2.0)
    return _NETWORK.format(
        module=module,
        maker=maker,
        parameters=parameters,
        x=[state.get(f"x{i + 1}", usual[i % 3]) for i in range(k)],
        sigma=_SIGMA[state.get("sigma", "Sigmoid")],
    )


def _backpropagation(state: State) -> str:
    d, name = state.get("d", 2), state.get("loss", "L2")
    if name == "CE":
        true = state.get("true", 1)
        y = [float(i + 1 == true) for i in range(d)]
    else:
        kind, usual = ("p", (1.0, 0.0)) if name == "BCE" else ("", (0.9, -1.2))
        y = [state.get(f"y{kind}{i + 1}", usual[i % 2]) for i in range(d)]
    return _network(state) + _BACKWARD.format(y=y, loss=_TORCH_LOSSES[name])


def _losses(state: State) -> str:
    problem = state.get("problem", "Multi-class classification")
    if problem == "Regression":
        usual = {"yhat_1": 1.5, "yhat_2": -0.6, "y_1": 0.6, "y_2": -0.9}
        found = [state.get(key, value) for key, value in usual.items()]
        return _REGRESSION.format(y_hat=found[:2], y=found[2:])
    if problem == "2-way classification":
        return _TWO_CLASSES.format(logit=state.get("logit", 1.0), y=float(state.get("class", "1")))
    words = list(dict.fromkeys(str(state.get("words", "park store doctor beach banana")).split()))
    usual_logits = (2.0, 1.4, 0.6, 0.4, -2.0, 0.0, 0.0, 0.0)
    return _WORDS.format(
        words=words,
        logits=[state.get(f"l{i + 1}", usual_logits[i % 8]) for i in range(len(words))],
        tau=state.get("tau", 1.0),
        true=state.get("true", words[0] if words else ""),
    )


def _descent(state: State) -> str:
    from nlm_core.optim.formula import formula_surface
    from nlm_core.optim.optimizers import optimizer
    from nlm_core.optim.surfaces import SURFACES, surface

    name = state.get("surface", next(iter(SURFACES)))
    if name in SURFACES:
        chosen, made = surface(name), f"surface({name!r})"
        imported = "from nlm_core.optim.surfaces import surface"
    else:
        formula = state.get("formula", "x^2/4 + y^2 + sin(3*x)*cos(2*y)")
        chosen, made = formula_surface(formula), f"formula_surface({formula!r})"
        imported = "from nlm_core.optim.formula import formula_surface"
    rule = state.get("optimizer", "GD")
    whole = optimizer(rule).whole_data or not chosen.examples
    return _DESCENT.format(
        surface_import=imported,
        surface=made,
        optimizer=rule,
        rate=state.get("alpha", chosen.rate),
        steps=state.get("T", 60),
        batch=None if whole else state.get("B", min(4, chosen.examples)),
        schedule=state.get("schedule", "Constant"),
        beta=state.get("beta", 0.9),
        x0=state.get("x0", float(f"{chosen.start[0]:.4g}")),
        y0=state.get("y0", float(f"{chosen.start[1]:.4g}")),
        seed=state.get("seed", 0),
    )


def _window(state: State) -> str:
    return _WINDOW.format(
        N=state.get("N", 3),
        prefix=state.get("prefix", "The keys to the old house by the river"),
        other=state.get("other", "The key to the old house by the river"),
    )


def _step(state: State) -> str:
    return _STEP.format(prefix=state.get("prefix", "I went to the"), t=state.get("t", 0))


def _landscape(state: State) -> str:
    if state.get("source") == "nlm-rnn":
        imports, kind = "rnn_subject", "Random"
        subject = _RNN.format(count=state.get("sentences", 4))
        level = {"5": 2, "9": 3, "17": 4}[state.get("n_rnn", "9")]
    else:
        imports, kind = "Fit, Recipe", state.get("directions", "PCA")
        subject = _CLASSIFIER.format(
            data=state.get("data", "Two moons"),
            depth=state.get("depth", 6),
            width=state.get("width", 16),
            skip=state.get("skip", False),
            seed=int(state.get("seed", 0)),
            steps=int(state.get("T", 300)),
            rate=state.get("alpha", 0.1),
        )
        level = {"17": 4, "33": 5, "65": 6}[state.get("n", "33")]
    drawn = kind == "Random"
    return _LANDSCAPE.format(
        imports=imports,
        subject=subject,
        kind=kind,
        direction_seed=int(state.get("direction_seed", 0)) if drawn else 0,
        reach=state.get("reach", 1.0) if drawn else 1.0,
        level=level,
    )


def _train(state: State) -> str:
    from dataclasses import asdict

    from nlm_core.lm.visitor_settings import Settings

    chosen = {name: type(value)(state.get(name, value)) for name, value in asdict(Settings()).items()}
    park = state.get("source", "Park sentences") == "Park sentences"
    return _TRAIN.format(
        file="assets/data/park_sentences.txt" if park else "your_text.txt",
        settings=", ".join(f"{name}={value!r}" for name, value in chosen.items()),
        steps=200,
    )


SNIPPETS: dict[str, Callable[[State], str]] = {
    "pages/next_token.py": _next_token,
    "pages/prompt.py": _prompt,
    "pages/bert_sentiment.py": _sentiment,
    "pages/encoder_or_decoder.py": _encoder,
    "pages/neural_network.py": _network,
    "pages/losses.py": _losses,
    "pages/gradient_descent.py": _descent,
    "pages/loss_landscape.py": _landscape,
    "pages/backpropagation.py": _backpropagation,
    "pages/window_or_recurrence.py": _window,
    "pages/step_rnn.py": _step,
    "pages/train_rnn.py": _train,
}
