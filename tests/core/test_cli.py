"""The command line as a user runs it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from nlm_core.cli import main
from nlm_core.lm.registry import MODELS_FOLDER


def run(capsys: pytest.CaptureFixture, *arguments: str) -> tuple[int, str, str]:
    status = main(arguments)
    captured = capsys.readouterr()
    return status, captured.out, captured.err


@pytest.mark.parametrize("model", ["nlm-gpt", "nlm-rnn", "nlm-window"])
def test_predict(capsys: pytest.CaptureFixture, model: str) -> None:
    status, out, _ = run(capsys, "predict", "I went to the", "--model", model, "--top", "7", "--json")
    result = json.loads(out)
    assert status == 0
    assert result["model"] == model
    assert result["prefix"] == "I went to the"
    assert len(result["next"]) == 7
    assert set(result["next"][0]) == {"token", "id", "p"}
    assert sum(entry["p"] for entry in result["next"]) + result["rest"] == pytest.approx(1)
    p = [entry["p"] for entry in result["next"]]
    assert p == sorted(p, reverse=True)


def test_score(capsys: pytest.CaptureFixture, tmp_path: Path) -> None:
    file = tmp_path / "texts.txt"
    file.write_text("I went to the park.\n\nBananas fly at night.\n", encoding="utf-8")
    status, out, _ = run(capsys, "score", str(file), "--model", "nlm-rnn", "--json")
    result = json.loads(out)
    assert status == 0
    assert [text["text"] for text in result["texts"]] == ["I went to the park.", "", "Bananas fly at night."]
    for text in result["texts"]:
        assert set(text) == {"text", "tokens", "logprobs", "logp", "bytes"}
        assert len(text["tokens"]) == len(text["logprobs"])
        assert text["logp"] == pytest.approx(sum(text["logprobs"]))
    assert result["texts"][0]["bytes"] == 20
    assert 0 < result["bits_per_byte"] < 10
    assert result["perplexity_per_token"] > 1


def test_models(capsys: pytest.CaptureFixture) -> None:
    status, out, _ = run(capsys, "models", "--json")
    listed = {model["name"]: model for model in json.loads(out)["models"]}
    assert status == 0
    assert listed["nlm-gpt"]["download_mb"] == 0
    assert listed["nlm-gpt"]["card"]["parameters"] > 1_000_000
    assert listed["gpt2"]["download_mb"] > 100


@pytest.mark.parametrize("command", [["predict", "I went"], ["models"]])
def test_without_json_people_can_read_it(capsys: pytest.CaptureFixture, command: list[str]) -> None:
    status, out, _ = run(capsys, *command)
    assert status == 0
    assert not out.startswith("{")
    assert len(out.splitlines()) > 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "required"),
        (["sing"], "invalid choice"),
        (["predict"], "prefix"),
        (["predict", "x", "--top", "0"], "1 to 50"),
        (["predict", "x", "--top", "many"], "invalid int"),
        (["predict", "x", "--model", "nlm-gtp"], "nlm-gpt, nlm-rnn, nlm-window"),
        (["predict", "x", "--model", "../../etc/passwd"], "owner/name"),
        (["score", "no-such-file.txt"], "cannot read"),
        (["train", "nlm-ltsm", "--corpus", "tests", "--out", "unused"], "nlm-window"),
        (["train", "nlm-gpt", "--corpus", "no-such-folder", "--out", "unused"], "no corpus"),
        (["train", "nlm-gpt", "--corpus", "tests", "--out", "unused", "--minutes", "-1"], "above 0"),
        (["train", "nlm-gpt", "--corpus", "tests", "--out", "unused", "--minutes", "nan"], "above 0"),
        (["train", "nlm-gpt", "--corpus", "tests", "--out", "unused", "--seed", "-1"], "--seed is -1"),
        (["train", "nlm-gpt", "--corpus", "tests", "--out", "unused/out", "--tokenizer", "none"], "no tokenizer.json"),
        (["predict", "\udcff"], "UTF-8"),
        (["bench", "nothing"], "latency"),
        (["bench", "hall", "--visitors", "0"], "--visitors is 0; it must be at least 1"),
        (["bench", "hall", "--visitors", "many"], "invalid int"),
        (["bench", "latency", "--visitors", "3"], "--visitors is for bench hall and memory"),
    ],
)
def test_bad_requests_end_with_one_clear_line(
    capsys: pytest.CaptureFixture, arguments: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tests").mkdir()
    monkeypatch.chdir(tmp_path)
    status, out, err = run(capsys, *arguments)
    assert status == 2
    assert out == ""
    assert err.startswith("nlm_core: ")
    assert err.count("\n") == 1
    assert message in err
    assert not (tmp_path / "unused").exists()


def test_scoring_what_is_no_text(capsys: pytest.CaptureFixture, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "binary.txt").write_bytes(b"\xff\xfe\x00")
    for name, message in (("empty.txt", "is empty"), ("binary.txt", "UTF-8")):
        status, _, err = run(capsys, "score", str(tmp_path / name))
        assert status == 2
        assert message in err


def test_texts_are_the_lines_of_a_file(capsys: pytest.CaptureFixture, tmp_path: Path) -> None:
    file = tmp_path / "texts.txt"
    file.write_bytes("\ufeffI went\x0cto the park.\r\nthe end".encode())
    status, out, _ = run(capsys, "score", str(file), "--model", "nlm-window", "--json")
    assert status == 0
    assert [found["text"] for found in json.loads(out)["texts"]] == ["I went\x0cto the park.", "the end"]


def test_as_a_program(tmp_path: Path) -> None:
    """With --json standard output holds one object and nothing else, whatever libraries print."""
    file = tmp_path / "texts.txt"
    file.write_text("I went to the park.\n")
    command = [sys.executable, "-m", "nlm_core", "score", str(file), "--model", "nlm-gpt", "--json"]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=120, cwd=MODELS_FOLDER.parents[1], check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["model"] == "nlm-gpt"
    assert done.stdout.count("\n") == 1
