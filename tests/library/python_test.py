"""`import carousel` in a plain python3, over the built library. With numpy, where it is there, too."""

import gc
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import unittest

import carousel

try:
    import numpy
except ImportError:
    numpy = None

STORED = pathlib.Path(__file__).resolve().parents[1] / "snapshot" / "version_1"
MODEL = STORED / "lstm.carousel"
SMALL = {"steps": 20, "layers": 1, "hidden_size": 8, "batch_size": 2, "window": 8, "threads": 1, "sample_every": 0}


class InFolder(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.folder = pathlib.Path(place.name)
        self.text = self.folder / "text.txt"
        self.text.write_text("".join(f"round {i % 7} and round we go\n" for i in range(60)), encoding="utf-8")

    def train(self, name="m.carousel", **more):
        return carousel.train(self.text, model=self.folder / name, **{**SMALL, **more})


class UseTest(InFolder):
    def test_a_text_is_generated_piece_by_piece_and_a_seed_repeats_it(self):
        model = carousel.load(MODEL)
        first = "".join(model.generate(seed=3, length=50, documents=0))
        second = "".join(model.generate(seed=3, length=50, documents=0))
        self.assertEqual((first, len(first)), (second, 50))
        self.assertNotEqual(first, "".join(model.generate(seed=4, length=50, documents=0)))

    def test_a_model_from_bytes_is_that_of_its_file(self):
        one, two = carousel.load(MODEL), carousel.load(MODEL.read_bytes(), threads=2)
        self.assertEqual(list(one.generate(seed=1, length=20)), list(two.generate(seed=1, length=20)))
        self.assertEqual(one.description["weights_sha256"], two.description["weights_sha256"])

    def test_a_model_that_comes_with_the_program_is_loaded_by_its_name(self):
        self.addCleanup(os.environ.__setitem__, "CAROUSEL_READY_MODELS", "/nonexistent")
        os.environ["CAROUSEL_READY_MODELS"] = str(STORED)
        self.assertEqual(carousel.load("lstm").description["weights_sha256"],
                         carousel.load(MODEL).description["weights_sha256"])

    def test_sessions_branch_are_saved_and_go_on(self):
        model = carousel.load(MODEL)
        session = model.session(seed=1, length=60, documents=0, temperature=1)
        for _ in range(20):
            session.step()
        saved, same, other = session.save(), session.branch(), session.branch(seed=9)
        rest = [piece.symbol for piece in session]
        self.assertEqual(session.progress.end, "length")
        self.assertEqual([piece.symbol for piece in same], rest)
        self.assertEqual([piece.symbol for piece in model.restore(saved)], rest)
        self.assertNotEqual([piece.symbol for piece in other], rest)
        with self.assertRaises(carousel.EndedError):
            session.step()

    def test_next_symbols_are_probabilities_of_the_alphabet(self):
        model = carousel.load(MODEL)
        session = model.session(seed=1)
        following = session.next_symbols()
        self.assertEqual(len(following), len(model.symbols))
        self.assertAlmostEqual(float(sum(following)), 1, places=5)
        self.assertEqual(model.symbols[0], carousel.Symbol("separator", b""))

    def test_a_score_says_how_surprising_each_character_was(self):
        model = carousel.load(MODEL)
        text = "".join(model.generate(seed=2, length=40, documents=0))
        score = model.score(text)
        self.assertEqual("".join(character for character, _ in score), text)
        self.assertEqual(len(score), 40)
        self.assertAlmostEqual(sum(nats for _, nats in score), score.nats)
        self.assertAlmostEqual(score.loss * len(score), score.nats)
        surprisals = score.surprisals
        del score
        gc.collect()
        self.assertGreater(min(surprisals), 0)

    def test_weights_are_read_only_views_that_keep_their_model(self):
        weights = carousel.load(MODEL).weights
        gc.collect()
        embedding = memoryview(weights["embedding.weight"])
        self.assertEqual((embedding.ndim, embedding.format, embedding.readonly), (2, "f", True))
        self.assertTrue(any(embedding.cast("B")))
        with self.assertRaises(TypeError):
            embedding[0, 0] = 1.0
        total = sum(memoryview(weight).nbytes // 4 for weight in weights.values())
        self.assertEqual(total, carousel.load(MODEL).description["parameters"])

    @unittest.skipIf(numpy is None, "there is no numpy")
    def test_numpy_shares_the_memory_of_the_library(self):
        model = carousel.load(MODEL)
        one, two = model.weights["embedding.weight"], model.weights["embedding.weight"]
        self.assertIsInstance(one, numpy.ndarray)
        self.assertEqual(one.dtype, numpy.float32)
        self.assertEqual(one.ctypes.data, two.ctypes.data)
        self.assertFalse(one.flags.writeable)
        self.assertFalse(one.flags.owndata)

    def test_one_model_serves_threads_at_once(self):
        model = carousel.load(MODEL)
        expected = ["".join(model.generate(seed=seed, length=40)) for seed in range(6)]
        found = [None] * 6

        def write(seed):
            found[seed] = "".join(model.generate(seed=seed, length=40))

        threads = [threading.Thread(target=write, args=(seed,)) for seed in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(found, expected)

    def test_errors_are_of_one_family_and_say_what_to_do(self):
        model = carousel.load(MODEL)
        for kind, wrong in [(carousel.InputError, lambda: carousel.load("/nowhere")),
                            (carousel.DamagedError, lambda: carousel.load(b"no model")),
                            (carousel.UsageError, lambda: model.session(temperatur=1)),
                            (carousel.UsageError, lambda: model.session(temperature="warm")),
                            (carousel.UsageError, lambda: model.session(b"\xff")),
                            (carousel.UsageError, lambda: model.session("\ud800")),
                            (carousel.UsageError, lambda: model.score("")),
                            (carousel.UsageError, lambda: model.session(stop="a\0b")),
                            (carousel.DamagedError, lambda: model.restore(b"no session")),
                            (carousel.ArgumentError, lambda: model.session(seed=1).branch(seed=-1)),
                            (carousel.ArgumentError, lambda: carousel.settings("poems"))]:
            with self.subTest(kind=kind), self.assertRaises(kind) as caught:
                wrong()
            self.assertIsInstance(caught.exception, carousel.Error)
            self.assertGreater(len(str(caught.exception)), 10)

    def test_settings_are_listed_with_their_ranges(self):
        known = {setting.name: setting for setting in carousel.settings("training")}
        self.assertEqual(known["cell"].standard, "lstm")
        self.assertIn("gru", known["cell"].values)
        self.assertTrue(known["corpus"].is_list)
        self.assertIn("temperature", [setting.name for setting in carousel.settings("session")])


class TrainingTest(InFolder):
    def test_a_training_tells_what_happens_and_its_model_writes(self):
        events = []
        done = self.train(on_event=events.append, seconds_apart=0)
        self.assertEqual((done.end, done.model, done.shortfall), ("length", str(self.folder / "m.carousel"), ""))
        kinds = [event["event"] for event in events]
        self.assertEqual((kinds[0], kinds[-1], kinds.count("progress")), ("start", "end", 20))
        self.assertEqual(len("".join(carousel.load(done.model).generate(length=10, documents=0))), 10)

    def test_a_training_stopped_by_its_caller_goes_on_to_the_same_weights(self):
        steps = []
        listen = {"on_event": lambda event: steps.append(event["event"] == "progress"), "seconds_apart": 0}
        done = self.train(stop=lambda: sum(steps) >= 6, **listen)
        self.assertEqual((done.end, sum(steps)), ("stopped", 6))
        self.train(resume=True, **listen)
        self.assertEqual(sum(steps), 20)
        whole = carousel.load(self.train("whole.carousel").model)
        self.assertEqual(whole.description["weights_sha256"],
                         carousel.load(done.model).description["weights_sha256"])

    def test_what_a_callback_raises_comes_out_and_the_model_is_saved(self):
        def fail(event):
            if event["event"] == "progress":
                raise LookupError("enough")

        with self.assertRaisesRegex(LookupError, "enough"):
            self.train(on_event=fail, seconds_apart=0)
        self.assertTrue((self.folder / "m.resume.carousel").exists())

    def test_ctrl_c_ends_a_training_in_order(self):
        program = """if True:
            import carousel, sys
            def tell(event):
                if event["event"] == "progress":
                    print(event["step"], flush=True)
            try:
                carousel.train(sys.argv[1], model=sys.argv[2], steps=10**9, hidden_size=8, layers=1, batch_size=2,
                               window=8, threads=1, on_event=tell, seconds_apart=0)
            except KeyboardInterrupt:
                print("interrupted", flush=True)
        """
        model = self.folder / "m.carousel"
        with subprocess.Popen([sys.executable, "-c", program, self.text, model], stdout=subprocess.PIPE,
                              text=True) as child:
            child.stdout.readline()
            child.send_signal(signal.SIGINT)
            rest = child.stdout.read()
        self.assertTrue(rest.endswith("interrupted\n"), rest[-200:])
        self.assertGreater(carousel.load(model).description["step"], 0)

    def test_the_handler_of_ctrl_c_is_as_it_was(self):
        before = signal.getsignal(signal.SIGINT)
        self.train(steps=2)
        self.assertIs(signal.getsignal(signal.SIGINT), before)

    def test_a_plan_is_told_and_nothing_written(self):
        plan = carousel.plan(self.text, model=self.folder / "m.carousel", **SMALL)
        self.assertEqual(plan["hidden_size"], 8)
        self.assertFalse((self.folder / "m.carousel").exists())

    def test_several_texts_are_one_corpus(self):
        other = self.folder / "other.txt"
        other.write_text("we go and go and go\n" * 20, encoding="utf-8")
        events = []
        carousel.train(self.text, other, model=self.folder / "m.carousel", on_event=events.append, **SMALL)
        self.assertEqual(events[0]["corpus"]["documents"], 2)


class InstallationTest(InFolder):
    def test_a_library_that_is_not_there_is_an_import_error_that_says_so(self):
        told = subprocess.run([sys.executable, "-c", "import carousel"], capture_output=True, text=True, check=False,
                              env={**os.environ, "CAROUSEL_LIBRARY": str(self.folder / "none.so")})
        self.assertIn("ImportError", told.stderr)
        self.assertIn("CAROUSEL_LIBRARY", told.stderr)

    def test_the_program_ends_well_with_views_in_hand(self):
        program = "import carousel, sys; w = carousel.load(sys.argv[1]).weights; print(len(w))"
        told = subprocess.run([sys.executable, "-c", program, MODEL], capture_output=True, text=True, check=True)
        self.assertEqual((told.stdout.strip().isdigit(), told.stderr), (True, ""))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], testRunner=unittest.TextTestRunner(stream=sys.stdout))
