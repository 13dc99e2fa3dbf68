#!/usr/bin/python3
"""Holds the program against the real PyTorch, both ways, with the code that docs/interoperate.md shows.

    tests/pytorch/check.py build/release/src/carousel
    tests/pytorch/check.py build/release/src/carousel --write tests/pytorch/examples

The first trains small models, exports them, and compares what both programs think of a text of 200 characters;
then models that PyTorch made, in several precisions and under other names, are imported and compared. The second
writes the examples that the tests of the program read, which thus need no PyTorch.
Debian: apt-get install python3-torch (a minute, 630 MB). It takes about ten seconds."""

import csv
import json
import math
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

import torch
from torch import nn

ROOT = pathlib.Path(__file__).resolve().parents[2]
MOST = 1e-4  # difference of a logit, or of a surprisal in nats
PAGE = (ROOT / "docs/interoperate.md").read_text(encoding="utf-8")
SHOWN = {}
exec("\n".join(re.findall(r"```python\n(.*?)```", PAGE, re.S)), SHOWN)
load, save, Model, SummedModel = (SHOWN[name] for name in ("load", "save", "Model", "SummedModel"))

TEXT = "the wheel turns, the horses rise and fall; a child holds on and laughs. " * 40
PART = TEXT[5:205]


def run(program, *words):
    done = subprocess.run([program, *map(str, words)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, words))}:\n{done.stderr}")
    return done.stdout


def surprisals(program, folder, model):
    """What Carousel is surprised by, character by character."""
    (folder / "part.txt").write_text(PART)
    table = run(program, "evaluate", folder / "part.txt", "--model", model, "--protocol", "stream",
                "--per-character", "-", "--quiet")
    return [float(row["nats"]) for row in csv.DictReader(table.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)]


def model_of(file):
    texts, tensors = load(file)
    return (SummedModel if "note" in texts else Model)(texts, tensors).eval()


def largest_difference(logits, ids, nats):
    expected = nn.functional.cross_entropy(logits[:-1], ids[1:], reduction="none")
    assert len(nats) == len(expected), (len(nats), len(expected))
    return (expected - torch.tensor(nats)).abs().max().item()


def exported(program, folder):
    (folder / "text.txt").write_text(TEXT)
    for cell, more in (("lstm", ["--output-input", "top"]), ("cifg", ["--output-input", "top"]), ("gru", ["--output-input", "top"]),
                       ("rnn", ["--output-input", "top"]), ("cifg", ["--output-input", "sum"]), ("gru", ["--output-input", "sum"])):
        name = folder / f"{cell}.{more[-1]}"
        run(program, "train", folder / "text.txt", "--model", f"{name}.carousel", "--cell", cell, "--layers", "2",
            "--hidden-size", "24", "--embedding-size", "10", "--steps", "60", "--batch-size", "4", "--window", "16",
            "--learning-rate", "0.02", "--quiet", *more)
        run(program, "export", f"{name}.carousel", "--format", "safetensors", "--output", f"{name}.safetensors", "--quiet")
        with torch.no_grad():
            model = model_of(f"{name}.safetensors")
            ids = model.ids(PART)
            difference = largest_difference(model(ids)[0], ids, surprisals(program, folder, f"{name}.carousel"))
        yield f"exported {cell}, output from {more[-1]}", difference


class Foreign(nn.Module):
    """What char-rnn's descendants have, under names of their own."""

    def __init__(self, module, symbols, apart):
        super().__init__()
        self.encoder, self.decoder = nn.Embedding(symbols, 7), nn.Linear(12, symbols)
        self.rnns = nn.ModuleList([module(7, 12), module(12, 12)]) if apart else None
        self.core = None if apart else module(7, 12, 2)
        self.decoder.weight.data *= 6

    def forward(self, ids):
        x = self.encoder(ids)
        for rnn in self.rnns if self.rnns is not None else [self.core]:
            x, _ = rnn(x)
        return self.decoder(x)


