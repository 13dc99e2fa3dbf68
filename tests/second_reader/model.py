"""Reads a text with the weights of a snapshot, by the equations of docs/model.md.

Plain lists and double precision. A model reads symbol by symbol; `Model.read` feeds one and gives
the logarithms of the probabilities of the next.
"""

import math
import struct
from operator import add, mul

from model_file import f32, weights_of
from transformer import TransformerLayer, normalized

ATTENTION_SPAN = 64

# The table of "Weights" in docs/snapshot_format.md: the gates of a cell, those that W, U and V feed.
GATES = {
    "lstm": ("i f g o", "i f g o", "i f g o", ""),
    "capped-lstm": ("i f g o", "i f g o", "i f g o", ""),
    "attention-lstm": ("i f g o", "i f g o", "i f g o", ""),
    "cifg": ("f g o", "f g o", "f g o", ""),
    "rnn": ("a", "a", "a", ""),
    "lstm1997": ("i g o", "i g o", "i g o", ""),
    "peephole": ("i f g o", "i f g o", "i f g o", ""),
    "gru": ("nx r z nh", "nx r z", "r z nh", ""),
    "gru-before": ("r z n", "r z n", "r z", "n"),
    "mlstm": ("mh mx i f g o", "mx i f g o", "mh", "i f g o"),
    "mogrifier": ("i f g o", "i f g o", "i f g o", ""),
    "slstm": ("i f g o", "i f g o", "i f g o", ""),
    "minlstm": ("f i g", "f i g", "", ""),
    "mingru": ("z g", "z g", "", ""),
    "clockwork": ("a", "a", "a", ""),
    "depth-gated": ("i f g o d", "i f g o d", "i f g o", ""),
    "grid": ("i f g o I F G O", "i f g o I F G O", "i f g o I F G O", ""),
    "layernorm-lstm": ("i f g o n", "i f g o", "i f g o", ""),
}
STATES = {"rnn": 0, "gru": 0, "gru-before": 0, "minlstm": 0, "mingru": 0, "grid": 2, "slstm": 3}


def sigmoid(a):
    if a >= 0:
        return 1 / (1 + math.exp(-a))
    return math.exp(a) / (1 + math.exp(a))


def log_sigmoid(a):
    return min(a, 0) - math.log1p(math.exp(-abs(a)))


def positive(a):
    return a + 0.5 if a >= 0 else sigmoid(a)


def dot(one, other):
    return sum(map(mul, one, other))


class Matrix:
    """A matrix (N, K): in double precision, or with weights and vectors in 8 bits or in bf16."""

    def __init__(self, shape, values, precision="float32"):
        columns = shape[1]
        self.rows = [values[i:i + columns] for i in range(0, len(values), columns)]
        self.factors = None
        self.rounds = precision == "bf16"
        if precision == "int8":
            self.rows, self.factors = zip(*map(quantize_row, self.rows))
        if self.rounds:
            self.rows = [list(map(bf16, row)) for row in self.rows]

    def __matmul__(self, vector):
        if self.rounds:
            vector = list(map(bf16, vector))
        if self.factors is None:
            return [dot(row, vector) for row in self.rows]
        scale, levels = quantize_vector(vector)
        return [dot(row, levels) * factor * scale for row, factor in zip(self.rows, self.factors)]


def bf16(x):
    """The nearest number that is the upper half of a float; of two the one whose last bit is 0."""
    bits, = struct.unpack("<I", struct.pack("<f", x))
    rounded = bits + 0x7FFF + (bits >> 16) % 2 & 0xFFFF0000
    return struct.unpack("<f", struct.pack("<I", rounded))[0]


def quantize_row(row):
    scale = f32(max(map(abs, row)) / 127)
    if scale == 0:
        return [0] * len(row), 0.0
    return [max(-127, min(127, round(f32(w / scale)))) for w in row], f32(scale / 63)


def quantize_vector(vector):
    largest, scale = max(map(abs, vector)), 1.0
    while scale < largest:
        scale *= 2
    return scale, [round(63 / scale * x) for x in vector]


