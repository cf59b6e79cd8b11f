"""The command line: ``python -m nlm_core predict | score | models | train | features | classify | bench``.

With ``--json`` exactly one JSON object goes to standard output; messages and progress bars go to standard error.
A bad argument or an unusable model ends with one clear line and exit status 2.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NoReturn

from nlm_core.lm.base import ModelUnavailableError, UnknownModelError

# Of longer files no more than this is read before they are refused.
MAX_SCORED_LINES = 200_000
# What NumPy and torch both take.
MAX_SEED = 2**63 - 1


class CommandError(Exception):
    """A request that cannot be met; the message is the one line that the user sees."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise CommandError(f"{message} (see {self.prog} --help)")


def _download_bar() -> Callable[[int, int, str], None]:
    bar: Any = None

    def show(done: int, total: int, what: str) -> None:
        nonlocal bar
        from tqdm import tqdm

        if bar is None:
            bar = tqdm(total=total, unit="B", unit_scale=True, desc=what, file=sys.stderr)
        bar.update(done - bar.n)

    return show


def _load(name: str) -> Any:
    from nlm_core.lm import registry

    return registry.load(name, on_progress=_download_bar())


def _load_encoder(name: str | None) -> Any:
    from nlm_core.sentiment.encoders import default_encoder, load_encoder

    return load_encoder(name or default_encoder(), on_progress=_download_bar())


def _print(result: dict[str, Any], as_json: bool, text: Callable[[], str]) -> None:
    sys.stdout.write((json.dumps(result) if as_json else text()) + "\n")


def predict(arguments: argparse.Namespace) -> None:
    """The next tokens after a prefix, p over the whole vocabulary."""
    from nlm_core.lm.reader import TOP, PrefixReader
    from nlm_core.text.display import token_text

    if not 1 <= arguments.top <= TOP:
        raise CommandError(f"--top is {arguments.top}; it must be 1 to {TOP}")
    try:
        arguments.prefix.encode()
    except UnicodeEncodeError:
        raise CommandError("the prefix is not UTF-8 text") from None
    model = _load(arguments.model)
    column = PrefixReader(model).read(arguments.prefix).columns[-1]
    ranked = list(zip(column.top_ids.tolist(), column.top_p, strict=True))[: arguments.top]
    found = [{"token": token_text(model.symbol(i)), "id": i, "p": p} for i, p in ranked]
    rest = max(0.0, 1.0 - sum(p for _, p in ranked))
    result = {"model": model.card.name, "prefix": arguments.prefix, "next": found, "rest": rest}

    def text() -> str:
        lines = [f"{entry['p']:8.2%}  {entry['token']!r}" for entry in found]
        return "\n".join([*lines, f"{rest:8.2%}  all other {model.vocab_size - len(found):,} tokens"])

    _print(result, arguments.json, text)


def score(arguments: argparse.Namespace) -> None:
    """ln p of every token of every line of a file."""
    from tqdm import tqdm

    from nlm_core.lm.scoring import bits_per_byte, perplexity_per_token
    from nlm_core.lm.scoring import score as score_texts

    try:
        with arguments.file.open(encoding="utf-8-sig") as lines:
            texts = [line.removesuffix("\n") for line in islice(lines, MAX_SCORED_LINES + 1)]
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"cannot read {arguments.file} as UTF-8 text: {error}") from None
    if not texts:
        raise CommandError(f"{arguments.file} is empty; give one text a line")
    if len(texts) > MAX_SCORED_LINES:
        raise CommandError(f"{arguments.file} has more lines than the {MAX_SCORED_LINES:,} that are scored at once")
    model = _load(arguments.model)
    scored = dict(tqdm(score_texts(model, texts), total=len(texts), unit="text", file=sys.stderr))
    ordered = [scored[i] for i in range(len(texts))]
    result = {
        "model": model.card.name,
        "texts": [
            {"text": s.text, "tokens": s.tokens, "logprobs": s.logprobs, "logp": s.logp, "bytes": s.bytes}
            for s in ordered
        ],
        "perplexity_per_token": perplexity_per_token(ordered),
        "bits_per_byte": bits_per_byte(ordered),
    }

    def text() -> str:
        lines = [f"{s.logp:10.3f}  {s.text}" for s in ordered]
        summary = (
            f"perplexity per token {result['perplexity_per_token']:.2f}, bits per byte {result['bits_per_byte']:.4f}"
        )
        return "\n".join([*lines, summary])

    _print(result, arguments.json, text)


