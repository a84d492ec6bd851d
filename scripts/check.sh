#!/usr/bin/env bash
# Builds everything with warnings as errors and runs every test. Ends with the
# line "N passed, N failed, N skipped"; the exit status is 0 if none failed.
#
#   scripts/check.sh [ARGUMENT FOR lit...]
#
# For instance `scripts/check.sh --filter=Support`. Each test's result is left
# in build/release/test-results.json and .xml.

source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

scripts/deps.sh test

say "building"
mkdir -p build
cmake --preset release -DONNC_BUILD_TESTS=ON -DONNC_WERROR=ON \
  >build/configure.log ||
  die "configuring failed; build/configure.log has all of it"
cmake --build --preset release

say "testing"
build=build/release
results=$build/test-results.json
rm -f "$results" $build/test-results.xml
lit=$(sed -n 's/^ONNC_LIT:[A-Z]*=//p' $build/CMakeCache.txt)
status=0
python3 "$lit" -sv --output "$results" \
  --xunit-xml-output $build/test-results.xml \
  "$@" $build/test $build/test/Unit || status=$?
[[ -f $results ]] || die "lit left no results (its exit status is $status)"

# lit's exit status decides together with the count: a test that fails in a way
# that isn't counted must not pass for a success.
python3 - "$results" "$status" <<'PYTHON'
import collections
import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    tests = json.load(file)["tests"]
codes = collections.Counter(test["code"] for test in tests)
passed = sum(codes[code] for code in ("PASS", "XFAIL", "FLAKYPASS"))
skipped = sum(codes[code] for code in ("UNSUPPORTED", "SKIPPED", "EXCLUDED"))
failed = sum(codes.values()) - passed - skipped
if passed + failed == 0:
    sys.exit("scripts/check.sh: error: no test ran")
print(f"{passed} passed, {failed} failed, {skipped} skipped")
sys.exit(failed != 0 or sys.argv[2] != "0")
PYTHON
