"""Do the files exist that Markdown documents link to?"""
import os
import re
import sys

missing = 0
for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        links = re.findall(r"\]\(([^)#:]+)\)", file.read())
    if not links:
        sys.exit(f"{path}: no links")
    for link in links:
        if not os.path.exists(os.path.join(os.path.dirname(path), link)):
            print(f"{path}: no such file: {link}", file=sys.stderr)
            missing += 1
sys.exit(missing != 0)
