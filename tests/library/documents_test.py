"""Every example of docs/library.md, run as it stands there.

    documents_test.py SOURCE SHARED

The examples of a language run one after the other in one folder, in which poems.txt lies: those in Python in one
program, those in C each as a program of its own, compiled as C99 against the library.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE, SHARED = (pathlib.Path(word).resolve() for word in sys.argv[1:3])
PAGE = (SOURCE / "docs" / "library.md").read_text(encoding="utf-8")


def examples(language):
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.M | re.S)


class DocumentsTest(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.folder = pathlib.Path(place.name)
        verses = (SOURCE / "corpora" / "verse.txt").read_text(encoding="utf-8")
        (self.folder / "poems.txt").write_text(verses[:6000], encoding="utf-8")

    def run_in_folder(self, *command):
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False,
                              env={**os.environ, "LD_LIBRARY_PATH": str(SHARED.parent)})
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        return done.stdout

    def test_the_examples_in_python_run(self):
        self.assertGreater(len(examples("python")), 4)
        program = self.folder / "examples.py"
        program.write_text("\n".join(examples("python")), encoding="utf-8")
        self.assertGreater(len(self.run_in_folder(sys.executable, program)), 300)

    def test_the_examples_in_c_compile_without_a_warning_and_run(self):
        self.assertGreater(len(examples("c")), 1)
        for number, example in enumerate(examples("c")):
            with self.subTest(number=number):
                source, program = self.folder / f"{number}.c", self.folder / f"program_{number}"
                source.write_text(example, encoding="utf-8")
                compiler = shutil.which("cc") or shutil.which("gcc")
                self.run_in_folder(compiler, "-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror",
                                   f"-I{SOURCE / 'include'}", source, "-o", program, SHARED)
                self.assertGreater(len(self.run_in_folder(program)), 100)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], testRunner=unittest.TextTestRunner(stream=sys.stdout))
