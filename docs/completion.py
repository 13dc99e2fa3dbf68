"""Writes the completion for a shell from the help screens of the program.

    completion.py zsh|fish CAROUSEL FILE
"""

import re
import sys

from help_screen import commands, option_groups, values

# Commands whose other words are files.
FILES = ("train", "plan", "compare", "evaluate", "inspect", "export", "import", "average", "compress", "decompress", "fill", "correct")
HEAD = "# Completion of carousel's commands, options and their values, made from its help screens.\n"


def options(program, command):
    """Each option: its name, argument, meaning without range and default, and the words it takes."""
    for _, rows in option_groups(program, command):
        for name, argument, words in rows:
            yield name, argument, re.sub(r" ?\([^()]*\)$", "", words.strip()), values(argument, words)


def quoted(text):
    return "'" + text.replace("'", "'\\''") + "'"


def zsh(program):
    def spec(name, argument, words, choices):
        words = re.sub(r"([\[\]:\\])", r"\\\1", words)
        value = f"({' '.join(choices)})" if choices else "_files" if "FILE" in argument else " "
        return quoted(f"--{name}[{words}]" + (f":{argument.replace(':', ' ')}:{value}" if argument else ""))

    text = "#compdef carousel\n" + HEAD
    for command in commands(program):
        if command != "help":
            specs = [spec(*option) for option in options(program, command)]
            specs += [quoted("*:file:_files")] if command in FILES else []
            text += f"\n_carousel_{command}() {{\n    _arguments \\\n        "
            text += " \\\n        ".join(specs) + "\n}\n"
    described = "\n        ".join(quoted(f"{name}:{words}") for name, words in commands(program).items())
    return text + f"""
_carousel() {{
    local -a commands=(
        {described}
    )
    if ((CURRENT == 2)); then
        _describe command commands
        return
    fi
    local command=$words[2]
    shift words
    ((CURRENT--))
    if [[ $command == help ]]; then
        _describe command commands
    elif (($+functions[_carousel_$command])); then
        _carousel_$command
    fi
}}

_carousel "$@"
"""


def fish(program):
    def quoted_for_fish(text):
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"

    text = HEAD + "\ncomplete -c carousel -f\n"
    for command, words in commands(program).items():
        text += f"\ncomplete -c carousel -n __fish_use_subcommand -a {command} -d {quoted_for_fish(words)}\n"
        if command == "help":
            text += f"complete -c carousel -n '__fish_seen_subcommand_from help' -a '{' '.join(commands(program))}'\n"
            continue
        seen = f"complete -c carousel -n '__fish_seen_subcommand_from {command}'"
        if command in FILES:
            text += f"{seen} -F\n"
        for name, argument, words, choices in options(program, command):
            takes = f" -x -a '{' '.join(choices)}'" if choices else " -r -F" if "FILE" in argument else " -x" if argument else ""
            text += f"{seen} -l {name}{takes} -d {quoted_for_fish(words)}\n"
    return text


def main(shell, program, target):
    with open(target, "w", encoding="utf-8") as out:
        out.write({"zsh": zsh, "fish": fish}[shell](program))


main(*sys.argv[1:])
