"""The models of the Hub that are offered by name, each pinned to one commit."""

from dataclasses import dataclass


@dataclass(frozen=True)
class HubPreset:
    """A model of the Hub that is offered by name.

    Attributes
    ----------
    repo_id : str
    revision : str
        The full commit hash that is loaded.
    megabytes : int
        Size of the download, roughly.
    licence, describes, training_data : str
    """

    repo_id: str
    revision: str
    megabytes: int
    licence: str
    describes: str
    training_data: str


HUB_PRESETS: dict[str, HubPreset] = {
    "distilgpt2": HubPreset(
        repo_id="distilbert/distilgpt2",
        revision="2290a62682d06624634c1f46a6ad5be0f47f38aa",
        megabytes=356,
        licence="apache-2.0",
        describes="GPT-2 distilled to half its layers: 82 million parameters, English.",
        training_data="OpenWebText",
    ),
    "gpt2": HubPreset(
        repo_id="openai-community/gpt2",
        revision="607a30d783dfa663caf39e06633721c8d4cfcd7e",
        megabytes=551,
        licence="mit",
        describes="The smallest GPT-2 (Radford et al. 2019): 124 million parameters, English.",
        training_data="WebText, pages linked from Reddit; not published",
    ),
    "HuggingFaceTB/SmolLM2-135M": HubPreset(
        repo_id="HuggingFaceTB/SmolLM2-135M",
        revision="93efa2f097d58c2a74874c7e644dbc9b0cee75a2",
        megabytes=273,
        licence="apache-2.0",
        describes="A small Llama-type model of 2024: 135 million parameters, English.",
        training_data="2 trillion tokens: FineWeb-Edu, DCLM, The Stack and others",
    ),
    "HuggingFaceTB/SmolLM2-360M": HubPreset(
        repo_id="HuggingFaceTB/SmolLM2-360M",
        revision="f8027fd0eaeea54caa13c31d31b9fdc459c38b49",
        megabytes=727,
        licence="apache-2.0",
        describes="Its larger sister: 362 million parameters, English.",
        training_data="4 trillion tokens: FineWeb-Edu, DCLM, The Stack and others",
    ),
    "Qwen/Qwen2.5-0.5B": HubPreset(
        repo_id="Qwen/Qwen2.5-0.5B",
        revision="060db6499f32faf8b98477b0a26969ef7d8b9987",
        megabytes=1000,
        licence="apache-2.0",
        describes="A base model for some thirty languages: 494 million parameters.",
        training_data="up to 18 trillion tokens; not published",
    ),
}


def preset_of(repo_id: str, commit: str) -> tuple[str, HubPreset] | None:
    """The name and preset that stand for this very commit, if one does."""
    for name, preset in HUB_PRESETS.items():
        if (preset.repo_id, preset.revision) == (repo_id, commit):
            return name, preset
    return None
