#!/usr/bin/env python3
"""Runs the shell commands of a document, and checks its excerpts of sources.

    doc-shell.py --run DOC.md       prints a Bash script of its ```sh blocks
    doc-shell.py --excerpts DOC.md  looks its excerpts up

A ```sh block is commands, or a session: lines that start with "$ " are
commands, what follows is what they print, which the script checks; after
"$ cat FILE" it is the contents of FILE, which the script creates. Blocks that
call scripts/ are left out.

An excerpt is a block whose first line names a file of the repository after the
language (```cpp examples/target/Abacus.h). The file must contain its text; a
line "..." stands for any lines. Exit status: 1 where one isn't found.
"""
import os
import re
import shlex
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def blocks(path):
    """Yields (line number, words after the fence, text)."""
    with open(path, encoding="utf-8") as file:
        lines = file.read().splitlines()
    start = None
    for number, line in enumerate(lines, 1):
        if not line.startswith("```"):
            continue
        if start is None:
            start, words = number, line[3:].split()
        else:
            yield start, words, lines[start:number - 1]
            start = None


def session(lines):
    """Script lines for commands with their output."""
    steps = []
    for line in lines:
        if line.startswith("$ "):
            steps.append((line[2:], []))
        else:
            steps[-1][1].append(line)
    for command, output in steps:
        text = shlex.quote("\n".join(output) + "\n")
        if command.startswith("cat ") and output:
            yield f"printf %s {text} >{command[4:]}"
        elif output:
            yield f"printf %s {text} >expected"
            yield f"{command} >printed"
            yield "diff expected printed"
        else:
            yield command


def print_script(path):
    print("set -euxo pipefail")
    count = 0
    for number, words, lines in blocks(path):
        if words != ["sh"] or any("scripts/" in line for line in lines):
            continue
        count += 1
        print(f"# {path}:{number}")
        print("\n".join(session(lines) if lines[0].startswith("$ ")
                        else lines))
    print(f"echo 'ran {count} blocks of {os.path.basename(path)}'")
    return 0 if count else 1


def contains(text, lines):
    """Do \\p lines stand in \\p text, whole and in order?"""
    parts = "\n".join(lines).split("\n...\n")
    pattern = r"\n(?:.*\n)*?".join(re.escape(part) for part in parts)
    return re.search(f"^{pattern}$", text, re.MULTILINE) is not None


def check_excerpts(path):
    count = missing = 0
    for number, words, lines in blocks(path):
        if len(words) < 2:
            continue
        count += 1
        with open(os.path.join(ROOT, words[1]), encoding="utf-8") as file:
            if not contains(file.read(), lines):
                missing += 1
                print(f"{path}:{number}: not in {words[1]}", file=sys.stderr)
    print(f"{count} excerpts, {missing} not found")
    return 1 if missing or not count else 0


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in ("--run", "--excerpts"):
        sys.exit(__doc__)
    action = print_script if sys.argv[1] == "--run" else check_excerpts
    sys.exit(action(sys.argv[2]))
