#!/usr/bin/python3
"""Trains small models with PyTorch in double precision and writes what came out to
pytorch_numbers.txt, against which pytorch_test.cpp holds the program.

The random numbers (Philox4x32-10) and the dropout masks are written once more here, so that they are
checked too. Debian: apt-get install python3-torch; then run this file in its own folder."""

import math

import torch

torch.set_default_dtype(torch.float64)

# By their number in the program.
CELLS = dict(zip(["lstm", "cifg", "capped-lstm", "rnn", "lstm1997", "peephole", "gru"], range(7)), transformer=18)
OUTPUT_INPUTS, MASKS = ["top", "sum"], ["window", "step"]
CASES = [
    # V, E, H, L, B, T, beta1, dropout (input, between, output, recurrent)
    dict(name="plain", cell="lstm", out="top", v=7, e=5, h=6, l=2, b=3, t=5, beta1=0.9,
         dropout=(0, 0, 0, 0), mask="window"),
    dict(name="dropout", cell="lstm", out="top", v=9, e=4, h=5, l=2, b=2, t=4, beta1=0.0,
         dropout=(0.25, 0.5, 0.25, 0), mask="window"),
    dict(name="coupled", cell="cifg", out="sum", v=6, e=3, h=5, l=2, b=2, t=4, beta1=0.0,
         dropout=(0.25, 0.25, 0.25, 0.5), mask="step"),
    dict(name="capped", cell="capped-lstm", out="sum", v=6, e=4, h=5, l=3, b=2, t=4, beta1=0.9,
         dropout=(0, 0.25, 0.5, 0.25), mask="window"),
    dict(name="simple", cell="rnn", out="top", v=7, e=4, h=6, l=2, b=3, t=5, beta1=0.0,
         dropout=(0, 0.25, 0, 0), mask="window"),
    dict(name="gated", cell="gru", out="sum", v=6, e=5, h=5, l=2, b=2, t=5, beta1=0.9,
         dropout=(0.25, 0.25, 0.25, 0), mask="step"),
    # Heads of an odd size, a context that reaches over the window before.
    dict(name="attentive", cell="transformer", out="top", v=7, e=6, h=6, l=2, b=2, t=4, beta1=0.9,
         dropout=(0, 0, 0, 0), mask="window", heads=2, context=6),
    dict(name="attentive, dropped", cell="transformer", out="top", v=6, e=8, h=8, l=2, b=2, t=5, beta1=0.0,
         dropout=(0.25, 0.25, 0.5, 0), mask="step", heads=1, context=3),
]
STEPS, RATE, BETA2, EPSILON, DECAY, CLIP, SEED = 8, 0.02, 0.99, 1e-5, 0.1, 0.4, 42
DROPOUT_INPUT, DROPOUT_BETWEEN, DROPOUT_OUTPUT, NUMBERS, DROPOUT_RECURRENT = 3, 4, 5, 7, 8  # RandomPurpose
LANES = 16  # units that lie side by side in memory


def philox(counter, key):
    c, k = list(counter), list(key)
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(p1 >> 32) ^ c[1] ^ k[0], p1 & 0xFFFFFFFF, (p0 >> 32) ^ c[3] ^ k[1], p0 & 0xFFFFFFFF]
        k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return c


def random_word(purpose, stream, position):
    block = position // 4
    words = philox([block & 0xFFFFFFFF, block >> 32, purpose, stream], [SEED, 0])
    return words[position % 4]


def mask(count, rate, purpose, stream, window):
    if rate == 0:
        return torch.ones(count)
    draws = [(random_word(purpose, stream, (window << 32) + i) >> 8) / 2**24 for i in range(count)]
    kept = torch.tensor(1 / (1 - rate), dtype=torch.float32).item()  # as the program rounds it
    return torch.tensor([0.0 if draw < rate else kept for draw in draws])


def padded(units):
    return (units + LANES - 1) // LANES * LANES


def unit_masks(case, rate, purpose, layer, step):
    """(T, B, H): one mask for all steps of the window, or one for each. Rows are padded in memory."""
    h, b, t = case["h"], case["b"], case["t"]
    slabs = t if case["mask"] == "step" else 1
    drawn = mask(slabs * b * padded(h), rate, purpose, layer, step).reshape(slabs, b, padded(h))
    return drawn[:, :, :h].expand(t, b, h)


def weight_mask(gates, h, rate, layer, step):
    """(G H, H): draws are in the order of memory, where sixteen units of a gate lie side by side and
    the gates of these units behind one another."""
    drawn = mask(gates * padded(h) * h, rate, DROPOUT_RECURRENT, layer, step)
    gate, unit, k = torch.meshgrid(torch.arange(gates), torch.arange(h), torch.arange(h), indexing="ij")
    panel = unit // LANES * gates + gate
    return drawn[(panel * h + k) * LANES + unit % LANES].reshape(gates * h, h)