def models(arguments: argparse.Namespace) -> None:
    """The models that can be chosen."""
    from dataclasses import asdict

    from nlm_core.lm.card import CARD_FILE, read_card
    from nlm_core.lm.registry import BERT, MODELS_FOLDER, OWN_MODELS, entries

    found = [(entry.name, entry.label, entry.megabytes) for entry in entries().values()]
    # It fills blanks and is no language model that a page could choose.
    found.append((BERT, BERT, 0))
    listed: list[dict[str, Any]] = []
    for name, label, megabytes in found:
        own = name in (*OWN_MODELS, BERT) and (MODELS_FOLDER / name / CARD_FILE).exists()
        card = asdict(read_card(MODELS_FOLDER / name)) if own else None
        listed.append({"name": name, "label": label, "download_mb": megabytes, "card": card})

    def text() -> str:
        return "\n".join(
            f"{m['name']:<28} {m['card']['parameters']:>12,} parameters  {m['card']['describes']}"
            if m["card"]
            else f"{m['name']:<28} {m['download_mb']:>9,} MB to download the first time"
            for m in listed
        )

    _print({"models": listed}, arguments.json, text)


def train(arguments: argparse.Namespace) -> None:
    """Train the tokenizer or one of our own models."""
    from nlm_core.lm.train_command import train_model, train_tokenizer

    if not arguments.corpus.exists():
        raise CommandError(f"there is no corpus at {arguments.corpus}")
    if not 0 <= arguments.seed <= MAX_SEED:
        raise CommandError(f"--seed is {arguments.seed}; it must be 0 to {MAX_SEED:,}")
    try:
        if arguments.model == "tokenizer":
            result = train_tokenizer(arguments.corpus, arguments.out)
        else:
            result = train_model(
                arguments.model,
                arguments.corpus,
                arguments.out,
                minutes=arguments.minutes,
                steps=arguments.steps,
                seed=arguments.seed,
                tokenizer_folder=arguments.tokenizer,
                compiled=not arguments.no_compile,
            )
    except (ValueError, OSError) as error:
        raise CommandError(str(error)) from None
    _print(result, arguments.json, lambda: "\n".join(f"{name}: {value}" for name, value in result.items()))


def features(arguments: argparse.Namespace) -> None:
    """Features of every sentence of a CSV or TSV file, written as npz or CSV."""
    from nlm_core.sentiment.features_command import check_out, table_rows, write_features

    try:
        check_out(arguments.out)
        rows = table_rows(arguments.file, arguments.sentence, arguments.label)
        next(rows(), None)
        encoder = _load_encoder(arguments.encoder)
        result = write_features(encoder, rows, layer=arguments.layer, pooling=arguments.pooling, out=arguments.out)
    except (ValueError, OSError) as error:
        raise CommandError(str(error)) from None
    _print(result, arguments.json, lambda: "\n".join(f"{name}: {value}" for name, value in result.items()))


def classify(arguments: argparse.Namespace) -> None:
    """Fit a logistic regression on the features of one file, and score it on another."""
    from nlm_core.sentiment.classify_command import classify as run
    from nlm_core.sentiment.features_command import table_rows

    try:
        train, test = (
            table_rows(file, arguments.sentence, arguments.label) for file in (arguments.train, arguments.test)
        )
        next(test(), None)
        encoder = _load_encoder(arguments.encoder)
        result = run(
            encoder,
            train,
            test,
            layer=arguments.layer,
            pooling=arguments.pooling,
            C=arguments.C,
            coefficients=arguments.coefficients,
        )
    except (ValueError, OSError) as error:
        raise CommandError(str(error)) from None
    _print(result, arguments.json, lambda: "\n".join(f"{name}: {value}" for name, value in result.items()))


# Which benchmarks an option is for.
_BENCH_OPTIONS = {"data": ("features",), "visitors": ("hall", "memory"), "seconds": ("hall",)}


