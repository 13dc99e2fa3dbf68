#!/usr/bin/python3
"""Measures PyTorch as a character-level causal Transformer, as nanoGPT writes it: training steps and generation.

usage: torch_transformer.py LAYERS HEADS HIDDEN BATCH WINDOW [SECONDS]
A step is what `carousel benchmark --cell transformer` times: forward, cross-entropy, backward, clipping, Adam, on
random symbols (V = 65), without dropout and biases. Attention is PyTorch's own where it has one
(scaled_dot_product_attention, from 2.0 on), else a product, a softmax and a product. Generation feeds one symbol at
a time to cached keys and values. Prints one JSON object.
"""
import json
import math
import os
import sys
import time

import torch
from torch.nn import functional as F

VOCABULARY = 65
layers, heads, hidden, batch, window = map(int, sys.argv[1:6])
seconds = float(sys.argv[6]) if len(sys.argv) > 6 else 8.0
torch.set_num_threads(int(os.environ.get("THREADS", len(os.sched_getaffinity(0)))))
torch.manual_seed(0)
MASK = torch.tril(torch.ones(window, window)).view(1, 1, window, window) == 0


class Norm(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(hidden))

    def forward(self, x):
        return F.layer_norm(x, (hidden,), self.weight, None, 1e-5)


class Block(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = Norm(), Norm()
        self.qkv = torch.nn.Linear(hidden, 3 * hidden, bias=False)
        self.merge = torch.nn.Linear(hidden, hidden, bias=False)
        self.up = torch.nn.Linear(hidden, 4 * hidden, bias=False)
        self.down = torch.nn.Linear(4 * hidden, hidden, bias=False)

    def forward(self, x, past=None):
        b, t, _ = x.shape
        q, k, v = (part.view(b, t, heads, hidden // heads).transpose(1, 2)
                   for part in self.qkv(self.norm1(x)).split(hidden, 2))
        if past is not None:
            if past:
                k, v = (torch.cat([old, new], 2)[:, :, -window:] for old, new in zip(past, (k, v)))
            past[:] = [k, v]
        if past is None and hasattr(F, "scaled_dot_product_attention"):
            y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        else:
            scores = (q @ k.transpose(-2, -1)) * (1 / math.sqrt(hidden // heads))
            if past is None:
                scores = scores.masked_fill(MASK[:, :, :t, :t], float("-inf"))
            y = F.softmax(scores, -1) @ v
        x = x + self.merge(y.transpose(1, 2).reshape(b, t, hidden))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class Transformer(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = torch.nn.Embedding(VOCABULARY, hidden)
        self.positions = torch.nn.Embedding(window, hidden)
        self.blocks = torch.nn.ModuleList(Block() for _ in range(layers))
        self.norm = Norm()
        self.output = torch.nn.Linear(hidden, VOCABULARY)

    def forward(self, ids, past=None, position=0):
        at = torch.arange(position, position + ids.shape[1]).clamp(max=window - 1)
        x = self.embedding(ids) + self.positions(at)
        for i, block in enumerate(self.blocks):
            x = block(x, past[i] if past else None)
        return self.output(self.norm(x))


model = Transformer()
optimizer = torch.optim.Adam(model.parameters(), 1e-3)
ids = torch.randint(VOCABULARY, (batch, window + 1))
times, end = [], time.perf_counter() + seconds
while len(times) < 4 or time.perf_counter() < end:
    start = time.perf_counter()
    optimizer.zero_grad(set_to_none=True)
    logits = model(ids[:, :-1])
    loss = F.cross_entropy(logits.reshape(-1, VOCABULARY), ids[:, 1:].reshape(-1))
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    times.append(time.perf_counter() - start)
times = sorted(times[1:])

with torch.no_grad():
    symbol, count, past = torch.zeros(1, 1, dtype=torch.long), 300, [[] for _ in range(layers)]
    for i in range(count + 20):
        if i == 20:
            start = time.perf_counter()
        logits = model(symbol, past, i)
        symbol = torch.multinomial(torch.softmax(logits[0, 0] / 0.8, -1), 1).view(1, 1)
    generate = count / (time.perf_counter() - start)

print(json.dumps({"peer": "PyTorch " + torch.__version__,
                  "train_chars_per_s": batch * window / times[0],
                  "train_chars_per_s_median": batch * window / times[len(times) // 2],
                  "generate_chars_per_s": generate}))
