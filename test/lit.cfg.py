"""The lit configuration of onnc's regression tests.

A test names its commands in RUN lines. The tools of this build and FileCheck,
not, count and cmp are on the PATH; %onnc_src is the source tree. Tests that use
foreign data, which is not part of this repository, say REQUIRES: foreign-data
and find it under %foreign (environment ONNC_FOREIGN_DATA, or ../shared/data
beside the source tree); without it they count as unsupported. The same goes
for cortexm, the cross compiler and the emulator of the Cortex-M boards.
"""
import os
import platform
import shutil

import lit.formats

config.name = "ONNC"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".onncir", ".test", ".s", ".td"]
config.excludes = ["Inputs", "CMakeLists.txt", "lit.cfg.py", "Unit"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.onnc_build, "test")

path = [
    os.path.join(config.onnc_build, "bin"),
    config.llvm_tools,
    config.environment.get("PATH", os.environ["PATH"]),
]
config.environment["PATH"] = os.pathsep.join(path)
for name in ["ASAN_OPTIONS", "UBSAN_OPTIONS", "HOME", "CCACHE_DIR"]:
    if name in os.environ:
        config.environment[name] = os.environ[name]

config.substitutions.append(("%onnc_src", config.onnc_source))
config.substitutions.append(("%onnc_build", config.onnc_build))
config.substitutions.append(("%cxx", config.cxx))
config.substitutions.append(("%python", "/usr/bin/python3"))

foreign = os.environ.get("ONNC_FOREIGN_DATA") or os.path.join(
    config.onnc_source, "..", "shared", "data"
)
if os.path.isdir(foreign):
    config.available_features.add("foreign-data")
    config.substitutions.append(("%foreign", os.path.realpath(foreign)))
onnx_testdata = "/usr/share/libonnx-testdata/data"
if os.path.isdir(onnx_testdata):
    config.available_features.add("onnx-testdata")
    config.substitutions.append(("%onnx_testdata", onnx_testdata))
if shutil.which("arm-none-eabi-gcc") and shutil.which("qemu-system-arm"):
    config.available_features.add("cortexm")
else:
    lit_config.note(
        "tests of Cortex-M programs are skipped: arm-none-eabi-gcc or "
        "qemu-system-arm isn't installed (scripts/deps.sh test does that)"
    )
if platform.machine() == "x86_64":
    config.available_features.add("x86-64")
if config.sanitized:
    config.available_features.add("sanitized")
if config.fuzzers:
    config.available_features.add("fuzzers")