class Layer(torch.nn.Module):
    """A layer of the cells that PyTorch has not, with the names of `torch.nn.LSTM`."""

    def __init__(self, cell, inputs, h):
        super().__init__()
        self.cell, self.gates = cell, 3 if cell == "cifg" else 4
        self.weight_ih_l0 = torch.nn.Parameter(torch.empty(self.gates * h, inputs))
        self.weight_hh_l0 = torch.nn.Parameter(torch.empty(self.gates * h, h))
        self.bias_ih_l0 = torch.nn.Parameter(torch.empty(self.gates * h))

    def forward(self, x, state, recurrent):
        hidden, cell = state[0][0], state[1][0]
        outputs = []
        for step in x:
            a = step @ self.weight_ih_l0.T + hidden @ (self.weight_hh_l0 * recurrent).T + self.bias_ih_l0
            *i, f, g, o = a.chunk(self.gates, 1)
            f = torch.sigmoid(f)
            if self.cell == "cifg":
                written = 1 - f
            elif self.cell == "capped-lstm":
                written = torch.minimum(torch.sigmoid(i[0]), 1 - f)
            else:
                written = torch.sigmoid(i[0])
            cell = f * cell + written * torch.tanh(g)
            hidden = torch.sigmoid(o) * torch.tanh(cell)
            outputs.append(hidden)
        return torch.stack(outputs), (hidden.unsqueeze(0), cell.unsqueeze(0))


class TorchLayer(torch.nn.Module):
    """A layer of PyTorch's own GRU or RNN with the program's parameters: one bias where PyTorch has two
    that are only added, and the gates of a GRU in the order n r z of W, r z n of U, n_x r z n_h of b."""

    def __init__(self, cell, inputs, h):
        super().__init__()
        self.cell, self.gates = cell, 3 if cell == "gru" else 1
        self.weight_ih_l0 = torch.nn.Parameter(torch.empty(self.gates * h, inputs))
        self.weight_hh_l0 = torch.nn.Parameter(torch.empty(self.gates * h, h))
        self.bias_ih_l0 = torch.nn.Parameter(torch.empty((4 if cell == "gru" else 1) * h))

    def forward(self, x, state):
        bias_of_input, bias_of_state = self.bias_ih_l0, torch.zeros_like(self.bias_ih_l0)
        weight, run = self.weight_ih_l0, torch._VF.rnn_tanh
        if self.cell == "gru":
            n, r, z = weight.chunk(3)
            n_x, b_r, b_z, n_h = self.bias_ih_l0.chunk(4)
            none = torch.zeros_like(n_h)
            weight, run = torch.cat([r, z, n]), torch._VF.gru
            bias_of_input, bias_of_state = torch.cat([b_r, b_z, n_x]), torch.cat([none, none, n_h])
        # biases, one layer, no dropout, not in training, one direction, time first
        outputs, hidden = run(x, state[0], [weight, self.weight_hh_l0, bias_of_input, bias_of_state],
                              True, 1, 0.0, False, False, False)
        return outputs, (hidden, state[1])


PERIOD = 2**20


def turned(x, numbers, size):
    """Rotary positions of the heads (..., A, d) of the symbols with these numbers (B)."""
    half = size // 2
    steps = torch.tensor([max(1, round(PERIOD / (2 * math.pi) * 10000 ** (-i / half))) for i in range(half)])
    angles = 2 * math.pi / PERIOD * (numbers.unsqueeze(1) * steps % PERIOD)  # (B, d / 2)
    cos, sin = angles.cos().unsqueeze(1), angles.sin().unsqueeze(1)
    a, b, rest = x[..., :half], x[..., half:2 * half], x[..., 2 * half:]
    return torch.cat([a * cos - b * sin, b * cos + a * sin, rest], -1)


