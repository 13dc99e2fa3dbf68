"""Writes the manual page: the template with rows for the options of each command, as its help tells them.

    manual_page.py CAROUSEL TEMPLATE PAGE

A line `@options COMMAND [NAME...]` stands for the rows of a command, all or those named. What follows a line
`@more NAME`, up to the next line with an @, stands below the row of that option, which the help screen has no
room for; a line `@end` ends the last of them.
"""

import re
import sys

from help_screen import option_groups


def roff(text):
    return text.strip().replace("\\", "\\e").replace("-", "\\-")


def row(name, argument, words):
    words = words.strip()
    if words.split(" ")[0] not in argument.split("|"):
        words = words[0].upper() + words[1:]
    literal = re.match("[a-z]", argument)
    font = ".B" if not argument else ".BR" if literal else ".BI"
    argument = f' " {roff(argument)}"' if argument else ""
    return f".TP\n{font} \\-\\-{roff(name)}{argument}\n{roff(words)}.\n"


def rows(program, command, wanted, more):
    page = ""
    for title, options in option_groups(program, command):
        if title == "Of every command":
            continue
        chosen = [option for option in options if not wanted or option[0] in wanted]
        if chosen and not wanted:
            page += f".SS {roff(title)}\n"
        for option in chosen:
            page += row(*option) + more.pop(option[0], "")
    if more:
        sys.exit(f"{command} has no option {', '.join(more)}.")
    return page


def main(program, template, target):
    page, command, wanted, more, name = "", None, [], {}, None
    with open(template, encoding="utf-8") as lines:
        for line in lines:
            words = line.split()
            if command and (line.startswith("@options") or line.startswith("@end")):
                page += rows(program, command, wanted, more)
                command, name = None, None
            if line.startswith("@options"):
                command, wanted, more = words[1], words[2:], {}
            elif line.startswith("@more"):
                name = words[1]
                more[name] = ""
            elif name:
                more[name] += line
            elif not line.startswith("@end"):
                page += line
    with open(target, "w", encoding="utf-8") as out:
        out.write(page)


main(*sys.argv[1:])
