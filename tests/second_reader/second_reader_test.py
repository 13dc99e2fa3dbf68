"""What the program says of a model file, held against a reader that was written from the documents.

    second_reader_test.py CAROUSEL SOURCE [unittest's own words]

CAROUSEL is the built program, SOURCE the checkout with the model files that earlier programs wrote.
Models of every cell are trained for a few steps, read by program and reader in every precision,
and compared: hashes, losses of every protocol, the surprisal of each character. Needs nothing but
Python.
"""

import csv
import json
import math
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

from model import GATES, Model
from model_file import read, weights_of, weights_sha256
from text import (Vocabulary, estimate, fingerprint, prepared, split_at, stream, symbols_of,
                  windows)

PROGRAM, SOURCE = (pathlib.Path(word).resolve() for word in sys.argv[1:3])

# The program computes in single precision, the reader in double; lists have six decimals.
LOSS, SURPRISAL = 2e-7, 5e-6
# In 8 bits and in bf16 a number that lies between two may be rounded to either, and what follows differs
# a little for some characters.
LOSS_ROUNDED, SURPRISAL_ROUNDED, SHARE_ROUNDED = 1e-4, 0.1, 0.95

TEXTS = {"a.txt": "Übel die Tonnen, zittern die Ösen;\nÄsen die Rösser, so lösen sich Nöte.\n",
         "b.txt": "Der Ast ist rot.\n\nDer Rest ist lose, der Ort ist öde.\n"}


def carousel(folder, *words):
    ended = subprocess.run([PROGRAM, *words], cwd=folder, capture_output=True, text=True,
                           stdin=subprocess.DEVNULL, check=False)
    if ended.returncode != 0:
        raise AssertionError(f"carousel {' '.join(words)}: exit {ended.returncode}\n{ended.stderr}")
    return ended.stdout


class SecondReaderTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "texts").mkdir()
        self.write(TEXTS)

    def write(self, texts):
        for name, text in texts.items():
            (self.folder / "texts" / name).write_text(text, encoding="utf-8", newline="")

    def train(self, *words):
        carousel(self.folder, "train", "texts", "--model", "m.carousel", "--batch-size", "2",
                 "--window", "8", "--learning-rate", "0.05", "--seed", "7", "--threads", "1",
                 "--sample-every", "0", "--quiet", *words)
        return read(self.folder / "m.carousel")

    def symbols(self, snapshot):
        vocabulary = Vocabulary(snapshot)
        paths = sorted((self.folder / "texts").iterdir())
        texts = [prepared(path.read_bytes(), snapshot["text"]) for path in paths]
        self.assertEqual(fingerprint(texts), snapshot["corpus"]["fingerprint"])
        return symbols_of(vocabulary.characters_of(text) for text in texts)

    def check_hash(self, file, snapshot):
        inspected = json.loads(carousel(self.folder, "inspect", file, "--json"))
        self.assertEqual(weights_sha256(snapshot), inspected["weights_sha256"])
        self.assertEqual(sum(len(values) for _, _, values in weights_of(snapshot)),
                         inspected["parameters"])

    def evaluate(self, file, *words):
        """The measurements of the program by name, and the nats of each character of the first."""
        report = json.loads(carousel(self.folder, "evaluate", "texts", "--model", file, "--json",
                                     "--per-character", "list.tsv", "--threads", "1", *words))
        with open(self.folder / "list.tsv", encoding="utf-8", newline="") as rows:
            nats = [float(row["nats"])
                    for row in csv.DictReader(rows, delimiter="\t", quoting=csv.QUOTE_NONE)]
        return {m["name"]: m for m in report["measurements"]}, nats

    def check_loss(self, nats, measurement, tolerance):
        self.assertEqual(len(nats), measurement["characters"])
        loss = sum(nats) / len(nats)
        self.assertLess(abs(loss - measurement["nats_per_character"]), tolerance)
        self.assertTrue(math.isclose(measurement["bits_per_character"] * math.log(2),
                                     measurement["nats_per_character"], rel_tol=1e-12))

    def check_precision(self, file, snapshot, precision):
        model, symbols = Model(snapshot, precision), self.symbols(snapshot)
        told, told_nats = self.evaluate(file, "--precision", precision, "--protocol", "stream")
        nats = stream(model, symbols)
        rounds = precision != "float32"
        self.check_loss(nats, told["stream"], LOSS_ROUNDED if rounds else LOSS)
        apart = [abs(one - other) for one, other in zip(nats, told_nats, strict=True)]
        self.assertLess(max(apart), SURPRISAL_ROUNDED if rounds else SURPRISAL)
        near = sum(difference < SURPRISAL for difference in apart)
        self.assertGreaterEqual(near / len(apart), SHARE_ROUNDED if rounds else 1)

    def check_cell(self, cell):
        self.check_net("--cell", cell, "--hidden-size", "18", "--embedding-size", "5",
                       "--output-input", "sum" if len(cell) % 2 == 0 else "top")

    def test_a_transformer_is_read_alike(self):
        """Its context, the window, is shorter than the texts."""
        self.check_net("--cell", "transformer", "--hidden-size", "20", "--heads", "4")

    def check_net(self, *words):
        snapshot = self.train("--layers", "2", "--steps", "25", *words)
        self.check_hash("m.carousel", snapshot)
        for precision in ("float32", "int8", "bf16"):
            with self.subTest(precision=precision):
                self.check_precision("m.carousel", snapshot, precision)
        carousel(self.folder, "export", "m.carousel", "--precision", "int8", "--quiet")
        exported = read(self.folder / "m.int8.carousel")
        self.assertEqual(exported["precision"], "int8")
        self.check_hash("m.int8.carousel", exported)
        with self.subTest(precision="a file in 8 bits"):
            self.check_precision("m.int8.carousel", exported, "int8")

    def test_windows_begin_without_a_memory_and_leave_separators_out(self):
        snapshot = self.train("--cell", "cifg", "--layers", "1", "--hidden-size", "9", "--steps", "9")
        told, _ = self.evaluate("m.carousel", "--protocol", "windows", "--window", "16")
        nats = windows(Model(snapshot, "float32"), self.symbols(snapshot), 16)
        self.check_loss(nats, told["windows"], LOSS)

    def test_the_validation_part_is_read_on_from_the_symbol_before_it(self):
        snapshot = self.train("--hidden-size", "9", "--steps", "9", "--validation-fraction", "0.4")
        symbols = self.symbols(snapshot)
        begin = split_at(symbols, snapshot["corpus"]["validation_fraction"])
        told, _ = self.evaluate("m.carousel", "--protocol", "stream", "--part", "validation")
        self.check_loss(stream(Model(snapshot, "float32"), symbols, begin), told["stream"], LOSS)

    def test_the_loss_in_a_file_is_that_of_the_validation_part_in_streams(self):
        self.write({"c.txt": "".join(f"{n} rote Rosen, {n * 7 % 31} Tonnen.\n" for n in range(90))})
        snapshot = self.train("--cell", "cifg", "--layers", "1", "--hidden-size", "9", "--steps",
                              "12", "--validation-fraction", "0.5", "--average", "0")
        symbols = self.symbols(snapshot)
        begin = split_at(symbols, snapshot["corpus"]["validation_fraction"])
        nats = estimate(Model(snapshot, "float32"), symbols, begin)
        self.assertLess(abs(sum(nats) / len(nats) - snapshot["validation_loss"]), LOSS)

    def test_characters_without_a_symbol_are_spelled_in_bytes(self):
        snapshot = self.train("--hidden-size", "9", "--steps", "9", "--min-count", "3")
        self.assertTrue(any(symbol["kind"] == "byte" for symbol in snapshot["symbols"]))
        self.check_precision("m.carousel", snapshot, "float32")

    def test_what_the_training_part_never_had_is_told(self):
        self.write({"c.txt": "".join(f"{n} rote Rösen, {n * 7 % 31} Tonnen.\n" for n in range(90))
                             + "Zum Schluß zwei Öfen: €"})
        for words in ((), ("--min-count", "40"), ("--unit", "byte"), ("--validation-fraction", "0")):
            with self.subTest(words=words):
                snapshot = self.train("--hidden-size", "9", "--steps", "2", *words)
                symbols = self.symbols(snapshot)
                begin = split_at(symbols, snapshot["corpus"]["validation_fraction"])
                learned = [number for number, _ in symbols[1:begin]]
                self.assertEqual([symbol["unseen"] for symbol in snapshot["symbols"]],
                                 [number not in learned
                                  for number in range(len(snapshot["symbols"]))])
                spelling = b""
                for number in learned:
                    symbol = snapshot["symbols"][number]
                    spelling += symbol["text"] if symbol["kind"] == "byte" else b"|"
                spelled = set(spelling.decode(errors="ignore")) - {"|"}
                self.assertEqual([text.decode() for text in snapshot["spelled"]], sorted(spelled))

    def test_byte_models_read_bytes(self):
        snapshot = self.train("--hidden-size", "9", "--steps", "9", "--unit", "byte")
        self.check_precision("m.carousel", snapshot, "float32")

    def test_a_resume_file_is_read_to_its_end(self):
        self.train("--hidden-size", "9", "--layers", "2", "--steps", "9", "--cell", "slstm")
        state = read(self.folder / "m.resume.carousel")["state"]
        self.assertEqual(state["step"], 9)
        self.assertEqual(state["hidden"]["shape"], [2, 2, 9])
        self.assertEqual(state["cell"]["shape"], [2, 2, 27])

    def test_a_file_of_the_third_version_tells_its_teachers(self):
        words = ("--hidden-size", "9", "--layers", "1", "--steps", "3")
        taught = self.train(*words)
        (self.folder / "m.carousel").rename(self.folder / "teacher.carousel")
        self.assertEqual(taught["teachers"], [])
        snapshot = self.train(*words, "--teacher", "teacher", "--teacher-temperature", "2")
        self.assertEqual(snapshot["training"]["teacher_temperature"], 2)
        [teacher] = snapshot["teachers"]
        self.assertEqual(teacher["name"], b"teacher.carousel")
        self.assertEqual(teacher["weights"], weights_sha256(taught))

    def test_every_stored_file_is_read_with_the_hash_that_the_program_prints(self):
        files = sorted((SOURCE / "tests/snapshot").rglob("*.carousel"))
        self.assertGreaterEqual(len(files), 22)
        for file in files:
            with self.subTest(file=file.name):
                self.check_hash(str(file), read(file))

    def test_every_cell_of_the_program_is_known(self):
        words = (SOURCE / "src/model/cell_kind.hpp").read_text(encoding="utf-8")
        self.assertEqual(set(re.findall(r'CELL\(\w+, "([a-z0-9-]+)"', words)), set(GATES))


def add_cells():
    for cell in GATES:
        name = "test_a_model_of_" + cell.replace("-", "_") + "_is_read_alike"
        setattr(SecondReaderTest, name, lambda self, cell=cell: self.check_cell(cell))


if __name__ == "__main__":
    add_cells()
    os.environ.pop("CAROUSEL_ISA", None)
    runner = unittest.TextTestRunner(stream=sys.stdout)
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], testRunner=runner)
