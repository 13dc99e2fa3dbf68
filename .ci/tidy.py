"""Runs clang-tidy on the sources of src/ that do not see xtensor, whose headers cost it minutes, and are no kernels.
Files that a unity build joins are read as one: the headers that they share, once.

usage: tidy.py BUILD     configured, and with --unity
"""

import json
import os
import re
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

build = Path(sys.argv[1]).resolve()
source = build.parent.parent / "src"


@cache
def is_light(file):
    """Whether neither the file nor what it includes of src/ sees xtensor or the kernels' own arithmetic."""
    text = file.read_text()
    included = [source / name for name in re.findall(r'^#include "(.+)"', text, re.MULTILINE)]
    return "<xtensor" not in text and not file.stem.startswith("table") and all(
        is_light(name) for name in included if name.exists())


def units():
    """Of each joined file of src/, the light files in it and the compiler's command."""
    for entry in json.loads((build / "compile_commands.json").read_text()):
        joined = (Path(entry["directory"]) / entry["file"]).resolve()
        if joined.is_relative_to(build / "src"):
            names = re.findall(r'#include\s*["<](.+)[">]', joined.read_text())
            files = [file for file in ((joined.parent / name).resolve() for name in names) if is_light(file)]
            if files:
                yield files, entry["command"]


def check(number, unit):
    """Status and output of clang-tidy on a unit, with what the compiler is told that clang-tidy has to know."""
    files, command = unit
    joined = build / "tidy" / f"{files[0].parent.name}_{number}.cpp"
    joined.write_text("".join(f'#include "{file}"\n' for file in files))
    flags = [word for word in shlex.split(command) if re.match(r"-(I|D|std=|isystem)", word)]
    tidy = ["clang-tidy", "--quiet", "--checks=-bugprone-suspicious-include", str(joined), "--"]
    done = subprocess.run(tidy + flags, capture_output=True, text=True, cwd=build)
    return done.returncode, done.stdout + done.stderr


def main():
    found = list(units())
    count = sum(len(files) for files, _ in found)
    if count < 150:
        sys.exit(f"only {count} files found; is {build} a unity build?")
    os.makedirs(build / "tidy", exist_ok=True)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda unit: check(*unit), enumerate(found)))
    for status, text in results:
        if status:
            print(text)
    print(f"{count} files, read as {len(found)}")
    sys.exit(any(status for status, _ in results))


main()
