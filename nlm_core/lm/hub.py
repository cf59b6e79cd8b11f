from pathlib import Path
import torch
from transformers import AutoModelForCausalLM
from nlm_core import runtime
def load_causal(folder: Path):
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, local_files_only=True, use_safetensors=True, trust_remote_code=False).to(runtime.device())
