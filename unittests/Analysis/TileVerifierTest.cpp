//===- TileVerifierTest.cpp -----------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Random tiled programs, most of them slightly wrong: what verifyTiles reports
/// the interpreter finds as well, and both find much.
///
//===----------------------------------------------------------------------===//

#include "onnc/Analysis/TileVerifier.h"
#include "onnc/IR/AsmParser.h"
#include "onnc/IR/Context.h"
#include "onnc/Interp/Interpreter.h"
#include "llvm/Support/FormatVariadic.h"
#include <gtest/gtest.h>
#include <random>

using namespace llvm;
using namespace onnc;

namespace {

class TileVerifierTest : public testing::Test {
protected:
  TileVerifierTest() {
    context.getDiagnostics().setHandler([this](const Diagnostic &diag) {
      raw_string_ostream os(diagnostics);
      diag.print(os);
    });
  }

  int64_t pick(int64_t lo, int64_t hi) {
    return lo + int64_t(random() % uint64_t(hi - lo + 1));
  }
  /// Mostly 0.
  int64_t slip() { return pick(0, 9) ? 0 : pick(-2, 2); }
  bool rarely() { return pick(0, 9) == 0; }

  /// Rows of a pool with a halo, on cores, loaded an iteration ahead.
  std::string makeProgram();

  Context context;
  std::string diagnostics;
  std::mt19937 random;
};

} // namespace

std::string TileVerifierTest::makeProgram() {
  const int64_t cores = pick(1, 4), count = pick(0, 5), rows = pick(1, 3);
  const int64_t height = cores * count * rows + pick(-1, 2);
  const int64_t whole = std::max<int64_t>(height, 1);
  const int64_t perCore = count * rows + slip();
  const int64_t tile = std::max<int64_t>(rows + 2 + slip(), 1);
  std::string text;
  raw_string_ostream os(text);
  auto tensor = formatv("1x1x{0}x2xf32", whole).str();
  auto buffer = [](int64_t size) {
    return formatv("buffer<1x1x{0}x2xf32, nram>", size).str();
  };
  auto place = [&](StringRef name, StringRef storage, StringRef indices,
                   int64_t step, int64_t start, int64_t size, StringRef slot) {
    os << formatv("%{0} = tile.Place(%{1}, {2}) {{box = box<0:1, 0:1, {3}*d0 + "
                  "{4}*d1 + {5}:{6}, 0:2>, domain = [1, 1, {7}, 2], slot = "
                  "affine<{8}>} -> {9}\n",
                  name, storage, indices, perCore, step, start, size, whole,
                  slot, buffer(size));
  };
  os << formatv("graph @pool(%X: tensor<{0}>) -> (\"Y\") {{\n"
                "%Y = onnx.MaxPool(%X) {{kernel_shape = [3, 1], pads = [1, 0, "
                "1, 0]} -> tensor<{0}>\nreturn(%Y)\n}\n"
                "graph @main(%X: tensor<{0}>) -> () {{\n"
                "%x = tile.Input(%X) -> buffer<{0}, dram>\n"
                "%y = tile.Alloc() -> buffer<{0}, dram>\n",
                tensor);
  auto alloc = formatv("%xs = tile.Alloc() {{multiplicity = {0}} -> {1}\n",
                       2 + slip() / 2, buffer(tile))
                   .str();
  const bool shared = rarely();
  os << (shared ? alloc : "");
  os << formatv("tile.ForAll() {{counts = [{0}], over = \"core\"} ({{ ^(%c: "
                "index)\n",
                cores);
  os << (shared ? "" : alloc);
  os << "%ys = tile.Alloc() -> " << buffer(rows) << "\n";
  place("x0", "xs", "%c, %c", 0, -1 + slip(), tile, "0");
  os << "%t0 = tile.CopyStart(%x, %x0) -> token\n"
     << formatv("%last = tile.For(%t0) {{count = {0}} ({{ ^(%i: index, %t: "
                "token)\n",
                count);
  const int64_t ahead = 1 + slip();
  place("xn", "xs", "%c, %i", rows, rows - 1 + slip(), tile,
        formatv("d1 + {0}", ahead).str());
  place("xt", "xs", "%c, %i", rows, -1 + slip(), tile,
        formatv("d1 + {0}", slip()).str());
  place("yt", "ys", "%c, %i", rows, slip(), rows, "0");
  const bool late = rarely(), drops = rarely();
  os << "%tn = tile.CopyStart(%x, %xn) -> token\n"
     << (late ? "" : "tile.CopyWait(%t)\n")
     << "tile.Compute(%xt, %yt) {kernel = @pool}\n"
     << (late ? "tile.CopyWait(%t)\n" : "")
     << "%s = tile.CopyStart(%yt, %y) -> token\n"
     << (rarely() ? "" : "tile.CopyWait(%s)\n") << "return(%tn)\n}) -> token\n"
     << (drops ? "" : "tile.CopyWait(%last)\n")
     << "return()\n})\nreturn()\n}\n";
  return text;
}

TEST_F(TileVerifierTest, ReportsOnlyWhatGoesWrong) {
  unsigned right = 0, reported = 0, foundByRunning = 0;
  for (unsigned seed = 0; seed < 3000; ++seed) {
    random.seed(seed);
    const std::string text = makeProgram();
    diagnostics.clear();
    auto module = parseModule(context, text, "t.onncir");
    // Parameters may be ones that each operation's verifier refuses.
    if (!module)
      continue;
    diagnostics.clear();
    const bool passes = succeeded(verifyTiles(*module));
    auto shape =
        *module->getMain()->getInput(0)->getTensorType().getStaticShape();
    RuntimeValues inputs = {
        cantFail(TensorValue::allocate(ElementType::F32, shape))};
    auto results = run(*module->getMain(), inputs);
    std::string error = results ? "" : toString(results.takeError());
    if (passes)
      ++(error.empty() ? right : foundByRunning);
    else
      ++reported;
    // A body that never runs may hold what would go wrong.
    if (!passes && error.empty() && !StringRef(text).contains("count = 0"))
      FAIL() << "seed " << seed << "\n" << text << diagnostics;
  }
  EXPECT_GT(right, 300u);
  EXPECT_GT(reported, 500u);
  EXPECT_GT(foundByRunning, 50u);
  RecordProperty("right", right);
  RecordProperty("reported", reported);
  RecordProperty("foundByRunning", foundByRunning);
}
