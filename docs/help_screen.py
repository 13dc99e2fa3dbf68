"""What the help screens of the program tell of its commands and options: for the manual page and the completions."""

import re
import subprocess


def read(program, *words):
    return subprocess.run([program, *words], capture_output=True, text=True, check=True).stdout


def commands(program):
    """The commands and what each does: {name: words}."""
    rows = read(program, "--help").split("\nCommands:\n")[1].split("\n\n")[0].splitlines()
    return {row.split()[0]: row[24:].strip() for row in rows}


def option_groups(program, command):
    """The groups of a help screen: [title, [[name, argument, words]...]]."""
    groups = []
    for line in read(program, command, "--help", "all").splitlines():
        row = re.match(r"  --(\S+)(?: (\S+))?(?:  +(.*))?$", line)
        if re.match(r"\S.*:$", line):
            groups.append((line[:-1], []))
        elif row:
            groups[-1][1].append([row[1], row[2] or "", row[3] or ""])
        elif groups and line.startswith("   "):
            groups[-1][1][-1][2] += " " + line.strip()
    return groups


def values(argument, words):
    """The values of an option that takes one of a few words."""
    if re.match("[a-z]", argument):
        return argument.split("|")
    listed = re.search(r"\(([a-z][a-z0-9-]*(?:, [a-z0-9-]+)+); default: ", words) if argument == "NAME" else None
    return listed[1].split(", ") if listed else []
