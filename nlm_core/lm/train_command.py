"""What ``python -m nlm_core train`` does: run, show progress, write model and card."""

import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from nlm_core import runtime
from nlm_core.lm.base import ModelCard
from nlm_core.lm.card import LICENCE, TRAINING_DATA, measure_held_out, unigram_bits_per_byte, write_card
from nlm_core.lm.masked import measure_blanks
from nlm_core.lm.registry import LOADERS, TOKENIZER_FOLDER, load_bert
from nlm_core.lm.training_run import TrainingRun
from nlm_core.text.corpus import DEFAULT_WEIGHTS, Source, read_corpus
from nlm_core.text.tokenizer import Tokenizer


def train_tokenizer(corpus: Path, out: Path) -> dict[str, Any]:
    """Learn the shared tokenizer from the weighted training lines of a corpus."""
    sources = read_corpus(corpus)

    def lines() -> Iterator[str]:
        for source in sources:
            for _ in range(DEFAULT_WEIGHTS.get(source.name, 1)):
                yield from source.train

    tokenizer = Tokenizer.train(lines())
    tokenizer.save(out)
    return {"tokenizer": str(out), "vocab_size": tokenizer.vocab_size}


def _can_compile() -> bool:
    return any(shutil.which(name) for name in ("g++", "c++", "clang++"))


def train_model(
    name: str,
    corpus: Path,
    out: Path,
    *,
    minutes: float | None,
    steps: int | None,
    seed: int,
    tokenizer_folder: Path | None,
    compiled: bool,
) -> dict[str, Any]:
    """Train to the end of the budget, then write the float16 weights and the card with held-out figures.

    Raises
    ------
    ValueError
        If there is no such preset, or a budget is not positive.
    """
    if minutes is not None and not minutes > 0:
        raise ValueError(f"--minutes is {minutes}; it must be above 0")
    if steps is not None and steps <= 0:
        raise ValueError(f"--steps is {steps}; it must be above 0")
    run = TrainingRun(
        name,
        corpus,
        out,
        tokenizer_folder=tokenizer_folder or TOKENIZER_FOLDER,
        weights=DEFAULT_WEIGHTS,
        device=runtime.device(),
        minutes=minutes,
        max_steps=steps,
        bf16=runtime.has_fast_bf16(),
        compiled=compiled and _can_compile(),
        seed=seed,
    )
    _show(run)
    card = _card(run, corpus)
    write_card(run.model_folder, card)
    return {"model": name, "folder": str(run.model_folder), "parameters": card.parameters, **card.figures}


def _show(run: TrainingRun) -> None:
    """A progress bar over the budget with loss, tokens a second and time left."""
    layout = "{desc} {percentage:3.0f}%|{bar}| {elapsed}<{remaining}{postfix}"
    with tqdm(total=1.0, desc=run.name, bar_format=layout, initial=run.trainer.progress(), file=sys.stderr) as bar:
        loss = None
        for step in run.steps():
            loss = step.loss if loss is None else 0.98 * loss + 0.02 * step.loss
            rate = step.tokens / max(step.seconds, 1e-9)
            bar.set_postfix_str(f"step {step.number}, loss {loss:.3f}, {rate:,.0f} tokens/s", refresh=False)
            bar.update(step.progress - bar.n)


def _card(run: TrainingRun, corpus: Path) -> ModelCard:
    sources = read_corpus(corpus)
    trainer = run.trainer
    card = ModelCard(
        name=run.name,
        kind=run.preset.kind,
        parameters=run.parameters,
        describes=run.preset.describes,
        source=f"trained by this project: python -m nlm_core train {run.name}",
        licence=LICENCE,
        training_data=TRAINING_DATA,
        figures={},
    )
    write_card(run.model_folder, card)
    with tqdm(desc="held-out lines", unit="line", file=sys.stderr) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        held_out = _held_out(run, sources, progress)
    figures = {
        "sizes": run.preset.sizes,
        "recipe": _told(run),
        "steps": trainer.number,
        "tokens_seen": trainer.tokens,
        "tokens_in_one_pass": run.tokens_per_pass,
        "minutes": round(trainer.seconds / 60, 1),
        **held_out,
    }
    return replace(card, figures=figures)


def _told(run: TrainingRun) -> str:
    """The recipe in words; where a run was taken up with another schedule, one after the other."""
    recipe, preset = run.trainer.recipe, run.preset
    last = run.schedule[-1][1]
    spans = [f"from step {step:,} on {told}" for step, told in run.schedule] if len(run.schedule) > 1 else [last]
    parts = [
        f"{recipe.optimizer}, weight decay {recipe.weight_decay}, clip {recipe.clip}",
        f"batches of {preset.batch_rows} x {preset.row_length} tokens",
        "bfloat16" if recipe.bf16 else "float32",
    ]
    if preset.output_layer:
        parts.append(preset.output_layer)
    return "; ".join([", ".join(parts), *spans])


def _held_out(run: TrainingRun, sources: Sequence[Source], progress: Callable[[int, int], None]) -> dict[str, Any]:
    """The figures of the card, beside what token frequencies alone would reach."""
    counts = np.bincount(run.encoded.ids, minlength=run.tokenizer.vocab_size)
    # START is given and never predicted.
    counts[run.tokenizer.start_id] = 0
    if run.preset.kind == "masked":
        # Nor is STOP, where blanks are filled.
        counts[run.tokenizer.stop_id] = 0
        filled = measure_blanks(load_bert(run.model_folder), sources, counts.tolist(), progress)
        return {f"held_out_{name}": value for name, value in asdict(filled).items()}
    found = measure_held_out(LOADERS[run.preset.kind](run.model_folder), sources, progress)
    unigram = unigram_bits_per_byte(
        counts.tolist(), sources, lambda line: [*run.tokenizer.encode(line), run.tokenizer.stop_id]
    )
    return {
        "held_out_lines": found.lines,
        "held_out_perplexity_per_token": found.perplexity_per_token,
        "held_out_bits_per_byte": found.bits_per_byte,
        "held_out_bits_per_byte_by_source": found.by_source,
        "unigram_bits_per_byte": round(unigram, 4),
    }
