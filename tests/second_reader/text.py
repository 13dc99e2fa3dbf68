"""From texts to symbols and from symbols to figures, by docs/text.md and docs/evaluation.md."""

import hashlib
import unicodedata

SEPARATOR = 0


def prepared(data, settings):
    """The text of a document as its model reads it, as UTF-8 (raw bytes in byte models)."""
    if settings["unit"] == "byte":
        return data
    text = data.decode("utf-8").removeprefix("\ufeff")
    if settings["newlines"] == "lf":
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if settings["normalization"] != "none":
        text = unicodedata.normalize(settings["normalization"].upper(), text)
    return text.encode()


def fingerprint(texts):
    digests = b"".join(hashlib.sha256(text).digest() for text in texts if text)
    return hashlib.sha256(digests).hexdigest()


class Vocabulary:
    def __init__(self, snapshot):
        self.unit = snapshot["text"]["unit"]
        self.characters, self.bytes = {}, {}
        for number, symbol in enumerate(snapshot["symbols"]):
            table = {"character": self.characters, "byte": self.bytes}.get(symbol["kind"], {})
            table[symbol["text"]] = number

    def characters_of(self, text):
        """The characters of a text, each as the list of its symbols. Clusters are not cut here."""
        if self.unit == "byte":
            return [[self.bytes[bytes([byte])]] for byte in text]
        if self.unit != "codepoint":
            raise ValueError(f"this reader knows no characters of the unit {self.unit}")
        return [self.spelled(character.encode()) for character in text.decode()]

    def spelled(self, character):
        if character in self.characters:
            return [self.characters[character]]
        return [self.bytes[bytes([byte])] for byte in character]


def symbols_of(documents):
    """(symbol, starts a character) of a corpus; documents are lists of characters."""
    symbols = []
    for document in documents:
        symbols.append((SEPARATOR, False))
        for character in document:
            symbols += [(symbol, k == 0) for k, symbol in enumerate(character)]
    return symbols


def split_at(symbols, fraction):
    """Where the validation part begins: the first symbol that is not of the training part."""
    characters = sum(starts for _, starts in symbols)
    training = characters * (10**9 - round(fraction * 10**9)) // 10**9
    seen = 0
    for place, (symbol, starts) in enumerate(symbols):
        seen += starts
        if seen > training:
            begins = place
            break
    else:
        return len(symbols)
    while begins > 0 and symbols[begins - 1][0] == SEPARATOR:
        begins -= 1
    return begins


def surprisals(model, symbols, begin, end, lead_in=0):
    """Nats of each character in [begin, end): what stands before is fed first, and not counted."""
    model.clear()
    begin = max(begin, 1)
    # Where fewer symbols stand before, nothing is fed but the one in front of the part.
    first = begin - 1 - lead_in if begin > lead_in else begin - 1
    nats = []
    for place in range(first, end - 1):
        expected = model.read(symbols[place][0])
        target, starts = symbols[place + 1]
        if place + 1 < begin or target == SEPARATOR:
            continue
        if starts or not nats:
            nats.append(0.0)
        nats[-1] -= expected[target]
    return nats


def stream(model, symbols, begin=0):
    return surprisals(model, symbols, begin, len(symbols))


def windows(model, symbols, window):
    """The protocol `windows`: separators are left out, each window begins without a memory."""
    characters = []
    for symbol, starts in symbols:
        if symbol == SEPARATOR:
            continue
        if starts:
            characters.append([])
        characters[-1].append(symbol)
    nats = []
    for first in range(0, len(characters) - window, window):
        inside = [(symbol, k == 0) for character in characters[first:first + window + 1]
                  for k, symbol in enumerate(character)]
        nats += surprisals(model, inside, len(characters[first]), len(inside))
    return nats


def estimate(model, symbols, begin):
    """The validation loss of a training: the part in streams that are read side by side."""
    begin, end = max(begin, 1), len(symbols)
    size = end - begin
    streams = max(1, min(64, size // (4 * 64)))
    nats = []
    for s in range(streams):
        first, last = begin + size * s // streams, begin + size * (s + 1) // streams
        nats += surprisals(model, symbols, first, last, lead_in=64)
    return nats