class TransformerLayer(torch.nn.Module):
    """A layer of a Transformer, one symbol of each stream after the other."""

    NAMES = ["attention.gain", "attention.query", "attention.key", "attention.value", "attention.merge",
             "feedforward.gain", "feedforward.up", "feedforward.down"]

    def __init__(self, h, heads, context):
        super().__init__()
        self.h, self.heads, self.context = h, heads, context
        self.gain, self.feedforward_gain = (torch.nn.Parameter(torch.empty(h)) for _ in range(2))
        self.query, self.key, self.value, self.merge = (torch.nn.Linear(h, h, bias=False) for _ in range(4))
        self.up, self.down = torch.nn.Linear(h, 4 * h, bias=False), torch.nn.Linear(4 * h, h, bias=False)

    def parameters_in_order(self):
        return [self.gain, self.query.weight, self.key.weight, self.value.weight, self.merge.weight,
                self.feedforward_gain, self.up.weight, self.down.weight]

    def norm(self, x, gain):
        return torch.nn.functional.layer_norm(x, (self.h,), gain, None, 1e-5)

    def forward(self, x, past, number, masks):
        """x (B, H); `past` holds keys and values (B, A, d) of the symbols before, of which there are `number`."""
        b, size = x.shape[0], self.h // self.heads
        y = self.norm(x, self.gain)
        numbers = torch.full((b,), number)
        heads = [f(y).reshape(b, self.heads, size) for f in (self.query, self.key, self.value)]
        past.append((turned(heads[1], numbers, size), heads[2]))
        keys, values = (torch.stack(part[-self.context:]) for part in zip(*past))  # (N, B, A, d)
        scores = torch.einsum("bad,nbad->ban", turned(heads[0], numbers, size), keys) / math.sqrt(size)
        attended = torch.einsum("ban,nbad->bad", torch.softmax(scores, -1), values).reshape(b, self.h)
        x = x + masks[0] * self.merge(attended)
        wide = torch.nn.functional.gelu(self.up(self.norm(x, self.feedforward_gain)), approximate="tanh")
        return x + masks[1] * self.down(wide)


def make_layer(cell, inputs, h, drops):
    if cell in ("rnn", "gru"):
        return TorchLayer(cell, inputs, h)
    return Layer(cell, inputs, h) if cell != "lstm" or drops else torch.nn.LSTM(inputs, h)


class Numbers:
    """Small fractions with a short text, exact in single precision."""

    def __init__(self, stream):
        self.stream, self.at = stream, 0

    def word(self):
        self.at += 1
        return random_word(NUMBERS, self.stream, self.at - 1)

    def tensor(self, *shape):
        values = [(self.word() % 129 - 64) / 64 for _ in range(math.prod(shape))]
        return torch.tensor(values).reshape(shape)

    def ids(self, bound, *shape):
        return torch.tensor([self.word() % bound for _ in range(math.prod(shape))]).reshape(shape)


def write(file, name, tensor):
    text = " ".join(format(x, ".10g") for x in tensor.detach().flatten().tolist())
    file.write(f"{name} {tensor.numel()} {text}\n")


def write_head(case, file):
    numbers = [CELLS[case["cell"]], OUTPUT_INPUTS.index(case["out"]), case.get("heads", 0), case.get("context", 0)]
    count = 4 if case["cell"] == "transformer" else 2
    file.write(f"case {case['name']}\n")
    file.write("sizes 6 {} {} {} {} {} {}\n".format(*(case[key] for key in "vehlbt")))
    file.write(f"adam 6 {RATE} {case['beta1']} {BETA2} {EPSILON} {DECAY} {CLIP}\n")
    file.write(f"architecture {count} {' '.join(map(str, numbers[:count]))}\n")
    file.write("dropout 5 {} {} {} {} {}\n".format(*case["dropout"], MASKS.index(case["mask"])))


def run(case, stream, file):
    v, e, h, layers, b, t = (case[key] for key in "vehlbt")
    numbers = Numbers(stream)
    embedding = torch.nn.Embedding(v, e)
    lstms = [make_layer(case["cell"], e if l == 0 else h, h, case["dropout"][3] > 0)
             for l in range(layers)]
    output = torch.nn.Linear(h, v)
    parameters = [("embedding.weight", embedding.weight)]
    for l, lstm in enumerate(lstms):
        parameters += [(f"layers.{l}.weight_ih", lstm.weight_ih_l0), (f"layers.{l}.weight_hh", lstm.weight_hh_l0),
                       (f"layers.{l}.bias", lstm.bias_ih_l0)]
        if isinstance(lstm, torch.nn.LSTM):
            lstm.bias_hh_l0.data.zero_()  # the model has one bias, PyTorch two of which the sum counts
    parameters += [("output.weight", output.weight), ("output.bias", output.bias)]
    for _, parameter in parameters:
        parameter.data.copy_(numbers.tensor(*parameter.shape))

    write_head(case, file)
    for name, parameter in parameters:
        write(file, "first." + name, parameter)

    kept = 0 if case["cell"] in ("rnn", "gru") else h
    states = [(torch.zeros(1, b, h), torch.zeros(1, b, kept)) for _ in lstms]

    def windows():
        for step in range(STEPS):
            inputs, targets = numbers.ids(v, t, b), numbers.ids(v, t, b)
            write(file, "inputs", inputs)
            write(file, "targets", targets)
            rate_input, rate_between, rate_output, rate_recurrent = case["dropout"]
            symbols = mask(v, rate_input, DROPOUT_INPUT, 0, step)
            x = embedding(inputs) * symbols[inputs].unsqueeze(2)
            total = 0
            for l, lstm in enumerate(lstms):
                more = [weight_mask(lstm.gates, h, rate_recurrent, l, step)] if isinstance(lstm, Layer) else []
                x, (hidden, cell) = lstm(x, states[l], *more)
                states[l] = (hidden.detach(), cell.detach())
                top = l + 1 == layers
                total = total + x if case["out"] == "sum" or top else total
                if not top:
                    x = x * unit_masks(case, rate_between, DROPOUT_BETWEEN, l, step)
            x = total * unit_masks(case, rate_output, DROPOUT_OUTPUT, layers - 1, step)
            yield torch.nn.functional.cross_entropy(output(x).reshape(t * b, v), targets.reshape(t * b))

    train(case, parameters, windows(), file)
    write(file, "hidden", torch.cat([hidden for hidden, _ in states]))
    write(file, "cell", torch.cat([cell for _, cell in states]))


