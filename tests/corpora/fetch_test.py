#!/usr/bin/python3
"""corpora/fetch against a server on this machine that does what servers do: parts, changes, failures."""

import hashlib
import http.server
import json
import pathlib
import re
import resource
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FETCH = ROOT / "corpora/fetch"
TEXT = "".join(f"{i}: the wheel turns, the horses rise and fall.\n" for i in range(8000)).encode()
BOOK = b"\xef\xbb\xbfTitle: The Wheel\r\n*** START OF THE PROJECT GUTENBERG EBOOK THE WHEEL ***\r\n\r\nRound.\r\n\r\n" \
       b"*** END OF THE PROJECT GUTENBERG EBOOK THE WHEEL ***\r\nLicence\r\n"


class Server(http.server.BaseHTTPRequestHandler):
    """Serves `content` with ranges; a class attribute says what goes wrong."""

    content, version, cut, length, ranges = TEXT, '"1"', None, True, True
    asked = []  # the Range of each request

    def do_GET(self):
        asked = self.headers.get("Range")
        Server.asked.append(asked)
        if self.path == "/missing":
            return self.send_error(404)
        if self.path == "/broken":
            return self.send_error(503)
        part = re.fullmatch(r"bytes=(\d+)-", asked or "")
        start = int(part[1]) if part and self.ranges and self.headers.get("If-Range") == self.version else 0
        if start >= len(self.content):
            return self.send_error(416)
        body = self.content[start:]
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(self.content) - 1}/{len(self.content)}")
        if self.length:
            self.send_header("Content-Length", str(len(body)))
        if self.version:
            self.send_header("ETag", self.version)
        self.end_headers()
        self.wfile.write(body[:self.cut])
        self.close_connection = True

    def log_message(self, *_):
        pass


class FetchTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()
        cls.address = f"http://127.0.0.1:{cls.server.server_port}"

    @classmethod
    def tearDownClass(cls):
        cls.server.shutdown()
        cls.server.server_close()

    def setUp(self):
        Server.content, Server.version, Server.cut, Server.length, Server.ranges = TEXT, '"1"', None, True, True
        Server.asked = []
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.folder = pathlib.Path(place.name) / "texts"
        self.catalogue = pathlib.Path(place.name) / "catalogue.json"
        self.file = self.folder / "wheel.txt"

    def fetch(self, *words, limit=None, **entry):
        entry = {"what": "a wheel", "language": "English", "kind": "prose", "licence": "none", "url": f"{self.address}/wheel",
                 "size": None, "sha256": None} | entry
        self.catalogue.write_text(json.dumps({"wheel": entry}))
        small = (lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))) if limit else None
        return subprocess.run([sys.executable, FETCH, "--catalogue", self.catalogue, "--to", self.folder, *(words or ("wheel",))],
                              capture_output=True, text=True, check=False, preexec_fn=small, timeout=50)

    def good(self):
        return {"size": len(TEXT), "sha256": hashlib.sha256(TEXT).hexdigest()}

    def assert_fails(self, done, *words):
        self.assertEqual(done.returncode, 1, done)
        self.assertNotIn("Traceback", done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)

    def left(self):
        return sorted(path.name for path in self.folder.iterdir())

    def test_a_text_comes_whole_and_nothing_is_left_beside_it(self):
        done = self.fetch(**self.good())
        self.assertEqual(done.returncode, 0, done)
        self.assertEqual(self.file.read_bytes(), TEXT)
        self.assertEqual(self.left(), ["wheel.txt"])

    def test_an_unknown_hash_is_printed(self):
        self.assertIn(self.good()["sha256"], self.fetch().stdout)

    def test_a_good_file_stays_without_a_request(self):
        self.fetch(**self.good())
        Server.asked = []
        self.assertIn("already", self.fetch(**self.good()).stdout)
        self.assertIn("already", self.fetch().stdout)
        self.assertEqual(Server.asked, [])
        self.fetch("wheel", "--again", **self.good())
        self.assertEqual(Server.asked, [None])

    def test_a_file_that_is_another_version_is_replaced(self):
        self.folder.mkdir()
        self.file.write_text("old")
        self.assertEqual(self.fetch(**self.good()).returncode, 0)
        self.assertEqual(self.file.read_bytes(), TEXT)

    def test_a_wrong_hash_is_refused_and_the_old_file_stays(self):
        self.folder.mkdir()
        self.file.write_text("old")
        done = self.fetch(size=len(TEXT), sha256="0" * 64)
        self.assert_fails(done, "has the hash " + self.good()["sha256"], "stays as it was")
        self.assertEqual(self.file.read_text(), "old")
        self.assertEqual(self.left(), ["wheel.txt"])

    def test_a_download_that_broke_off_goes_on_where_it_stopped(self):
        Server.cut = 100_000
        self.assert_fails(self.fetch(**self.good()), "100", "goes on")
        self.assertFalse(self.file.exists())
        Server.cut = 150_000
        self.assert_fails(self.fetch(**self.good()), "250", "goes on")
        Server.cut = None
        self.assertEqual(self.fetch(**self.good()).returncode, 0)
        self.assertEqual(Server.asked, [None, "bytes=100000-", "bytes=250000-"])
        self.assertEqual(self.file.read_bytes(), TEXT)
        self.assertEqual(self.left(), ["wheel.txt"])

    def test_parts_of_two_versions_are_never_joined(self):
        Server.cut = 100_000
        self.fetch(**self.good())
        Server.cut, Server.version, Server.content = None, '"2"', TEXT.upper()
        done = self.fetch()
        self.assertEqual(done.returncode, 0, done)
        self.assertEqual(self.file.read_bytes(), TEXT.upper())

    def test_a_server_without_parts_or_versions_begins_anew(self):
        for ranges, version in ((False, '"1"'), (True, "")):
            Server.ranges, Server.version, Server.cut = ranges, version, 100_000
            self.fetch("wheel", "--again", **self.good())
            Server.cut = None
            self.assertEqual(self.fetch("wheel", "--again", **self.good()).returncode, 0)
            self.assertEqual(self.file.read_bytes(), TEXT)

    def test_more_than_the_rest_that_was_kept_begins_anew(self):
        Server.cut = 100_000
        self.fetch(**self.good())
        Server.cut, Server.content = None, TEXT[:50_000]
        done = self.fetch()
        self.assertEqual(done.returncode, 0, done)
        self.assertEqual(self.file.read_bytes(), TEXT[:50_000])

    def test_a_server_that_tells_no_length_is_held_to_the_hash(self):
        Server.length, Server.cut = False, 100_000
        self.assert_fails(self.fetch(**self.good()), "has the hash")
        Server.cut = None
        self.assertEqual(self.fetch(**self.good()).returncode, 0)

    def test_a_text_that_is_much_too_long_is_not_kept(self):
        self.assert_fails(self.fetch(size=1000, sha256="0" * 64), "not what the catalogue means")
        self.assertEqual(self.left(), [])

    def test_no_such_page_and_no_server_are_told(self):
        self.assert_fails(self.fetch(url=f"{self.address}/missing"), "404", "--url")
        self.assert_fails(self.fetch(url=f"{self.address}/broken"), "503")
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            port = nobody.getsockname()[1]
        self.assert_fails(self.fetch(url=f"http://127.0.0.1:{port}/wheel"), "cannot be reached", "network")
        self.assertEqual(self.fetch("wheel", "--url", f"{self.address}/wheel", url=f"{self.address}/missing").returncode, 0)

    def test_a_full_disk_is_told_and_nothing_is_lost(self):
        self.folder.mkdir()
        self.file.write_text("old")
        self.assert_fails(self.fetch(limit=60_000, **self.good()), "cannot be written", "Free some space")
        self.assertEqual(self.file.read_text(), "old")
        self.assertEqual(self.fetch(**self.good()).returncode, 0)
        self.assertEqual(self.file.read_bytes(), TEXT)

    def test_a_folder_that_cannot_be_made_or_is_in_the_way_is_told(self):
        self.folder.write_text("a file")
        self.assert_fails(self.fetch(), "cannot be written")
        self.folder.unlink()
        self.file.mkdir(parents=True)
        self.assert_fails(self.fetch(), "in the way")

    def test_a_book_loses_what_stands_around_it(self):
        Server.content = BOOK
        self.assertEqual(self.fetch(trim="gutenberg", says=["The Wheel"]).returncode, 0)
        self.assertEqual(self.file.read_bytes(), b"Round.\n")
        for content, words in ((BOOK.replace(b"Wheel", b"Horse"), "another text"), (BOOK.replace(b"START", b"X"), "lacks the lines"),
                               (BOOK.replace(b"Round", b"\xff"), "not UTF-8")):
            Server.content = content
            self.assert_fails(self.fetch("wheel", "--again", trim="gutenberg", says=["The Wheel"]), words)
            self.assertEqual(self.left(), ["wheel.txt"])

    def test_colours_and_percent_signs_leave_sayings(self):
        Server.content = "\x1b[32mone\x1b[m 5%\n%\ntwo\n".encode()
        self.fetch(trim="fortunes")
        self.assertEqual(self.file.read_text(), "one 5%\n\ntwo\n")

    def test_an_unknown_name_is_refused_and_without_one_all_are_listed(self):
        self.assertEqual(self.fetch("horse").returncode, 2)
        self.assertIn("a wheel", subprocess.run([sys.executable, FETCH, "--catalogue", self.catalogue], capture_output=True, text=True,
                                                check=True).stdout)


class CatalogueTest(unittest.TestCase):
    def test_every_entry_is_whole_and_stands_in_the_readme(self):
        catalogue = json.loads((ROOT / "corpora/catalogue.json").read_text(encoding="utf-8"))
        rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in
                (ROOT / "corpora/README.md").read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
        listed = {row[0].strip("`"): row for row in rows if len(row) == 6}
        self.assertEqual(list(listed), list(catalogue))
        for name, entry in catalogue.items():
            with self.subTest(name):
                _, what, kind, _, licence, size = listed[name]
                self.assertEqual(what, entry["what"])
                self.assertEqual(kind, f"{entry['language']}, {entry['kind']}")
                self.assertEqual(licence, entry["licence"])
                self.assertEqual(size, f"{entry['size']:,}" if entry["size"] else "")
                self.assertEqual(entry["size"] is None, entry["sha256"] is None)
                self.assertRegex(entry["sha256"] or "0" * 64, r"^[0-9a-f]{64}$")
                self.assertTrue(("url" in entry) != ("package" in entry))
                self.assertTrue("says" in entry or entry["sha256"])


if __name__ == "__main__":
    unittest.main()
