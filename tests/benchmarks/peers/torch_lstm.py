#!/usr/bin/python3
"""Measures PyTorch's nn.LSTM as a character language model: training steps and generation.

usage: torch_lstm.py LAYERS HIDDEN BATCH WINDOW [SECONDS]
A step is what `carousel benchmark` times: embedding, LSTM with carried state, output layer,
cross-entropy, backward, clipping, Adam, on random symbols (V = 65). Prints one JSON object.
Its fastest setting on a CPU is the OpenMP build of OpenBLAS with all threads: `run` sets that up.
"""
import json
import os
import sys
import time

import torch

from torch_character_model import VOCABULARY, CharacterModel, update

layers, hidden, batch, window = map(int, sys.argv[1:5])
seconds = float(sys.argv[5]) if len(sys.argv) > 5 else 8.0
torch.set_num_threads(int(os.environ.get("THREADS", os.cpu_count())))
torch.manual_seed(0)

model = CharacterModel(layers, hidden)
optimizer = torch.optim.Adam(model.parameters(), 2e-3)
ids = torch.randint(VOCABULARY, (window + 1, batch))
state, times, end = None, [], time.perf_counter() + seconds
while len(times) < 4 or time.perf_counter() < end:
    start = time.perf_counter()
    state = update(model, optimizer, ids, state)
    times.append(time.perf_counter() - start)
times = sorted(times[1:])

with torch.no_grad():
    state, symbol, count = None, torch.zeros(1, 1, dtype=torch.long), 300
    for i in range(count + 20):
        if i == 20:
            start = time.perf_counter()
        logits, state = model(symbol, state)
        symbol = torch.multinomial(torch.softmax(logits[0, 0] / 0.8, -1), 1).view(1, 1)
    generate = count / (time.perf_counter() - start)

print(json.dumps({"peer": "PyTorch " + torch.__version__,
                  "train_chars_per_s": batch * window / times[0],
                  "train_chars_per_s_median": batch * window / times[len(times) // 2],
                  "generate_chars_per_s": generate}))
