"""Optimisers for training language models, by the name that the visitor sees.

Every optimiser works on float32 copies of the parameters, so a network may compute in bfloat16.
"""

from collections.abc import Callable, Iterable

import torch
from torch import nn

NamedParameters = list[tuple[str, nn.Parameter]]


def _is_table(name: str) -> bool:
    """Embedding tables and output layers, whose rows belong to single tokens."""
    return "embed" in name or "lm_head" in name or name == "W_y"


def _sgd(parameters: NamedParameters, rate: float, decay: float) -> list[torch.optim.Optimizer]:
    return [torch.optim.SGD([p for _, p in parameters], lr=rate, weight_decay=decay)]


def _momentum(parameters: NamedParameters, rate: float, decay: float) -> list[torch.optim.Optimizer]:
    return [torch.optim.SGD([p for _, p in parameters], lr=rate, momentum=0.9, weight_decay=decay)]


def _adam(parameters: NamedParameters, rate: float, decay: float) -> list[torch.optim.Optimizer]:
    matrices = [p for name, p in parameters if p.ndim == 2 and not _is_table(name)]
    others = [p for name, p in parameters if p.ndim != 2 or _is_table(name)]
    groups = [{"params": matrices, "weight_decay": decay}, {"params": others, "weight_decay": 0.0}]
    return [torch.optim.AdamW([g for g in groups if g["params"]], lr=rate, betas=(0.9, 0.98), fused=True)]


def _muon(parameters: NamedParameters, rate: float, decay: float) -> list[torch.optim.Optimizer]:
    """Muon (Jordan et al. 2024) for the matrices between layers, Adam for tables, norms and biases."""
    matrices = [p for name, p in parameters if p.ndim == 2 and not _is_table(name)]
    others = [p for name, p in parameters if p.ndim != 2 or _is_table(name)]
    # "match_rms_adamw" gives each update the size an Adam update would have, so both share one learning rate.
    muon = torch.optim.Muon(matrices, lr=2 * rate, weight_decay=decay, adjust_lr_fn="match_rms_adamw")
    return [muon, torch.optim.AdamW(others, lr=rate, betas=(0.9, 0.98), fused=True, weight_decay=0.0)]


OPTIMIZERS: dict[str, Callable[[NamedParameters, float, float], list[torch.optim.Optimizer]]] = {
    "SGD": _sgd,
    "SGD with momentum": _momentum,
    "Adam": _adam,
    "Muon": _muon,
}


def make_optimizers(
    name: str, parameters: Iterable[tuple[str, nn.Parameter]], rate: float, decay: float
) -> list[torch.optim.Optimizer]:
    """The optimisers of that name over the parameters.

    Raises
    ------
    ValueError
        If there is no such optimiser; the message lists those there are.
    """
    if name not in OPTIMIZERS:
        raise ValueError(f"no optimiser is called {name!r}; known are {', '.join(OPTIMIZERS)}")
    return OPTIMIZERS[name](list(parameters), rate, decay)
