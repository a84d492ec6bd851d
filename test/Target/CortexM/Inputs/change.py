"""Copies an artifact and replaces a text that stands in one of its files.

    change.py FROM TO OLD NEW
"""
import pathlib
import shutil
import sys

source, target, old, new = sys.argv[1:]
shutil.copytree(source, target)
changed = 0
for path in pathlib.Path(target).iterdir():
    text = path.read_text()
    if old in text and path.suffix != ".h":
        path.write_text(text.replace(old, new.replace("\\n#", "\n#"), 1))
        changed += 1
assert changed == 1, f"'{old}' stands in {changed} files"
