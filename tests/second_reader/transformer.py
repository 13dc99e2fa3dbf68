"""A layer of a Transformer, by the equations of docs/transformer.md: plain lists, double precision."""

import math
from operator import add, mul

PERIOD = 2**20


def normalized(x, gain):
    mean = sum(x) / len(x)
    apart = [s - mean for s in x]
    deviation = math.sqrt(sum(map(mul, apart, apart)) / len(x) + 1e-5)
    return [g * s / deviation for g, s in zip(gain, apart)]


def gelu(x):
    return x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2


def turned(head, number):
    half, turned_head = len(head) // 2, list(head)
    for i in range(half):
        steps = max(1, round(PERIOD * 10000 ** (-i / half) / (2 * math.pi)))
        angle = 2 * math.pi / PERIOD * (steps * number % PERIOD)
        x, y, cos, sin = head[i], head[half + i], math.cos(angle), math.sin(angle)
        turned_head[i], turned_head[half + i] = x * cos - y * sin, y * cos + x * sin
    return turned_head


class TransformerLayer:
    """`matrices` and `vectors` are those of the layer, by the end of their names."""

    states = []

    def __init__(self, config, matrices, vectors):
        self.heads, self.context = config["heads"], config["context"]
        self.size = config["hidden_size"] // self.heads
        self.matrices, self.vectors = matrices, vectors
        self.clear()

    def clear(self):
        self.keys, self.values, self.number = [], [], 0

    def split(self, vector):
        return [vector[h * self.size:(h + 1) * self.size] for h in range(self.heads)]

    def step(self, x, _):
        y = normalized(x, self.vectors["attention.gain"])
        x = list(map(add, x, self.matrices["attention.merge"] @ self.attend(y)))
        y = normalized(x, self.vectors["feedforward.gain"])
        wide = [gelu(a) for a in self.matrices["feedforward.up"] @ y]
        return list(map(add, x, self.matrices["feedforward.down"] @ wide))

    def attend(self, y):
        query, key, value = (self.split(self.matrices["attention." + name] @ y)
                             for name in ("query", "key", "value"))
        query, key = ([turned(head, self.number) for head in heads] for heads in (query, key))
        self.number += 1
        self.keys = (self.keys + [key])[-self.context:]
        self.values = (self.values + [value])[-self.context:]
        out = []
        for h in range(self.heads):
            scores = [sum(map(mul, query[h], past[h])) / math.sqrt(self.size) for past in self.keys]
            powers = [math.exp(score - max(scores)) for score in scores]
            for i in range(self.size):
                out.append(sum(p * past[h][i] for p, past in zip(powers, self.values)) / sum(powers))
        return out
