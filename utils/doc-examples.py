#!/usr/bin/env python3
"""Runs the examples of a Markdown file.

    utils/doc-examples.py FILE LANGUAGE COMMAND...

Feeds every fenced block marked LANGUAGE to the standard input of COMMAND, which
must succeed. For a block marked "LANGUAGE error" it must fail with a message
that contains the text after "// error: " in the block. Exit status 1 if an
example doesn't do as it says, or if there is none.
"""

import re
import subprocess
import sys

FENCE = re.compile(r"^```(.*)$")


def examples(path):
    """(line number, words after the fence, text) of every fenced block."""
    start, info, lines = 0, None, []
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            fence = FENCE.match(line)
            if info is None and fence:
                start, info, lines = number, fence.group(1).split(), []
            elif fence:
                yield start, info, "".join(lines)
                info = None
            elif info is not None:
                lines.append(line)
    if info is not None:
        raise SystemExit(f"{path}:{start}: error: the block has no end")


def complaint(text, wants_error, command):
    """What is wrong with an example; None if it does as it says."""
    result = subprocess.run(command, input=text, capture_output=True, text=True)
    if not wants_error:
        return result.stderr if result.returncode else None
    expected = re.search(r"// error: (.*)", text)
    if not expected:
        return "the block doesn't say which error it shows"
    if result.returncode <= 0:
        return f"ends with status {result.returncode}, not with an error"
    if expected.group(1) not in result.stderr:
        return f"fails, but with another message:\n{result.stderr}"
    return None


def main():
    if len(sys.argv) < 4:
        raise SystemExit(__doc__)
    path, language, command = sys.argv[1], sys.argv[2], sys.argv[3:]
    count, failures = 0, 0
    for line, info, text in examples(path):
        if not info or info[0] != language:
            continue
        count += 1
        message = complaint(text, "error" in info[1:], command)
        if message:
            failures += 1
            print(f"{path}:{line}: error: {message}", file=sys.stderr)
    print(f"{count} examples, {failures} failed")
    return 1 if failures or not count else 0


if __name__ == "__main__":
    sys.exit(main())
