"""What prefix reuse saves: one token more, beside plain ``transformers`` without a cache and with a cropped one."""

import statistics
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nlm_core.lm.transformer import TransformerModel

MODEL = "nlm-gpt"
LENGTHS = (20, 60, 120)
PEERS = {
    "reuse": "ours: the state of the prefix kept from key to key, with the table's column for the new token",
    "no_reuse": "ours, beginning anew at every key",
    "no_cache": "transformers, the whole prefix at every key (use_cache=False), softmax of the last position",
    "cropped_cache": "transformers, a DynamicCache cropped to the tokens that stayed, softmax of the last position",
}

_TEXT = "the old man went down to the river"
_REPEATS, _WARM_UP = 40, 5


def forwards() -> dict[str, Any]:
    """Milliseconds for one more token at the end of a prefix, each way in turns, with the app's threads.

    Returns
    -------
    dict
        For each of ``LENGTHS`` the medians, and those of our reuse over each peer's; "peers" says what each way does.
    """
    import torch

    from nlm_core import runtime
    from nlm_core.lm.registry import load

    runtime.gate()
    model: Any = load(MODEL)
    ids = _ids(model)
    result: dict[str, Any] = {"threads": torch.get_num_threads(), "device": str(runtime.device()), "peers": PEERS}
    for length in LENGTHS:
        times = _forward_times(model, ids[: length + 1])
        medians = {name: statistics.median(found) for name, found in times.items()}
        result[str(length)] = {
            **{f"{name}_ms": round(median, 3) for name, median in medians.items()},
            **{
                f"reuse_over_{name}": round(medians["reuse"] / medians[name], 3)
                for name in ("no_cache", "cropped_cache")
            },
        }
    return result


def _forward_times(model: "TransformerModel", ids: list[int]) -> dict[str, list[float]]:
    """Milliseconds of each way for prefixes one shorter than ``ids``."""
    from nlm_core.lm.reader import PrefixReader

    # The last token changes from call to call, as it does under a word that is being typed.
    ends = ids[:-1], [*ids[:-2], ids[-1]]
    kept, cropped = PrefixReader(model), CroppedCache(model)
    ways: dict[str, Callable[[list[int]], object]] = {
        "reuse": kept.read_ids,
        "no_reuse": lambda prefix: PrefixReader(model).read_ids(prefix),
        "no_cache": lambda prefix: no_cache(model, prefix),
        "cropped_cache": cropped.read,
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(_WARM_UP + _REPEATS):
        for name, way in ways.items():
            _wait_for_device()
            began = time.perf_counter()
            way(ends[turn % 2])
            _wait_for_device()
            if turn >= _WARM_UP:
                times[name].append(1000 * (time.perf_counter() - began))
    return times


def _wait_for_device() -> None:
    import torch

    if torch.cuda.is_available():
        torch.cuda.synchronize()


def _ids(model: "TransformerModel") -> list[int]:
    """START and enough of a text for the longest prefix and one token more."""
    return [model.start_id, *(model.encode(_TEXT) * LENGTHS[-1])][: LENGTHS[-1] + 1]


def no_cache(model: "TransformerModel", ids: list[int]) -> Any:
    """The whole prefix through the network, then softmax: a Tensor of shape (vocab_size,)."""
    import torch

    with torch.inference_mode():
        inputs = torch.tensor([ids], device=model.network.device)
        return model.network(input_ids=inputs, use_cache=False).logits[0, -1].softmax(-1)


class CroppedCache:
    """Keys and values of the prefix before, cropped to what it shares with the next one: only the rest is computed."""

    def __init__(self, model: "TransformerModel") -> None:
        from transformers import DynamicCache

        self.model, self.cache = model, DynamicCache()
        self.ids: list[int] = []

    def read(self, ids: list[int]) -> Any:
        """The distribution after a prefix, a Tensor of shape (vocab_size,)."""
        import torch

        # The last token is always computed: its logits are what is asked for.
        both = zip(self.ids, ids[:-1], strict=False)
        shared = next((i for i, (old, new) in enumerate(both) if old != new), min(len(self.ids), len(ids) - 1))
        with torch.inference_mode():
            # A negative number is how many to take away; none to take away is said by not asking.
            if shared < len(self.ids):
                self.cache.crop(shared - len(self.ids))
            inputs = torch.tensor([ids[shared:]], device=self.model.network.device)
            given = self.model.network(input_ids=inputs, past_key_values=self.cache, use_cache=True)
            self.ids = list(ids)
            return given.logits[0, -1].softmax(-1)
