"""A whole training run on disk: corpus, batches, checkpoints that can be taken up again, float16 weights at the end."""

import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from nlm_core.lm.presets import Corrupt, preset
from nlm_core.lm.sampled_softmax import CandidateSampler
from nlm_core.lm.training import Diverged, Step, Trainer
from nlm_core.text.corpus import EncodedLines, Rows, corpus_files, packed_rows, read_corpus, weighted
from nlm_core.text.tokenizer import Tokenizer

CHECKPOINT_FILE = "checkpoint.safetensors"
ENCODED_FILE = "encoded.safetensors"
SCHEDULE_FILE = "schedule.json"
CHECKPOINT_EVERY_SECONDS = 180.0


def encoded_corpus(corpus: Path, tokenizer: Tokenizer, weights: dict[str, int], out: Path) -> EncodedLines:
    """The weighted training lines as token ids; kept in ``out``, because encoding takes longer than reading.

    What was kept of another corpus, tokenizer or weighting is encoded anew.
    """
    kept, of = out / ENCODED_FILE, _fingerprint(corpus, tokenizer, weights)
    if not kept.exists() or _fingerprint_of(kept) != of:
        encoded = weighted(read_corpus(corpus), tokenizer, weights)
        tensors = {"ids": torch.from_numpy(encoded.ids.astype(np.int16)), "offsets": torch.from_numpy(encoded.offsets)}
        partial = out / (ENCODED_FILE + ".partial")
        save_file(tensors, partial, metadata={"of": of})
        partial.replace(kept)
    tensors = load_file(kept)
    return EncodedLines(tensors["ids"].numpy().astype(np.uint16), tensors["offsets"].numpy())


def _fingerprint(corpus: Path, tokenizer: Tokenizer, weights: dict[str, int]) -> str:
    """Files by name, size and time, the tokenizer and the weights: a corpus is too large to be read for it."""
    files = [(file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in corpus_files(corpus)]
    told = json.dumps([files, tokenizer.to_json(), sorted(weights.items())])
    return hashlib.sha256(told.encode()).hexdigest()


def _fingerprint_of(kept: Path) -> str | None:
    with safe_open(kept, "np") as file:
        return (file.metadata() or {}).get("of")


def endless_batches(corpus: EncodedLines, batch_rows: int, row_length: int, seed: int) -> Iterator[Rows]:
    """Batches of pass after pass over the corpus, each pass in its own order."""
    epoch = 0
    while True:
        before = epoch
        for rows in packed_rows(corpus, row_length, batch_rows, np.random.default_rng([seed, epoch])):
            before = -1
            yield rows
        if before == epoch:
            raise ValueError(
                f"the corpus has {len(corpus.ids)} tokens, fewer than one batch of {batch_rows} x {row_length}; "
                "give more text or a smaller batch"
            )
        epoch += 1


class TrainingRun:
    """Training of one preset on one corpus, in a folder that holds the checkpoint and, later, the model.

    Parameters
    ----------
    name : str
        A key of ``PRESETS``.
    corpus : Path
        A folder of ``.txt`` or ``.txt.xz`` files, or one file.
    out : Path
        Made when missing. A checkpoint in it is taken up again.
    tokenizer_folder : Path
    weights : dict
        How often each source of the corpus is read in one pass.
    device : torch.device
    minutes, max_steps : float or None, int or None
        The budget of the whole run, earlier sittings counted in; where neither is given, it is the preset's minutes.
    bf16, compiled : bool
        See ``Recipe``.
    seed : int
    """

    def __init__(
        self,
        name: str,
        corpus: Path,
        out: Path,
        *,
        tokenizer_folder: Path,
        weights: dict[str, int],
        device: torch.device,
        minutes: float | None = None,
        max_steps: int | None = None,
        bf16: bool = True,
        compiled: bool = True,
        seed: int = 0,
    ) -> None:
        self.name, self.out, self.preset = name, out, preset(name)
        self.tokenizer = Tokenizer.load(tokenizer_folder)
        out.mkdir(parents=True, exist_ok=True)
        recipe = replace(
            self.preset.recipe,
            max_minutes=self.preset.recipe.max_minutes if minutes is None and max_steps is None else minutes,
            max_steps=max_steps,
            bf16=bf16,
            compiled=compiled,
        )
        generator = torch.Generator().manual_seed(seed)
        network = self.preset.build(self.tokenizer.vocab_size, self.preset.sizes, generator).to(device)
        # Those of the model that is written down.
        self.parameters = sum(p.numel() for p in network.exported(dict(network.named_parameters())).values())
        self.encoded = encoded_corpus(corpus, self.tokenizer, weights, out)
        sampler = None
        if recipe.candidates:
            counts = np.bincount(self.encoded.ids, minlength=self.tokenizer.vocab_size)
            sampler = CandidateSampler(counts, recipe.candidates, seed)
        self.trainer = Trainer(network, recipe, sampler)
        if (out / CHECKPOINT_FILE).exists():
            self.trainer.restore(load_file(out / CHECKPOINT_FILE))
        self.schedule = self._schedule()
        batches = endless_batches(self.encoded, self.preset.batch_rows, self.preset.row_length, seed)
        self.batches: Iterator[Rows] = islice(batches, self.trainer.number, None)
        if self.preset.corrupt is not None:
            self.batches = self._corrupted(self.batches, self.preset.corrupt, seed)
        self.tokens_per_pass = len(self.encoded.ids) - len(self.encoded)
        self.model_folder = out / "model"

    def _schedule(self) -> list[tuple[int, str]]:
        """From which step on which schedule was followed: another line for each time that it was taken up otherwise."""
        kept = self.out / SCHEDULE_FILE
        before = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else []
        lines = [(step, told) for step, told in before if step < self.trainer.number]
        told = self.trainer.recipe.schedule
        return lines if lines and lines[-1][1] == told else [*lines, (self.trainer.number, told)]

    def _corrupted(self, batches: Iterator[Rows], corrupt: Corrupt, seed: int) -> Iterator[Rows]:
        """Each batch with its own random blanks, the same whether or not the run was broken off before it."""
        for number, rows in enumerate(batches, start=self.trainer.number):
            yield corrupt(rows, self.tokenizer.mask_id, np.random.default_rng([seed, number, 1]))

    def steps(self) -> Iterator[Step]:
        """Train to the end of the budget, writing a checkpoint every few minutes and at the end.

        Raises
        ------
        ValueError
            If the run diverges; the checkpoint before it stays as it is.
        """
        saved_at = time.monotonic()
        for step in self.trainer.run(self.batches):
            if isinstance(step, Diverged):
                raise ValueError(step.message)
            if time.monotonic() - saved_at > CHECKPOINT_EVERY_SECONDS:
                self.save()
                saved_at = time.monotonic()
            yield step
        self.save()

    def save(self) -> None:
        """Write the checkpoint, whole or not at all, and the model as it is now."""
        partial = self.out / (CHECKPOINT_FILE + ".partial")
        tensors = {name: tensor.contiguous().clone() for name, tensor in self.trainer.state().items()}
        save_file(tensors, partial)
        partial.replace(self.out / CHECKPOINT_FILE)
        (self.out / SCHEDULE_FILE).write_text(json.dumps(self.schedule, indent=2) + "\n", encoding="utf-8")
        self.model_folder.mkdir(exist_ok=True)
        self.tokenizer.save(self.model_folder)
        masters = {name: p.detach() for name, p in self.trainer.masters.items()}
        self.preset.export(self.trainer.network, masters, self.preset.sizes, self.model_folder)
