#!/usr/bin/env python3
"""Checks that the include graph keeps the architecture.

    utils/check-layers.py [--root DIR]

Reads every #include (and every include of TableGen files) below lib/,
include/onnc/ and tools/, and reports each that the layer table doesn't allow,
each header of another project in a layer that must not know it, and each cycle
among headers. Exit status 1 if there was any.
"""

import argparse
import fnmatch
import os
import re
import sys

# Top to bottom, as in docs/Architecture.md: a layer may include itself and the
# layers above it. It holds lib/<Layer> and include/onnc/<Layer>; a file belongs
# to the layer with the longest path that it lies in. "Target/*" stands for
# every directory below Target: one vendor each.
LAYERS = [
    "Support",
    "IR",
    "Pass",
    "Import/ONNX",
    "Interp",
    "Machine",
    "Analysis",
    "Transforms",
    "CodeGen",
    "Target",
    "Target/*",
    "Driver",
    "Testing",
    "SDK",
    "tools",
]

# Parts of a vendor's directory that are layers of their own: everything in the
# part's directory, and these files beside it.
PARTS = {
    "Target/MLU/ISA": [
        "Target/MLU/ISA.h",
        "Target/MLU/Machine.h",
        "Target/MLU/ProgramBuilder.h",
        "Target/MLU/MLU*.inc",
        "Target/MLU/Float16.h",
    ],
    "Target/MLU/Object": ["Target/MLU/CodeObject.h", "Target/MLU/Assembler.h"],
    "Target/MLU/Sim": ["Target/MLU/Device.h", "Target/MLU/Report.h"],
}

# Where less is allowed than the order of LAYERS allows.
ONLY = {
    # Model files and reference semantics depend on nothing that compiles.
    "Import/ONNX": ["IR", "Support"],
    "Interp": ["IR", "Support"],
    # What the simulated machine is built from: it must run without the
    # compiler, so it depends on its own description and nothing else.
    "Target/MLU/ISA": ["Support"],
    "Target/MLU/Object": ["Target/MLU/ISA", "Support"],
    "Target/MLU/Sim": ["Target/MLU/Object", "Target/MLU/ISA", "Support"],
}

# Who may see which headers of other projects; whoever isn't listed sees none.
FOREIGN = {
    "onnx/": ["Import/ONNX"],
    "google/protobuf/": ["Import/ONNX"],
    # Compiling LLVM IR's headers takes longer than all of ours.
    "llvm/IR/": ["Target/X86"],
    "llvm/CodeGen/": ["Target/X86"],
    "llvm/ExecutionEngine/": ["Target/X86"],
    "llvm/Target/": ["Target/X86"],
}

SOURCES = (".h", ".cpp", ".c", ".def", ".inc", ".td")
CPP_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"]+)"|<([^>]+)>)')
TD_INCLUDE = re.compile(r'^[ \t]*(?:#[ \t]*)?include[ \t]*"([^"]+)"')


def layer_of(path):
    """The layer that a path below lib/ or include/onnc/ belongs to, or None."""
    if path.startswith(("tools/", "Tools/")):
        return "tools"
    directory = os.path.dirname(path)
    for part, files in PARTS.items():
        if directory == part or directory.startswith(part + "/"):
            return part
        if any(fnmatch.fnmatch(path, pattern) for pattern in files):
            return part
    parts = directory.split("/")
    if parts[0] == "Target" and len(parts) > 1:
        return "/".join(parts[:2])
    for layer in LAYERS:
        if directory == layer or directory.startswith(layer + "/"):
            return layer
    return None


def vendor(layer):
    """"MLU" for "Target/MLU" and its parts; None for other layers."""
    parts = layer.split("/")
    return parts[1] if parts[0] == "Target" and len(parts) > 1 else None


def row(layer):
    return LAYERS.index("Target/*" if vendor(layer) else layer)


def objection(user, used):
    """Why `user` may not include `used`; None if it may."""
    if user == used:
        return None
    if user in ONLY:
        if used in ONLY[user]:
            return None
        return f"it may include only {', '.join(ONLY[user])}"
    if vendor(user) and vendor(used):
        if vendor(user) == vendor(used):
            return None
        return "targets never include each other"
    if row(used) > row(user):
        return f"{used} stands below {user}"
    return None


