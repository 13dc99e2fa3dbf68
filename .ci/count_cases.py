"""Counts the test cases of a run of `meson test`.

Reads testlog.json, one object a line and program, adds up the summaries that doctest and unittest print and
closes with "N passed, N failed". A program that ends badly without a failed case (a crash, a time
limit) counts as one failed case, a program without a summary as one case by its result.
"""

import json
import re
import sys

SUMMARY = re.compile(r"^\[doctest\] test cases: *\d+ *\| *(\d+) passed *\| *(\d+) failed", re.M)
PYTHON_SUMMARY = re.compile(r"^Ran (\d+) tests? in .*\n\n(?:OK|FAILED \((.*)\))", re.M)


def cases(program):
    passed, failed = 0, 0
    summaries = SUMMARY.findall(program.get("stdout", ""))
    for of_passed, of_failed in summaries:
        passed += int(of_passed)
        failed += int(of_failed)
    for ran, flaws in PYTHON_SUMMARY.findall(program.get("stdout", "")):
        bad = sum(int(number) for number in re.findall(r"(?:failures|errors)=(\d+)", flaws))
        passed += int(ran) - min(bad, int(ran))
        failed += bad
        summaries.append((ran, bad))
    good = program["result"] in ("OK", "EXPECTEDFAIL", "SKIP")
    if not good and failed == 0:
        failed = 1
    if good and not summaries and program["result"] != "SKIP":
        passed = 1
    return passed, failed


def main():
    passed, failed = 0, 0
    try:
        with open(sys.argv[1], encoding="utf-8", errors="replace") as results:
            for line in results:
                of_passed, of_failed = cases(json.loads(line))
                passed += of_passed
                failed += of_failed
    except (OSError, ValueError) as error:
        print(f"No results of the tests: {error}", file=sys.stderr)
        failed += 1
    print(f"{passed} passed, {failed} failed")
    return 0 if failed == 0 and passed > 0 else 1


sys.exit(main())