def bench(arguments: argparse.Namespace) -> None:
    """Measure, in one run on this machine, and hold the figures against their bars."""
    from nlm_core.bench import BENCHES, BenchError, as_text, run

    if arguments.what not in BENCHES:
        raise CommandError(f"no benchmark is called {arguments.what!r}; known are {', '.join(BENCHES)}")
    options = {name: getattr(arguments, name) for name in _BENCH_OPTIONS if getattr(arguments, name) is not None}
    for name, value in options.items():
        if arguments.what not in _BENCH_OPTIONS[name]:
            raise CommandError(f"--{name} is for bench {' and '.join(_BENCH_OPTIONS[name])}")
        if isinstance(value, int) and value < 1:
            raise CommandError(f"--{name} is {value}; it must be at least 1")
    try:
        result = run(arguments.what, **options)
    except BenchError as error:
        raise CommandError(str(error)) from None

    _print(result, arguments.json, lambda: as_text(result))


def _encoder_arguments(command: argparse.ArgumentParser, pooling: str | None = None) -> None:
    command.add_argument("--encoder", help="minilm, distilbert, bert, or the id of an encoder on the Hub")
    command.add_argument("--layer", type=int, help="0 for the embeddings, up to the number of layers")
    command.add_argument("--pooling", choices=("cls", "mean"), default=pooling)
    command.add_argument("--sentence", help="name or number of the column with the sentences")
    command.add_argument("--label", help="name or number of the column with the labels")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m nlm_core", description="Next-token models of the Neural Language Model Explorer.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)

    def add(name: str, run: Callable[[argparse.Namespace], None]) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=run.__doc__, description=run.__doc__)
        command.set_defaults(run=run)
        command.add_argument("--json", action="store_true", help="print one JSON object")
        return command

    command = add("predict", predict)
    command.add_argument("prefix")
    command.add_argument("--model", default="nlm-gpt")
    command.add_argument("--top", type=int, default=10)

    command = add("score", score)
    command.add_argument("file", type=Path)
    command.add_argument("--model", default="nlm-gpt")

    add("models", models)

    command = add("train", train)
    command.add_argument("model", help="tokenizer, nlm-window, nlm-rnn, nlm-lstm, nlm-gru, nlm-gpt or nlm-bert")
    command.add_argument("--corpus", type=Path, required=True, help="a folder of .txt or .txt.xz files, or one file")
    command.add_argument(
        "--out", type=Path, required=True, help="where checkpoint and model go; taken up again if there"
    )
    command.add_argument(
        "--minutes", type=float, help="minutes of computing of the whole run, earlier sittings counted in"
    )
    command.add_argument("--steps", type=int, help="end after this many steps, if the minutes last")
    command.add_argument("--seed", type=int, default=0)
    command.add_argument("--tokenizer", type=Path, help="folder of another tokenizer.json than the shipped one")
    command.add_argument("--no-compile", action="store_true", help="do without torch.compile and its C++ compiler")

    command = add("features", features)
    command.add_argument("file", type=Path, help="CSV or TSV in UTF-8: sentence and label, with or without a header")
    _encoder_arguments(command, pooling="cls")
    command.add_argument("--out", type=Path, required=True, help="a name that ends in .npz or .csv")

    command = add("classify", classify)
    command.add_argument("--train", type=Path, required=True, help="CSV or TSV in UTF-8 with sentence and label")
    command.add_argument("--test", type=Path, required=True)
    _encoder_arguments(command)
    command.add_argument("--C", type=float, default=1.0, help="how weakly the weights are held back")
    command.add_argument("--coefficients", type=Path, help="write the fitted weights to this JSON file")

    command = add("bench", bench)
    command.add_argument("what")
    command.add_argument("--data", type=Path, help="features: a CSV or TSV file in place of the bundled reviews")
    command.add_argument("--visitors", type=int, help="hall, memory: how many there are; 100 and 200")
    command.add_argument("--seconds", type=int, help="hall: for how long they type; 60")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    try:
        arguments = _parser().parse_args(argv)
        arguments.run(arguments)
    except (CommandError, UnknownModelError, ModelUnavailableError) as error:
        sys.stderr.write(f"nlm_core: {' '.join(str(error).split())}\n")
        return 2
    return 0
