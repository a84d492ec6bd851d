#!/usr/bin/env bash
# From a fresh clone to handwritten digits read by a simulated MLU100: installs
# the packages that are missing, builds, compiles examples/digits, runs it on
# the simulator and in the interpreter, and shows the answers. Fails if the two
# differ.

source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

scripts/deps.sh build

say "building (several minutes the first time)"
configure=(cmake --preset release)
if [[ ! -f build/release/CMakeCache.txt ]]; then
  # The unit tests need more packages; scripts/check.sh turns them on. The
  # compiler that the checks use builds with their flags, so that check.sh
  # needn't build everything again.
  configure+=(-DONNC_BUILD_TESTS=OFF)
  if [[ $(c++ -dumpversion) == 12 ]]; then
    configure+=(-DONNC_WERROR=ON)
  fi
fi
mkdir -p build
"${configure[@]}" >build/configure.log ||
  die "configuring failed; build/configure.log has all of it"
cmake --build --preset release --target onnc onnc-run
export PATH=$PWD/build/release/bin:$PATH

digits=examples/digits
say "compiling a trained network for the MLU100"
run onnc -mquadruple=mlu100 $digits/digits.onnx -o build/digits.mlu

# grep leaves out the lines of single launches.
say "running it on the simulator, once for each image, and in the interpreter"
run onnc-run build/digits.mlu $digits/images.npy --each \
  -o build/digits.npy --report --compare=interp \
  --reference=$digits/digits.onnx | grep -v '^launch '

say "the simulator's answers"
run $digits/show.py $digits/images.npy build/digits.npy \
  --labels $digits/labels.npy
