"""A factored output layer: what is written down is a plain network with the very logits of the trained one."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from nlm_core.lm import presets
from nlm_core.lm.base import ModelCard
from nlm_core.lm.card import write_card
from nlm_core.lm.factored import (
    FactoredElmanNetwork,
    FactoredGruNetwork,
    FactoredLstmNetwork,
    FactoredOutput,
    FactoredWindowNetwork,
)
from nlm_core.lm.gated import GruNetwork, LstmNetwork
from nlm_core.lm.network import PlainNetwork
from nlm_core.lm.registry import LOADERS, TOKENIZER_FOLDER
from nlm_core.lm.rnn import ElmanNetwork
from nlm_core.lm.training import Recipe, Trainer
from nlm_core.lm.window import MAX_WINDOW, WindowNetwork
from nlm_core.text.corpus import padded_rows
from nlm_core.text.tokenizer import Tokenizer

V, E, H = 11, 5, 7
ROWS = padded_rows([[0, 4, 5, 6, 1], [0, 7, 1], [0, 8, 9, 4, 4, 10, 1]])
PAIRS: list[tuple[type[FactoredOutput], type[PlainNetwork]]] = [
    (FactoredElmanNetwork, ElmanNetwork),
    (FactoredWindowNetwork, WindowNetwork),
    (FactoredLstmNetwork, LstmNetwork),
    (FactoredGruNetwork, GruNetwork),
]


def logits(network: PlainNetwork, inputs: Tensor) -> Tensor:
    lines = torch.zeros_like(inputs)
    if isinstance(network, WindowNetwork):
        hidden = network.windowed(inputs, lines, MAX_WINDOW)
        if isinstance(network, FactoredOutput):
            hidden = hidden @ network.P.T
    else:
        hidden = network.hidden(inputs, lines)
    weight, bias = network.output_layer()
    return hidden @ weight.T + bias


@pytest.mark.parametrize(("factored", "plain"), PAIRS)
def test_what_is_exported_has_the_logits_of_the_trained_network(
    factored: type[FactoredOutput], plain: type[PlainNetwork]
) -> None:
    trained = factored(V, E, H, torch.Generator().manual_seed(0))
    trainer = Trainer(trained, Recipe(learning_rate=0.02))
    for _ in range(5):
        trainer.step(ROWS)
    peer = plain(V, E, H, torch.Generator())
    peer.load_state_dict(trained.exported({name: p.detach() for name, p in trained.named_parameters()}))
    inputs = torch.from_numpy(ROWS.inputs)
    torch.testing.assert_close(logits(peer, inputs), logits(trained, inputs))


@pytest.mark.parametrize(("factored", "plain"), PAIRS)
def test_every_parameter_is_trained(factored: type[FactoredOutput], plain: type[PlainNetwork]) -> None:
    network = factored(V, E, H, torch.Generator().manual_seed(0))
    Trainer(network, Recipe()).gradients(ROWS)
    names = {name for name, p in network.named_parameters() if p.grad is not None and p.grad.abs().sum() > 0}
    expected = {name for name, _ in plain(V, E, H, torch.Generator()).named_parameters()} - {"W_y"} | {"P"}
    assert names == expected


@pytest.mark.parametrize("name", ["nlm-rnn", "nlm-window", "nlm-lstm", "nlm-gru"])
def test_a_preset_is_written_as_its_loader_reads_it(name: str, tmp_path: Path) -> None:
    preset = presets.preset(name)
    tokenizer = Tokenizer.load(TOKENIZER_FOLDER)
    sizes = {"embedding": 8, "hidden": 12}
    network = preset.build(tokenizer.vocab_size, sizes, torch.Generator().manual_seed(0))
    preset.export(network, {key: p.detach() for key, p in network.named_parameters()}, sizes, tmp_path)
    write_card(tmp_path, ModelCard(name, preset.kind, 0, "", "", "", "", {}))
    model = LOADERS[preset.kind](tmp_path)
    ids = [model.start_id, *model.encode("I went to the park")]
    assert isinstance(network, PlainNetwork)
    expected = logits(network, torch.tensor([ids]))[0]
    # Weights are written in half precision.
    torch.testing.assert_close(model.output(model.extend(None, ids).hidden).cpu(), expected, atol=2e-2, rtol=1e-2)