class Checker:
    def __init__(self, root):
        self.root = root
        self.errors = []
        # Header -> [(header, line)], for cycles; paths below root.
        self.headers = {}

    def error(self, path, line, message):
        self.errors.append(f"{path}:{line}: error: {message}")

    def resolve(self, path, name):
        """The file that `name` means in `path`, relative to the root, or None
        for a header of another project."""
        if name.startswith("onnc/"):
            return "include/" + name
        beside = os.path.normpath(os.path.join(os.path.dirname(path), name))
        if os.path.exists(os.path.join(self.root, beside)):
            return beside
        return None

    def check_include(self, path, layer, line, name):
        for prefix, allowed in FOREIGN.items():
            if name.startswith(prefix) and not any(
                layer == a or layer.startswith(a + "/") for a in allowed + ["tools"]
            ):
                self.error(
                    path,
                    line,
                    f"{layer} includes <{name}>; only {', '.join(allowed)} may",
                )
        target = self.resolve(path, name)
        if not target:
            return
        if path.endswith((".h", ".def")):
            self.headers.setdefault(path, []).append((target, line))
        for prefix in ("include/onnc/", "lib/"):
            if not target.startswith(prefix):
                continue
            used = layer_of(target[len(prefix):])
            if not used:
                self.error(path, line, f"'{name}' belongs to no layer")
                continue
            # A vendor's parts share headers; those of other layers are private.
            private = vendor(used) is None or vendor(used) != vendor(layer)
            if prefix == "lib/" and used != layer and private:
                self.error(
                    path, line, f"{layer} includes a private header of {used}, '{name}'"
                )
                continue
            reason = objection(layer, used)
            if reason:
                self.error(path, line, f"{layer} includes '{name}' of {used}: {reason}")

    def check_file(self, path, layer):
        pattern = TD_INCLUDE if path.endswith(".td") else CPP_INCLUDE
        with open(os.path.join(self.root, path), encoding="utf-8") as file:
            for number, text in enumerate(file, 1):
                match = pattern.match(text)
                if match:
                    name = next(group for group in match.groups() if group)
                    self.check_include(path, layer, number, name)

    def check_tree(self, top, prefix):
        for directory, subdirectories, files in os.walk(os.path.join(self.root, top)):
            subdirectories.sort()
            for name in sorted(files):
                if not name.endswith(SOURCES):
                    continue
                path = os.path.relpath(os.path.join(directory, name), self.root)
                layer = layer_of(path[len(prefix):])
                if layer:
                    self.check_file(path, layer)
                else:
                    self.error(
                        path, 1, "its directory isn't in the table of layers"
                    )

    def check_cycles(self):
        done = set()
        for start in sorted(self.headers):
            # Depth-first, with the path from `start` on a stack of our own.
            stack = [(start, iter(self.headers.get(start, [])))]
            on_path = [start]
            while stack and stack[-1][0] not in done:
                header, includes = stack[-1]
                for target, line in includes:
                    if target in on_path:
                        cycle = on_path[on_path.index(target):] + [target]
                        self.error(
                            header, line, "headers include in a cycle: "
                            + " -> ".join(cycle)
                        )
                    elif target not in done and target in self.headers:
                        on_path.append(target)
                        stack.append((target, iter(self.headers[target])))
                        break
                else:
                    done.add(header)
                    stack.pop()
                    on_path.pop()

    def run(self):
        self.check_tree("include/onnc", "include/onnc/")
        self.check_tree("lib", "lib/")
        self.check_tree("tools", "")
        self.check_cycles()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--root",
        default=os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."),
        help="the source tree (default: this one)",
    )
    checker = Checker(os.path.normpath(parser.parse_args().root))
    checker.run()
    for error in checker.errors:
        print(error, file=sys.stderr)
    return 1 if checker.errors else 0


if __name__ == "__main__":
    sys.exit(main())
