"""Reads a .carousel file as docs/snapshot_format.md describes it, by nothing but that page.

Nothing here is shared with the program: where the two disagree, one of them or the page is wrong.
`read` gives a snapshot as a dictionary with the names of the page.
"""

import hashlib
import math
import struct

MAGIC = bytes.fromhex("894352534c0d0a1a")
KIND = b"language model".ljust(16, b"\0")
VERSIONS = (1, 2, 3)


class Content:
    """The fields of a content, one after another. Each method is a type of the page's table."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        if self.at + count > len(self.data):
            raise ValueError(f"the content ends within a field, at byte {self.at}")
        self.at += count
        return self.data[self.at - count:self.at]

    def number(self, form):
        return struct.unpack("<" + form, self.take(struct.calcsize("<" + form)))[0]

    def u32(self):
        return self.number("I")

    def u64(self):
        return self.number("Q")

    def i64(self):
        return self.number("q")

    def f32(self):
        return self.finite(self.number("f"))

    def f64(self):
        return self.finite(self.number("d"))

    @staticmethod
    def finite(value):
        if not math.isfinite(value):
            raise ValueError("a number is not finite")
        return value

    def flag(self):
        value = self.take(1)[0]
        if value > 1:
            raise ValueError(f"a flag is {value}")
        return value == 1

    def word(self):
        field = self.take(16)
        word = field.rstrip(b"\0").decode("ascii")
        if not word.replace("-", "a").isalnum():
            raise ValueError(f"a word is {field}")
        return word

    def text(self):
        return self.take(self.u64())

    def digest(self):
        return self.take(32).hex()

    def list(self, item):
        return [item() for _ in range(self.u64())]

    def optional(self, item):
        return item() if self.flag() else None

    def numbers(self, form):
        count = self.u64()
        return list(struct.unpack(f"<{count}{form}", self.take(count * struct.calcsize(form))))

    def record(self, fields):
        """Fields in the form "type name, type name"."""
        pairs = (field.split() for field in fields.split(","))
        return {name: getattr(self, kind)() for kind, name in pairs}

    def tensor(self):
        return {"name": self.text().decode(), "shape": self.list(self.i64),
                "values": self.numbers("f")}

    def quantized_tensor(self):
        return {"name": self.text().decode(), "shape": self.list(self.i64),
                "scales": self.numbers("f"), "levels": self.numbers("b")}


def history_record(content):
    return content.record("u64 step, u64 epoch, f64 seconds, f64 training_loss,"
                          "flag has_validation, f64 validation_loss, f64 learning_rate,"
                          "flag averaged")


def training_state(content):
    state = content.record("u64 step, u64 epoch, u64 window_in_epoch, f64 seconds,"
                           "f32 learning_rate_scale, u32 divergences, f64 smoothed_loss")
    for name in ("first_moments", "second_moments", "averaged_weights"):
        state[name] = content.list(content.tensor)
    state["hidden"], state["cell"] = content.tensor(), content.tensor()
    return state


def alphabet(entries):
    symbols = [entry for entry in entries if entry["kind"] != "spelled"]
    for symbol in symbols:
        symbol["unseen"] = symbol["kind"].startswith("unseen-")
        symbol["kind"] = symbol["kind"].removeprefix("unseen-")
    if entries[:len(symbols)] != symbols:
        raise ValueError("a symbol stands behind what was spelled")
    return {"symbols": symbols, "spelled": [entry["text"] for entry in entries[len(symbols):]]}


def snapshot(content, version):
    s = {"program": content.text().decode()}
    s["fine_tuned_from"] = content.optional(lambda: content.record("text name, digest weights"))
    s["text"] = content.record("word unit, word normalization, word newlines, u32 min_count")
    s["decoding"] = content.record("text encoding, word invalid")
    s |= alphabet(content.list(lambda: content.record("word kind, text text")))
    s["model"] = content.record("word cell, i64 vocabulary_size, i64 layers, i64 hidden_size,"
                                "i64 embedding_size, f32 forget_bias, word output_input"
                                + (", i64 heads, i64 context" if version >= 3 else ""))
    s["model"]["direction"] = content.word() if version >= 3 else "forward"
    s["training"] = content.record(
        "i64 batch_size, i64 window, word length_kind, f64 length, word optimizer,"
        "f32 learning_rate, i64 warmup, word schedule, f32 final_learning_rate, f32 clip,"
        "f32 beta1, f32 beta2, f32 momentum, f32 weight_decay, f32 dropout_input,"
        "f32 dropout_between, f32 dropout_output, f32 dropout_recurrent, word dropout_mask,"
        "word recurrent_gradient, f32 average, f32 reset_probability, i64 patience, u64 seed")
    s["training"]["shards"] = content.i64() if version >= 2 else 1
    s["training"] |= (content.record("f32 teacher_share, f32 teacher_temperature, word precision")
                      if version >= 3 else {"teacher_share": 0.5, "teacher_temperature": 1.0,
                                               "precision": "float32"})
    s["corpus"] = {"paths": content.list(content.text)}
    s["corpus"] |= content.record("digest fingerprint, u64 characters, f64 validation_fraction")
    s["corpus"]["validation"] = content.optional(
        lambda: content.record("text path, digest fingerprint"))
    s["corpus"] |= content.record("u64 training_characters, u64 validation_characters")
    s |= content.record("u64 step, u64 epoch")
    s["validation_loss"] = content.optional(content.f64)
    s["best"] = content.optional(lambda: content.record("u64 step, f64 loss, flag averaged"))
    s["history"] = content.list(lambda: history_record(content))
    s["precision"] = content.word()
    s["weights"] = content.list(content.tensor)
    s["quantized"] = content.list(content.quantized_tensor)
    s["state"] = content.optional(lambda: training_state(content))
    s["teachers"] = (content.list(lambda: content.record("text name, digest weights"))
                     if version >= 3 else [])
    if content.at != len(content.data):
        raise ValueError("the content goes on after its last field")
    return s


def read(path):
    """The snapshot in a file. Throws ValueError where it is not what the page says."""
    with open(path, "rb") as file:
        data = file.read()
    magic, version, kind, length = struct.unpack("<8sQ16sQ", data[:40])
    if magic != MAGIC:
        raise ValueError("another kind of file")
    if len(data) != 40 + length + 32:
        raise ValueError("cut short, or going on after its end")
    if hashlib.sha256(data[:-32]).digest() != data[-32:]:
        raise ValueError("damaged")
    if kind != KIND or version not in VERSIONS:
        raise ValueError(f"kind {kind}, version {version}")
    return snapshot(Content(data[40:-32]), version)


def f32(value):
    """The nearest number of single precision."""
    return struct.unpack("<f", struct.pack("<f", value))[0]


def weights_of(snapshot):
    """The weights as `float32` tensors: (name, shape, values), in the order of the file."""
    quantized = {tensor["name"]: tensor for tensor in snapshot["quantized"]}
    weights = []
    for tensor in snapshot["weights"]:
        values = tensor["values"]
        if tensor["name"] in quantized:
            if values:
                raise ValueError(f"{tensor['name']} is there twice")
            values = dequantized(quantized[tensor["name"]])
        if len(values) != math.prod(tensor["shape"]):
            raise ValueError(f"{tensor['name']} has {len(values)} values, not {tensor['shape']}")
        weights.append((tensor["name"], tensor["shape"], values))
    return weights


def dequantized(tensor):
    rows, columns = tensor["shape"]
    levels, scales = tensor["levels"], tensor["scales"]
    if len(scales) != rows or len(levels) != rows * columns or min(levels) < -127:
        raise ValueError(f"{tensor['name']}: scales, levels and shape disagree")
    return [f32(scales[i // columns] * level) for i, level in enumerate(levels)]


def weights_sha256(snapshot):
    out = hashlib.sha256()
    weights = weights_of(snapshot)
    out.update(struct.pack("<Q", len(weights)))
    for name, shape, values in weights:
        out.update(struct.pack("<Q", len(name)) + name.encode())
        out.update(struct.pack(f"<Q{len(shape)}q", len(shape), *shape))
        out.update(struct.pack(f"<Q{len(values)}f", len(values), *values))
    return out.hexdigest()