FOREIGN = [("lstm", nn.LSTM, False, torch.float32), ("gru", nn.GRU, False, torch.float16), ("rnn", nn.RNN, True, torch.bfloat16),
           ("lstm.double", nn.LSTM, True, torch.float64)]
KINDS = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.float64: "F64"}


def save_as(path, tensors, kind):
    """Like `save`, in other precisions too."""
    header, data = {}, b""
    for name, tensor in tensors.items():
        tensor = tensor.detach().to(kind).contiguous()
        part = tensor.view(torch.int16).numpy().tobytes() if kind == torch.bfloat16 else tensor.numpy().tobytes()
        header[name] = {"dtype": KINDS[kind], "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(part)]}
        data += part
    text = json.dumps(header).encode()
    pathlib.Path(path).write_bytes(struct.pack("<Q", len(text)) + text + data)


def foreign(program, folder, kept=None):
    """Models of PyTorch's, imported. `kept`: where their files and logits go."""
    alphabet = sorted(set(TEXT) | {"\n"})
    for name, module, apart, kind in FOREIGN:
        torch.manual_seed(7)
        model = Foreign(module, len(alphabet), apart).eval()
        model.load_state_dict({k: w.to(kind).float() for k, w in model.state_dict().items()})
        file = (kept or folder) / f"foreign.{name}.safetensors"
        save_as(file, model.state_dict(), kind)
        ids = torch.tensor([alphabet.index(c) for c in "\n" + PART])
        with torch.no_grad():
            logits = model(ids)
        if kept:
            write_logits(kept / f"foreign.{name}.logits", ids, logits)
            (kept / "foreign.json").write_text(json.dumps(alphabet) + "\n")
            continue
        (folder / "chars.json").write_text(json.dumps({c: i for i, c in enumerate(alphabet)}))
        model_file = folder / f"foreign.{name}.carousel"
        run(program, "import", file, "--embedding", "encoder", "--rnn", "rnns.{}" if apart else "core", "--output-layer", "decoder",
            "--vocabulary", folder / "chars.json", "--output", model_file, "--quiet")
        yield f"imported {name}, {KINDS[kind]}", largest_difference(logits, ids, surprisals(program, folder, model_file))
    if not kept:
        state = Foreign(nn.LSTM, len(alphabet), False).state_dict()
        save(folder / "shown.safetensors", state)
        save_as(folder / "own.safetensors", state, torch.float32)
        same = (folder / "shown.safetensors").read_bytes() == (folder / "own.safetensors").read_bytes()
        yield "the writer that the page shows", 0.0 if same else math.inf


def write_logits(path, ids, logits):
    with open(path, "w", encoding="ascii") as file:
        for number, row in zip(ids.tolist(), logits.tolist()):
            file.write(f"{number} " + " ".join(format(x, ".7g") for x in row) + "\n")


def write_examples(program, kept):
    """Stored model files as the program exports them, with PyTorch's logits of 200 symbols."""
    for cell in ("lstm", "cifg", "gru", "rnn"):
        file = kept / f"{cell}.safetensors"
        file.unlink(missing_ok=True)
        run(program, "export", ROOT / f"tests/snapshot/version_1/{cell}.carousel", "--format", "safetensors", "--output", file,
            "--quiet")
        model = model_of(file)
        ids = torch.tensor([0] + [(n * n + 3 * n) // 2 % len(model.alphabet) for n in range(200)])
        with torch.no_grad():
            write_logits(kept / f"{cell}.logits", ids, model(ids)[0])
    for _ in foreign(program, None, kept):
        pass


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    if sys.argv[2:3] == ["--write"]:
        return write_examples(program, pathlib.Path(sys.argv[3]))
    wrong = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for results in (exported(program, folder), foreign(program, folder)):
            for what, difference in results:
                wrong += difference > MOST
                print(f"{'ok   ' if difference <= MOST else 'WRONG'} {difference:8.1e}  {what}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
