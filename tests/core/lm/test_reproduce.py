"""The exported script, run as a visitor would run it, prints the losses of the run."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from nlm_core.lm.reproduce import SENTENCES_FILE, VOCABULARY_FILE, script, sentences_file
from nlm_core.lm.visitor_settings import Settings
from nlm_core.lm.visitor_training import VisitorRun
from nlm_core.text.visitor_text import read_text

PARK = Path(__file__).resolve().parents[3] / "assets" / "data" / "park_sentences.txt"
RUNS = {
    "the page's default": Settings(),
    "BPE, SGD with momentum, no clipping": replace(
        Settings(), vocabulary="BPE", vocabulary_size=400, optimizer="SGD with momentum", learning_rate=0.05, clip=0.0
    ),
    "SGD, every word kept": replace(Settings(), optimizer="SGD", learning_rate=0.5, min_count=1, seed=3, batch=64),
}


@pytest.mark.parametrize("settings", RUNS.values(), ids=RUNS)
def test_the_script_finds_the_same_losses(settings: Settings, tmp_path: Path) -> None:
    run = VisitorRun(read_text(PARK.read_text(encoding="utf-8")), settings)
    run.go_on(30)
    run.step_on('"I" went to the park .')
    for _ in run.steps():
        pass
    (tmp_path / "reproduce.py").write_text(script(run), encoding="utf-8")
    (tmp_path / VOCABULARY_FILE).write_text(run.vocabulary.to_json(), encoding="utf-8")
    (tmp_path / SENTENCES_FILE).write_text(sentences_file(run), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "reproduce.py"], cwd=tmp_path, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr
    printed = [line.split() for line in done.stdout.splitlines()]
    assert [int(number) for number, _ in printed] == list(range(1, 31))
    assert [float(loss) for _, loss in printed] == pytest.approx([point.loss for point in run.points[1:]], abs=2e-5)