class Layer:
    """One recurrent layer with its memory: h, the states s, and the past of an attention."""

    def __init__(self, config, number, tensors, precision):
        self.cell = config["cell"]
        self.gates, self.of_input, self.of_past, self.of_mixed = (
            names.split() for names in GATES[self.cell])
        self.units = config["hidden_size"]
        prefix = f"layers.{number}."
        self.vectors = {name[len(prefix):]: values for name, (shape, values) in tensors.items()
                        if name.startswith(prefix) and len(shape) == 1}
        # Of 8 bits, W of layer 0 stays in single precision, but for the cell whose rounds change
        # its input; the matrices of rounds always do.
        exact = {"weight_ih"} if number == 0 and self.cell != "mogrifier" else set()
        self.matrices = {}
        for name, (shape, values) in tensors.items():
            own = name[len(prefix):]
            if name.startswith(prefix) and len(shape) == 2:
                exempt = precision == "int8" and (own in exact or own.startswith("round"))
                self.matrices[own] = Matrix(shape, values, "float32" if exempt else precision)
        self.clear()

    def clear(self):
        nothing = [0.0] * self.units
        self.h = nothing
        self.states = [nothing] * STATES.get(self.cell, 1)
        self.past = [nothing] * ATTENTION_SPAN

    def weight(self, name, number):
        """The `number`-th of the vectors of H weights that stand one after another in `name`."""
        return self.vectors[name][number * self.units:(number + 1) * self.units]

    def add_product(self, a, names, matrix, vector):
        if not names:
            return
        sums = self.matrices[matrix] @ vector
        for k, name in enumerate(names):
            a[name] = list(map(add, a[name], sums[k * self.units:(k + 1) * self.units]))

    def step(self, y, below):
        """From the layer's input y(t) and the states of the layer below to its output."""
        if self.cell == "layernorm-lstm":
            return self.normalized_step(y)
        h = self.h
        if self.cell == "mogrifier":
            y, h = self.rounds(y, h)
        a = {name: self.weight("bias", k) for k, name in enumerate(self.gates)}
        self.add_product(a, self.of_input, "weight_ih", y)
        self.add_product(a, self.of_past, "weight_hh", h)
        if self.cell == "mlstm":
            self.add_product(a, self.of_mixed, "weight_vh", list(map(mul, a["mh"], a["mx"])))
        if self.cell == "gru-before":
            reset = [sigmoid(r) * h_ for r, h_ in zip(a["r"], h)]
            self.add_product(a, self.of_mixed, "weight_vh", reset)
        before = self.states
        columns = [[self.unit({name: a[name][u] for name in self.gates}, self.h[u],
                              [s[u] for s in before], [s[u] for s in below], u)]
                   for u in range(self.units)]
        output, self.h = ([c[0][k] for c in columns] for k in (0, 1))
        self.states = [[c[0][2][k] for c in columns] for k in range(len(before))]
        return self.attend() if self.cell == "attention-lstm" else output

    def unit(self, a, h, s, below, u):
        """One unit: its output for the layer above, its h(t) and its states."""
        function = getattr(self, "unit_" + self.cell.replace("-", "_"), self.unit_lstm)
        result = function(a, h, s, below, u)
        return result if len(result) == 3 else (result[0], *result)

    # The cells, each as its section of the page: to (h(t), states), or (output, h(t), states).

    def unit_rnn(self, a, h, s, below, u):
        return math.tanh(a["a"]), []

    def unit_lstm1997(self, a, h, s, below, u):
        c = s[0] + sigmoid(a["i"]) * 2 * math.tanh(a["g"] / 2)
        return sigmoid(a["o"]) * math.tanh(c / 2), [c]

    def unit_lstm(self, a, h, s, below, u):
        c = sigmoid(a["f"]) * s[0] + sigmoid(a["i"]) * math.tanh(a["g"])
        return sigmoid(a["o"]) * math.tanh(c), [c]

    def unit_peephole(self, a, h, s, below, u):
        p_i, p_f, p_o = (self.weight("diagonal", k)[u] for k in range(3))
        i, f = sigmoid(a["i"] + p_i * s[0]), sigmoid(a["f"] + p_f * s[0])
        c = f * s[0] + i * math.tanh(a["g"])
        return sigmoid(a["o"] + p_o * c) * math.tanh(c), [c]

    def unit_cifg(self, a, h, s, below, u):
        f = sigmoid(a["f"])
        c = f * s[0] + (1 - f) * math.tanh(a["g"])
        return sigmoid(a["o"]) * math.tanh(c), [c]

    def unit_capped_lstm(self, a, h, s, below, u):
        f = sigmoid(a["f"])
        c = f * s[0] + min(sigmoid(a["i"]), 1 - f) * math.tanh(a["g"])
        return sigmoid(a["o"]) * math.tanh(c), [c]

    unit_mogrifier = unit_capped_lstm

    def unit_gru(self, a, h, s, below, u):
        z = sigmoid(a["z"])
        n = math.tanh(a["nx"] + sigmoid(a["r"]) * a["nh"])
        return z * h + (1 - z) * n, []

    def unit_gru_before(self, a, h, s, below, u):
        z = sigmoid(a["z"])
        return z * h + (1 - z) * math.tanh(a["n"]), []

    def unit_slstm(self, a, h, s, below, u):
        c, n, m = s
        kept = log_sigmoid(a["f"]) + m
        now = a["i"] if n == 0 else max(kept, a["i"])
        f, i = math.exp(min(0, kept - now)), math.exp(a["i"] - now)
        c, n = f * c + i * math.tanh(a["g"]), f * n + i
        return sigmoid(a["o"]) * c / n, [c, n, now]

    def unit_minlstm(self, a, h, s, below, u):
        f = sigmoid(log_sigmoid(a["f"]) - log_sigmoid(a["i"]))
        return f * h + (1 - f) * positive(a["g"]), []

    def unit_mingru(self, a, h, s, below, u):
        z = sigmoid(a["z"])
        return (1 - z) * h + z * positive(a["g"]), []

    def unit_clockwork(self, a, h, s, below, u):
        period = 2 ** (u * min(8, self.units) // self.units)
        return math.tanh(a["a"]) if s[0] == 0 else h, [(s[0] + 1) % period]

    def unit_depth_gated(self, a, h, s, below, u):
        p_c, p_l = (self.weight("diagonal", k)[u] for k in range(2))
        under = below[0] if below else 0.0
        d = sigmoid(a["d"] + p_c * s[0] + p_l * under)
        c = sigmoid(a["f"]) * s[0] + sigmoid(a["i"]) * math.tanh(a["g"]) + d * under
        return sigmoid(a["o"]) * math.tanh(c), [c]

    def unit_grid(self, a, h, s, below, u):
        under = below[1] if below else 0.0
        c = sigmoid(a["f"]) * s[0] + sigmoid(a["i"]) * math.tanh(a["g"])
        up = sigmoid(a["F"]) * under + sigmoid(a["I"]) * math.tanh(a["G"])
        return sigmoid(a["O"]) * math.tanh(up), sigmoid(a["o"]) * math.tanh(c), [c, up]

    def rounds(self, y, h):
        for r in range(1, 6):
            read, scaled = (h, y) if r % 2 == 1 else (y, h)
            down, up = self.matrices[f"round{r}.down"], self.matrices[f"round{r}.up"]
            scaled = [2 * sigmoid(q) * x for q, x in zip(up @ (down @ read), scaled)]
            y, h = (scaled, h) if r % 2 == 1 else (y, scaled)
        return y, h

    def normalized_step(self, y):
        units, gain = self.units, self.vectors["gain"]
        of_input = normalize(self.matrices["weight_ih"] @ y, gain[:4 * units])
        of_past = normalize(self.matrices["weight_hh"] @ self.h, gain[4 * units:8 * units])
        a = [x + h + b for x, h, b in zip(of_input, of_past, self.vectors["bias"])]
        i, f, g, o = (a[k * units:(k + 1) * units] for k in range(4))
        c = [sigmoid(f[u]) * self.states[0][u] + sigmoid(i[u]) * math.tanh(g[u])
             for u in range(units)]
        n = map(add, normalize(c, gain[8 * units:]), self.weight("bias", 4))
        self.h = [sigmoid(o_) * math.tanh(n_) for o_, n_ in zip(o, n)]
        self.states = [c]
        return self.h

    def attend(self):
        query = self.matrices["attention.query"] @ self.h
        scores = [dot(query, past) / math.sqrt(self.units) + r
                  for past, r in zip(self.past, self.vectors["attention.distance"])]
        shares = [math.exp(score) for score in log_softmax(scores)]
        context = [dot(shares, column) for column in zip(*self.past)]
        self.past = [self.h] + self.past[:-1]
        return list(map(add, self.h, self.matrices["attention.context"] @ context))


def normalize(sums, gain):
    mean = sum(sums) / len(sums)
    apart = [s - mean for s in sums]
    deviation = math.sqrt(dot(apart, apart) / len(sums) + 1e-5)
    return [g * x / deviation for g, x in zip(gain, apart)]


def log_softmax(logits):
    largest = max(logits)
    total = math.log(sum(math.exp(z - largest) for z in logits)) + largest
    return [z - total for z in logits]


def transformer_layer(config, layer, tensors, precision):
    prefix = f"layers.{layer}."
    own = {name[len(prefix):]: tensor for name, tensor in tensors.items() if name.startswith(prefix)}
    return TransformerLayer(
        config,
        {name: Matrix(*tensor, precision) for name, tensor in own.items() if len(tensor[0]) == 2},
        {name: tensor[1] for name, tensor in own.items() if len(tensor[0]) == 1})


class Model:
    def __init__(self, snapshot, precision):
        tensors = {name: (shape, values) for name, shape, values in weights_of(snapshot)}
        config = snapshot["model"]
        self.sums_layers = config["output_input"] == "sum"
        self.embedding = Matrix(*tensors["embedding.weight"])
        layer = transformer_layer if config["cell"] == "transformer" else Layer
        self.layers = [layer(config, l, tensors, precision) for l in range(config["layers"])]
        self.output_gain = tensors["output.gain"][1] if "output.gain" in tensors else None
        self.output = Matrix(*tensors["output.weight"], precision)
        self.bias = tensors["output.bias"][1]

    def clear(self):
        """Forgets all that was read."""
        for layer in self.layers:
            layer.clear()

    def read(self, symbol):
        y, below, total = self.embedding.rows[symbol], [], None
        for layer in self.layers:
            y = layer.step(y, below)
            below = layer.states
            total = y if total is None else list(map(add, total, y))
        if self.output_gain:
            y = normalized(y, self.output_gain)
        logits = self.output @ (total if self.sums_layers else y)
        return log_softmax(list(map(add, logits, self.bias)))