def train(case, parameters, windows, file):
    """Adam on the losses of the windows, what comes out to the file."""
    matrices = [p for _, p in parameters if p.dim() == 2]
    vectors = [p for _, p in parameters if p.dim() == 1]
    optimizer = torch.optim.AdamW(
        [dict(params=matrices, weight_decay=DECAY), dict(params=vectors, weight_decay=0)],
        lr=RATE, betas=(case["beta1"], BETA2), eps=EPSILON)
    for step, loss in enumerate(windows):
        optimizer.zero_grad()
        loss.backward()
        norm = torch.sqrt(sum((p.grad**2).sum() for _, p in parameters))
        if step == 0:
            for name, parameter in parameters:
                write(file, "gradient." + name, parameter.grad)
        # clip_grad_norm_ would add 1e-6 to the norm
        for _, parameter in parameters:
            parameter.grad.mul_(min(1.0, CLIP / norm.item()))
        optimizer.step()
        write(file, "loss_and_norm", torch.stack([loss, norm]))
    for name, parameter in parameters:
        write(file, "last." + name, parameter)


def run_transformer(case, stream, file):
    v, h, layers, b, t, context = (case[key] for key in ["v", "h", "l", "b", "t", "context"])
    numbers = Numbers(stream)
    embedding, output = torch.nn.Embedding(v, h), torch.nn.Linear(h, v)
    nets = [TransformerLayer(h, case["heads"], context) for _ in range(layers)]
    gain = torch.nn.Parameter(torch.empty(h))
    parameters = [("embedding.weight", embedding.weight)]
    for l, net in enumerate(nets):
        parameters += [(f"layers.{l}.{name}", p) for name, p in zip(net.NAMES, net.parameters_in_order())]
    parameters += [("output.gain", gain), ("output.weight", output.weight), ("output.bias", output.bias)]
    for _, parameter in parameters:
        parameter.data.copy_(numbers.tensor(*parameter.shape))
    write_head(case, file)
    for name, parameter in parameters:
        write(file, "first." + name, parameter)
    past = [[] for _ in nets]

    def windows():
        for step in range(STEPS):
            inputs, targets = numbers.ids(v, t, b), numbers.ids(v, t, b)
            write(file, "inputs", inputs)
            write(file, "targets", targets)
            rate_input, rate_between, rate_output, _ = case["dropout"]
            embedded = embedding(inputs) * mask(v, rate_input, DROPOUT_INPUT, 0, step)[inputs].unsqueeze(2)
            between = [unit_masks(case, rate_between, DROPOUT_BETWEEN, part, step) for part in range(2 * layers)]
            dropped = unit_masks(case, rate_output, DROPOUT_OUTPUT, layers - 1, step)
            outputs = []
            for i in range(t):
                x = embedded[i]
                for l, net in enumerate(nets):
                    x = net(x, past[l], step * t + i, [between[2 * l][i], between[2 * l + 1][i]])
                outputs.append(nets[0].norm(x, gain))
            logits = output(torch.stack(outputs) * dropped)
            for l in range(layers):
                past[l] = [(key.detach(), value.detach()) for key, value in past[l]]
            yield torch.nn.functional.cross_entropy(logits.reshape(t * b, v), targets.reshape(t * b))

    train(case, parameters, windows(), file)
    slots = 1 << (context - 1).bit_length()
    hidden = torch.zeros(layers, b, slots, 2 * h)
    for l in range(layers):
        for number, (key, value) in list(enumerate(past[l]))[-slots:]:
            hidden[l, :, number % slots] = torch.cat([key.reshape(b, h), value.reshape(b, h)], 1)
    write(file, "hidden", hidden)
    write(file, "cell", torch.full((layers, b, 1), float(STEPS * t)))


def main():
    with open("pytorch_numbers.txt", "w", encoding="ascii") as file:
        file.write(f"# Written by make_pytorch_numbers.py with PyTorch {torch.__version__}. Do not edit.\n")
        for stream, case in enumerate(CASES):
            (run_transformer if case["cell"] == "transformer" else run)(case, stream, file)


if __name__ == "__main__":
    main()
