"""Runs clang-tidy on the sources of src/ that do not see xtensor, whose headers cost it minutes, and are no kernels.
Files that one unit of a unity build joins are read as one: the headers that they share, once.

usage: tidy.py BUILD UNITY_BUILD     the first built, the second configured at least
"""

import json
import os
import re
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

build, unity_build = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
source = build.parent.parent / "src"


def light_files():
    """The sources whose objects depend neither on xtensor nor on a table of kernels."""
    deps = subprocess.run(["ninja", "-C", build, "-t", "deps"], capture_output=True, text=True, check=True).stdout
    light = []
    for block in deps.split("\n\n"):
        read = [line.strip() for line in block.splitlines()[1:]]
        if read and not any("/xtensor/" in path or "/src/kernels/table" in path for path in read):
            path = (build / read[0]).resolve()
            if path.is_relative_to(source) and path.suffix == ".cpp":
                light.append(path)
    return sorted(set(light))


def groups(files):
    """The files, joined as in the unity build."""
    left = set(files)
    for unit in sorted(unity_build.glob("src/**/*-unity*.cpp")):
        joined = [Path(name).resolve() for name in re.findall(r"#include\s*<(.+)>", unit.read_text())]
        joined = [file for file in joined if file in left]
        left -= set(joined)
        if joined:
            yield joined
    for file in sorted(left):
        yield [file]


def flags(file, commands):
    """What the compiler is told of a file that clang-tidy has to know."""
    words = shlex.split(commands[file])
    return [word for word in words if re.match(r"-(I|D|std=|isystem)", word)]


def check(number, group, commands):
    joined = build / "tidy" / f"{group[0].parent.name}_{number}.cpp"
    joined.write_text("".join(f'#include "{file}"\n' for file in group))
    command = ["clang-tidy", "--quiet", "--checks=-bugprone-suspicious-include", str(joined), "--"]
    done = subprocess.run(command + flags(group[0], commands), capture_output=True, text=True, cwd=build)
    return done.returncode, done.stdout + done.stderr


def main():
    files = light_files()
    if len(files) < 20:
        sys.exit(f"only {len(files)} files found")
    os.makedirs(build / "tidy", exist_ok=True)
    entries = json.loads((build / "compile_commands.json").read_text())
    commands = {(Path(entry["directory"]) / entry["file"]).resolve(): entry["command"] for entry in entries}
    units = list(groups(files))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda unit: check(*unit, commands), enumerate(units)))
    for status, text in results:
        if status:
            print(text)
    print(f"{len(files)} files, read as {len(units)}")
    sys.exit(any(status for status, _ in results))


main()
