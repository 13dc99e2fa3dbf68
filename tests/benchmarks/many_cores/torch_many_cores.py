#!/usr/bin/python3
"""What more threads bring PyTorch's nn.LSTM as a character language model: whole updates, in the lines of many_cores.

usage: torch_many_cores.py SECONDS SHAPE THREADS [SHAPE THREADS ...]
SHAPE is lstm:LAYERS:HIDDEN:BATCH:WINDOW, THREADS 1,4,16. An update is embedding, LSTM with carried state, output layer,
cross-entropy, backward, clipping, Adam, on random symbols (V = 65); each is timed for SECONDS, twice at least.
"""
import pathlib
import sys
import time

import torch

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "peers"))
from torch_character_model import VOCABULARY, CharacterModel, update  # noqa: E402


def update_times(shape, seconds):
    layers, hidden, batch, window = map(int, shape.split(":")[1:])
    torch.manual_seed(0)
    model = CharacterModel(layers, hidden)
    optimizer = torch.optim.Adam(model.parameters(), 2e-3)
    ids = torch.randint(VOCABULARY, (window + 1, batch))
    state, times, end = None, [], None
    while len(times) < 3 or time.perf_counter() < end:
        start = time.perf_counter()
        state = update(model, optimizer, ids, state)
        times.append(time.perf_counter() - start)
        end = end or time.perf_counter() + seconds  # the first update is no measurement
    return batch * window, sorted(times[1:])


seconds, words = float(sys.argv[1]), sys.argv[2:]
for shape, teams in zip(words[::2], words[1::2]):
    alone = None
    for threads in map(int, teams.split(",")):
        torch.set_num_threads(threads)
        symbols, times = update_times(shape, seconds)
        alone = alone or times[0]
        print(f"update {shape} PyTorch {torch.__version__} threads {threads}: best {symbols / times[0]:.0f} "
              f"median {symbols / times[len(times) // 2]:.0f} characters/s, {alone / times[0]:.2f} x", flush=True)
