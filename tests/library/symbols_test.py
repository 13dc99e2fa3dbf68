"""The names that libcarousel gives out, held against the stored list and the header.

    symbols_test.py NM SHARED STATIC HEADER

Whoever adds a function adds it to include/carousel.h, src/library/carousel.map and the list below; one that is in
the list with a version stays there.
"""

import pathlib
import re
import subprocess
import sys
import unittest

NM, SHARED, STATIC, HEADER = sys.argv[1:5]

STABLE = """branch count_symbols count_weights describe_model error_text free_model free_score free_session
    free_settings load_model load_model_from_memory new_session new_settings next_symbols plan reseed restore_session
    save_session score_text set setting_at setting_count status_text step symbol_at tell_progress tell_surprisals train
    version version_number weight_at weight_named"""
EXPERIMENTAL = "encode read"
EXPECTED = {f"carousel_{name}@@{version}"
            for version, names in (("CAROUSEL_0.1", STABLE), ("CAROUSEL_EXPERIMENTAL", EXPERIMENTAL))
            for name in names.split()}


def defined(*arguments):
    lines = subprocess.run([NM, "--defined-only", *arguments], check=True, capture_output=True, text=True).stdout
    found = set()
    for line in lines.splitlines():
        parts = line.split()
        if len(parts) == 3 and parts[1].isupper() and parts[1] != "A":
            found.add(parts[2])
    return found


class SymbolsTest(unittest.TestCase):
    def test_the_shared_library_exports_the_stored_list_and_nothing_else(self):
        self.assertEqual(defined("-D", SHARED), EXPECTED)

    def test_the_static_library_gives_out_the_same_names_and_no_others(self):
        self.assertEqual(defined("-g", STATIC), {name.split("@")[0] for name in EXPECTED})

    def test_the_header_declares_what_is_exported(self):
        text = pathlib.Path(HEADER).read_text(encoding="utf-8")
        declared = set(re.findall(r"CAROUSEL_API [\w* ]+?\**(carousel_\w+)\(", text))
        self.assertEqual(declared, {name.split("@")[0] for name in EXPECTED})

    def test_experimental_functions_stand_behind_their_macro(self):
        text = pathlib.Path(HEADER).read_text(encoding="utf-8")
        hidden = text.split("#ifdef CAROUSEL_EXPERIMENTAL")[1].split("#endif")[0]
        declared = set(re.findall(r"CAROUSEL_API [\w* ]+?\**carousel_(\w+)\(", hidden))
        self.assertEqual(declared, set(EXPERIMENTAL.split()))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], testRunner=unittest.TextTestRunner(stream=sys.stdout))
