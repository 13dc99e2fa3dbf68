#!/usr/bin/python3
"""Trains small models with PyTorch in double precision and writes what came out to
pytorch_numbers.txt, against which pytorch_test.cpp holds the program.

The random numbers (Philox4x32-10) and the dropout masks are written once more here, so that they are
checked too. Debian: apt-get install python3-torch; then run this file in its own folder."""

import math

import torch

torch.set_default_dtype(torch.float64)

# By their number in the program.
CELLS = ["lstm", "cifg", "capped-lstm", "rnn", "lstm1997", "peephole", "gru"]
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

    matrices = [p for _, p in parameters if p.dim() == 2]
    vectors = [p for _, p in parameters if p.dim() == 1]
    optimizer = torch.optim.AdamW(
        [dict(params=matrices, weight_decay=DECAY), dict(params=vectors, weight_decay=0)],
        lr=RATE, betas=(case["beta1"], BETA2), eps=EPSILON)

    file.write(f"case {case['name']}\n")
    file.write(f"sizes 6 {v} {e} {h} {layers} {b} {t}\n")
    file.write(f"adam 6 {RATE} {case['beta1']} {BETA2} {EPSILON} {DECAY} {CLIP}\n")
    file.write(f"architecture 2 {CELLS.index(case['cell'])} {OUTPUT_INPUTS.index(case['out'])}\n")
    file.write("dropout 5 {} {} {} {} {}\n".format(*case["dropout"], MASKS.index(case["mask"])))
    for name, parameter in parameters:
        write(file, "first." + name, parameter)

    kept = 0 if case["cell"] in ("rnn", "gru") else h
    states = [(torch.zeros(1, b, h), torch.zeros(1, b, kept)) for _ in lstms]
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
        loss = torch.nn.functional.cross_entropy(output(x).reshape(t * b, v), targets.reshape(t * b))
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
    write(file, "hidden", torch.cat([hidden for hidden, _ in states]))
    write(file, "cell", torch.cat([cell for _, cell in states]))


def main():
    with open("pytorch_numbers.txt", "w", encoding="ascii") as file:
        file.write(f"# Written by make_pytorch_numbers.py with PyTorch {torch.__version__}. Do not edit.\n")
        for stream, case in enumerate(CASES):
            run(case, stream, file)


if __name__ == "__main__":
    main()
