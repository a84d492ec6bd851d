#!/usr/bin/env bash
# Installs the Debian 12 packages that onnc needs, those that are missing only.
#
#   scripts/deps.sh [build|test] [--list]
#
# build (the default) is what compiling and running onnc takes, test is that and
# what scripts/check.sh takes. --list prints the packages and installs nothing.
# ONNC_SKIP_DEPS=1 makes this script do nothing, for systems that aren't Debian
# and have the same in another way. ccache is used where it is installed.

source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

build_packages=(
  g++ cmake ninja-build python3
  llvm-19-dev llvm-19-tools liblld-19-dev libzstd-dev zlib1g-dev
  libonnx-dev libprotobuf-dev protobuf-compiler
  libre2-dev libjpeg62-turbo-dev libpng-dev libtiff-dev libwebp-dev
  libopenjp2-7-dev
)
test_packages=(
  libgtest-dev clang-19 libclang-rt-19-dev python3-numpy python3-onnx
  gcc-arm-none-eabi qemu-system-arm libonnx-testdata
)

packages=("${build_packages[@]}")
list=false
for argument in "$@"; do
  case $argument in
  build) packages=("${build_packages[@]}") ;;
  test) packages=("${build_packages[@]}" "${test_packages[@]}") ;;
  --list) list=true ;;
  *) die "usage: scripts/deps.sh [build|test] [--list]" ;;
  esac
done

if $list; then
  printf '%s\n' "${packages[@]}"
  exit
fi
if [[ ${ONNC_SKIP_DEPS:-} == 1 ]]; then
  say "ONNC_SKIP_DEPS is set: the packages are yours to provide"
  exit
fi
if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  die "apt-get and dpkg-query are not there, so this is not Debian; install" \
    "what corresponds to these packages and set ONNC_SKIP_DEPS=1:" \
    "${packages[*]}"
fi

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2>/dev/null || true)
  [[ $status == ii* ]] || missing+=("$package")
done
if ((${#missing[@]} == 0)); then
  say "all packages are installed"
  exit
fi

say "installing ${missing[*]}"
as_root=()
if ((EUID != 0)); then
  command -v sudo >/dev/null ||
    die "this takes root and there is no sudo; run as root:" \
      "apt-get install ${missing[*]}"
  as_root=(sudo)
fi
# An update that fails for one foreign repository needn't stop the install.
"${as_root[@]}" apt-get -q update ||
  say "apt-get update failed; trying with the package lists that are there"
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get -q install -y --no-install-recommends "${missing[@]}" ||
  die "apt-get could not install ${missing[*]}"
