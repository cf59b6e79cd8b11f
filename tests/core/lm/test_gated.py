"""LSTM and GRU: states and gradients equal torch's own cells, lines do not leak into each other, models can go on."""

import pytest
import torch
from torch import Tensor, nn

from nlm_core.lm.base import ModelCard
from nlm_core.lm.gated import GatedNetwork, GruModel, GruNetwork, LstmModel, LstmNetwork
from nlm_core.text.word_vocabulary import WordVocabulary

V, E, H = 11, 5, 7
IDS = torch.tensor([[0, 4, 1, 0, 7, 8], [9, 1, 0, 5, 6, 10]])
LINES = torch.tensor([[0, 0, 0, 1, 1, 1], [1, 1, 2, 2, 2, 2]])
KINDS = {"lstm": (LstmNetwork, nn.LSTM), "gru": (GruNetwork, nn.GRU)}


def network(kind: str) -> GatedNetwork:
    own: GatedNetwork = KINDS[kind][0](V, E, H, torch.Generator().manual_seed(0))
    for name, bias in own.named_parameters():
        if name.startswith("b"):
            bias.data.normal_(generator=torch.Generator().manual_seed(1))
    return own


def peer_of(own: GatedNetwork, kind: str) -> nn.RNNBase:
    peer = KINDS[kind][1](E, H, batch_first=True)
    with torch.no_grad():
        peer.weight_ih_l0.copy_(own.W)
        peer.weight_hh_l0.copy_(own.U)
        peer.bias_ih_l0.copy_(own.b)
        peer.bias_hh_l0.zero_()
        if isinstance(own, GruNetwork):
            peer.bias_hh_l0[2 * H :] = own.b_n
    return peer


def line_by_line(own: GatedNetwork, peer: nn.RNNBase) -> Tensor:
    """What torch's cell makes of every line by itself, put together again."""
    rows = []
    for ids, lines in zip(IDS, LINES, strict=True):
        _, counts = lines.unique_consecutive(return_counts=True)
        rows.append(torch.cat([peer(own.embedding[line][None])[0][0] for line in ids.split(counts.tolist())]))
    return torch.stack(rows)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("packed", [False, True])
def test_states_and_gradients_are_those_of_torch(kind: str, packed: bool) -> None:
    own = network(kind)
    peer = peer_of(own, kind)
    mine = own.hidden(IDS, LINES if packed else torch.zeros_like(LINES))
    theirs = line_by_line(own, peer) if packed else peer(own.embedding[IDS])[0]
    torch.testing.assert_close(mine, theirs)
    toward = torch.randn(mine.shape, generator=torch.Generator().manual_seed(2))
    (d_table,) = torch.autograd.grad((theirs * toward).sum(), own.embedding, retain_graph=True)
    (theirs * toward).sum().backward()  # type: ignore[no-untyped-call]
    own.zero_grad()
    (mine * toward).sum().backward()  # type: ignore[no-untyped-call]
    expected = {"embedding": d_table, "W": peer.weight_ih_l0.grad, "U": peer.weight_hh_l0.grad}
    expected["b"] = peer.bias_ih_l0.grad
    if isinstance(own, GruNetwork):
        expected["b_n"] = peer.bias_hh_l0.grad[2 * H :]
    for name, gradient in expected.items():
        torch.testing.assert_close(own.get_parameter(name).grad, gradient, rtol=1e-4, atol=1e-6, msg=name)


def test_the_cell_state_is_that_of_torch() -> None:
    own = network("lstm")
    assert isinstance(own, LstmNetwork)
    x, zeros = own.embedding[IDS], torch.zeros(2, H)
    h, c = own.states(x, zeros, zeros)
    _, (last_h, last_c) = peer_of(own, "lstm")(x)
    torch.testing.assert_close(h[:, -1], last_h[0])
    torch.testing.assert_close(c[:, -1], last_c[0])


@pytest.mark.parametrize("kind", KINDS)
def test_a_model_goes_on_from_any_state(kind: str) -> None:
    own = network(kind)
    card = ModelCard(kind, kind, 0, "", "", "", "")
    vocabulary = WordVocabulary.learn(["a b c d e f g"], 11)
    model = LstmModel(card, vocabulary, own) if isinstance(own, LstmNetwork) else GruModel(card, vocabulary, own)
    ids = IDS[1].tolist()
    whole = model.extend(None, ids)
    torch.testing.assert_close(whole.hidden, model.hidden(IDS)[1])
    begun = model.extend(None, ids[:4])
    rest = model.extend(begun.state, ids[4:])
    torch.testing.assert_close(torch.cat([begun.hidden, rest.hidden]), whole.hidden)
    cut = model.extend(model.crop(rest.state, 2), ids[2:])
    torch.testing.assert_close(cut.hidden, whole.hidden[2:])
    assert model.crop(rest.state, 0) is None and model.crop(None, 3) is None
