"""What is in use: sizes are those of the files, and nothing is at hand that an empty cache does not hold."""

from pathlib import Path

import pytest

from nlm_core import inventory
from nlm_core.lm.hub_presets import HUB_PRESETS
from nlm_core.lm.registry import MODELS_FOLDER, OWN_MODELS
from nlm_core.sentiment.encoders import ENCODER_PRESETS


def test_ours_are_at_hand_with_the_size_of_their_files_and_the_hubs_are_not(tmp_path: Path) -> None:
    found = {item.name: item for item in inventory.inventory(tmp_path)}
    for name in OWN_MODELS:
        assert found[name].at_hand
        assert found[name].megabytes == pytest.approx((MODELS_FOLDER / name / "model.safetensors").stat().st_size / 1e6)
    assert found["minilm"].at_hand
    assert found["minilm"].megabytes > 80
    for name, preset in {**HUB_PRESETS, **ENCODER_PRESETS}.items():
        assert not found[name].at_hand
        assert found[name].megabytes == preset.megabytes
    assert (found["SST-2"].at_hand, round(found["SST-2"].megabytes, 1)) == (False, 3.2)


def test_the_device_is_named() -> None:
    assert inventory.device().startswith(("CPU, ", "GPU ", "Apple GPU"))
