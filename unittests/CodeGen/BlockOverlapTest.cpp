//===- BlockOverlapTest.cpp -----------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// What TileBufferModel says of storage that blocks share. Computations that
/// use tensors where they lie are replayed byte by byte, in every order that
/// the target's promise leaves open.
///
//===----------------------------------------------------------------------===//

#include "onnc/CodeGen/TileBufferModel.h"
#include "onnc/CodeGen/TileModel.h"
#include "onnc/IR/AsmParser.h"
#include "onnc/IR/KernelIndexing.h"
#include "onnc/IR/Ops/Tile.h"
#include "onnc/IR/Verifier.h"
#include "onnc/Machine/Machine.h"
#include "gtest/gtest.h"
#include <random>

using namespace llvm;
using namespace onnc;

namespace {

/// Says of every leaf what the test wants.
class OrderModel : public TileModel {
public:
  StringRef getBackingMemory() const override { return "ram"; }
  StringRef getParallelUnit() const override { return "core"; }
  unsigned getMaxParallelism() const override { return 1; }
  BufferType getTensorBuffer(TensorType type) const override {
    return BufferType::get(type.getContext(), type.getElementType(),
                           *type.getStaticShape(), "ram");
  }
  std::optional<std::string> getRefusal(const Graph &) const override {
    return std::nullopt;
  }
  KernelTiling getTiling(const Graph &) const override { return {}; }
  double getComputeCycles(const Graph &, ArrayRef<int64_t>,
                          int64_t) const override {
    return 0;
  }
  double getLaunchCycles(unsigned) const override { return 0; }
  double getBarrierCycles(unsigned) const override { return 0; }
  LeafOrder getLeafOrder(const Graph &, unsigned, BufferType,
                         BufferType) const override {
    return order;
  }

  LeafOrder order = LeafOrder::Unknown;
};

class BlockOverlapTest : public testing::Test {
protected:
  BlockOverlapTest() : model(unit, 0, &tiles) {
    unit.name = "core";
    unit.memories = {{"ram", 1 << 20, 4, 8.0, 1}, {"pad", 1 << 16, 4, 64.0, 1}};
    context.getDiagnostics().setHandler([this](const Diagnostic &diag) {
      raw_string_ostream os(log);
      diag.print(os);
    });
  }

  /// \p kernels are graphs; \p main the body of the program.
  void parse(const Twine &kernels, const Twine &main) {
    std::string text =
        ("module @m properties [tiled]\n" + kernels +
         "\ngraph @main() -> () {\n" + main + "\n  return()\n}\n")
            .str();
    module = parseModule(context, text, "test", ".");
    ASSERT_TRUE(module) << log << text;
    ASSERT_TRUE(succeeded(verify(*module))) << log << text;
    block = nullptr;
    for (Operation &op : module->getMain()->getBody().getOps()) {
      if (isa<tile::AllocOp>(op))
        result = op.getResult();
      if (isa<tile::BlockOp>(op))
        block = &op;
    }
  }

  /// For the last allocation and operand \p operand of the last block.
  std::optional<StorageOverlap> ask(unsigned operand = 0) {
    EXPECT_EQ(model.getFirstWriter(*result), block);
    return model.getOverlap(*result, operand);
  }
  /// The same for a block with the operands %s and %y, of \p type, whose body
  /// is \p body and has a kernel @relu of 8x6 elements.
  std::optional<StorageOverlap>
  askBlock(const Twine &body, StringRef type = "buffer<8x6xf32, ram>") {
    parse(R"(graph @relu(%x: tensor<8x6xf32>) -> ("y") {
  %y = onnx.Relu(%x) -> tensor<8x6xf32>
  return(%y)
})",
          "  %s = tile.Alloc() -> " + type + "\n  %y = tile.Alloc() -> " +
              type + "\n  tile.Block(%s, %y) ({ ^(%a: " + type +
              ", %b: " + type + ")\n" + body + "\n    return()\n  })");
    return ask();
  }

  Context context;
  std::string log;
  ProcessingUnit unit;
  OrderModel tiles;
  TileBufferModel model;
  std::unique_ptr<Module> module;
  Value *result = nullptr;
  Operation *block = nullptr;
};

/// Replays the only computation of a block.
class Replay {
public:
  Replay(tile::BlockOp block, unsigned operand, unsigned result, unsigned input,
         int64_t distance)
      : from(tile::getBufferType(block->getOperand(operand))),
        to(tile::getBufferType(block->getOperand(result))), input(input),
        distance(distance) {
    block->getRegion().walk([&](Operation *op) {
      if (auto compute = dyn_cast<tile::ComputeOp>(op))
        kernel = tile::getKernel(compute);
    });
  }

  /// The elements of the result in the order of memory; lanes one after the
  /// other, if \p byLane.
  std::vector<Box> getOrder(bool byLane) const {
    SmallVector<unsigned, 6> order(to.getLayout().getOrder());
    if (byLane)
      std::rotate(order.begin(), order.end() - 1, order.end());
    std::vector<Box> elements;
    auto shape = to.getShape();
    for (int64_t i = 0; i != getVolume(getFullBox(shape)); ++i) {
      Box box(order.size());
      int64_t rest = i;
      for (unsigned dim : reverse(order)) {
        int64_t at = rest % shape[dim];
        rest /= shape[dim];
        box[dim] = {at, at + 1};
      }
      elements.push_back(std::move(box));
    }
    return elements;
  }

  /// Whether no byte is read after it was overwritten.
  bool isSound(const std::vector<Box> &order) const {
    KernelIndexing indexing(*kernel);
    std::vector<bool> overwritten(from.getByteSize());
    for (const Box &element : order) {
      KernelBoxes boxes = indexing.getBoxes({element});
      if (const Box *read = boxes.getBox(kernel->getInput(input)))
        if (!forEachByte(from, *read,
                         [&](int64_t byte) { return !overwritten[byte]; }))
          return false;
      forEachByte(to, element, [&](int64_t byte) {
        int64_t at = byte - distance;
        if (at >= 0 && at < int64_t(overwritten.size()))
          overwritten[at] = true;
        return true;
      });
    }
    return true;
  }

private:
  template <typename Fn>
  static bool forEachByte(BufferType type, const Box &box, Fn fn) {
    int64_t bytes = getBitWidth(type.getElementType()) / 8;
    auto shape = type.getShape();
    for (int64_t i = 0; i != getVolume(box); ++i) {
      SmallVector<int64_t, 6> index(box.size());
      int64_t rest = i;
      for (unsigned dim = box.size(); dim-- > 0;) {
        index[dim] = box[dim].lo + rest % box[dim].size();
        rest /= box[dim].size();
      }
      int64_t first = type.getLayout().getOffset(shape, index) * bytes;
      for (int64_t byte = first; byte != first + bytes; ++byte)
        if (!fn(byte))
          return false;
    }
    return true;
  }

  BufferType from, to;
  unsigned input;
  int64_t distance;
  Graph *kernel = nullptr;
};

/// A kernel of random shapes, and the program that computes it.
struct RandomKernel {
  std::string kernel, main;
  unsigned numOperands = 1;
};

} // namespace

static std::string makeShape(ArrayRef<int64_t> shape) {
  std::string text;
  for (int64_t size : shape)
    text += std::to_string(size) + "x";
  return text;
}

static RandomKernel makeKernel(unsigned seed) {
  std::mt19937 random(seed);
  random.discard(20);
  auto pick = [&](int64_t low, int64_t high) -> int64_t {
    return low + random() % (high - low + 1);
  };
  int64_t c = pick(1, 5), h = pick(1, 6), w = pick(1, 6);
  int64_t k = pick(1, 3), stride = pick(1, 2), pad = pick(0, k - 1);
  int64_t m = pick(1, 5);
  auto reduce = [&](int64_t size) { return (size + 2 * pad - k) / stride + 1; };
  h = std::max(h, k);
  w = std::max(w, k);
  SmallVector<int64_t> from = {1, c, h, w}, to = from, weights;
  std::string windows = "kernel_shape = [" + std::to_string(k) + ", " +
                        std::to_string(k) + "], pads = [";
  for (int i = 0; i < 4; ++i)
    windows += (i ? ", " : "") + std::to_string(pad);
  windows += "], strides = [" + std::to_string(stride) + ", " +
             std::to_string(stride) + "]";
  std::string body;
  bool hasWeights = false;
  switch (pick(0, 8)) {
  case 0: // depthwise
    weights = {c, 1, k, k};
    to = {1, c, reduce(h), reduce(w)};
    body = "onnx.Conv(%x, %w) {group = " + std::to_string(c) + ", " + windows +
           "}";
    hasWeights = true;
    break;
  case 1:
    weights = {m, c, k, k};
    to = {1, m, reduce(h), reduce(w)};
    body = "onnx.Conv(%x, %w) {" + windows + "}";
    hasWeights = true;
    break;
  case 2:
    to = {1, c, reduce(h), reduce(w)};
    body = "onnx.MaxPool(%x) {" + windows + "}";
    break;
  case 3:
    body = "onnx.Relu(%x)";
    break;
  case 4: // The source is stretched.
    from = {1, c, 1, w};
    weights = to = {1, c, h, w};
    body = "onnx.Add(%x, %w)";
    hasWeights = true;
    break;
  case 5:
    weights = to;
    body = "onnx.Mul(%w, %x)";
    hasWeights = true;
    break;
  case 6:
    body = "onnx.Softmax(%x) {axis = " + std::to_string(pick(1, 3)) + "}";
    break;
  case 7:
    to = {1, c, w, h};
    body = "onnx.Transpose(%x) {perm = [0, 1, 3, 2]}";
    break;
  default:
    to = {1, c, 1, 1};
    body = "onnx.GlobalAveragePool(%x)";
    break;
  }
  const char *const layouts[] = {"acdb", "abcd", "acbd", "aBcd2b"};
  const char *const elements[] = {"f32", "f32", "f32", "f16"};
  std::string layout = layouts[pick(0, 3)];
  auto buffer = [&](ArrayRef<int64_t> shape, const std::string &element,
                    const std::string &own) {
    return "buffer<" + makeShape(shape) + element + ", ram, " + own + ">";
  };
  std::string a = buffer(from, elements[pick(0, 3)],
                         pick(0, 7) ? layout : layouts[pick(0, 3)]);
  std::string b = buffer(to, elements[pick(0, 3)], layout);
  RandomKernel out;
  std::string tensor = "tensor<" + makeShape(to) + "f32>";
  out.kernel = "graph @k(%x: tensor<" + makeShape(from) + "f32>";
  if (hasWeights)
    out.kernel += ", %w: tensor<" + makeShape(weights) + "f32>";
  out.kernel += ") -> (\"y\") {\n";
  bool second = pick(0, 1);
  out.kernel +=
      (second ? "  %0 = " : "  %y = ") + body + " -> " + tensor + "\n";
  if (second)
    out.kernel += "  %y = onnx.Sigmoid(%0) -> " + tensor + "\n";
  out.kernel += "  return(%y)\n}";
  std::string ws = buffer(weights, "f32", "abcd");
  out.main = "  %s = tile.Alloc() -> " + a + "\n";
  if (hasWeights)
    out.main += "  %w = tile.Alloc() -> " + ws + "\n";
  out.main += "  %y = tile.Alloc() -> " + b + "\n  tile.Block(%s, ";
  out.main += hasWeights ? "%w, %y) ({ ^(%a: " : "%y) ({ ^(%a: ";
  out.main += a + (hasWeights ? ", %v: " + ws : "") + ", %b: " + b + ")\n";
  out.main += hasWeights ? "    tile.Compute(%a, %v, %b) {kernel = @k}\n"
                         : "    tile.Compute(%a, %b) {kernel = @k}\n";
  out.main += "    return()\n  })";
  out.numOperands = hasWeights ? 3 : 2;
  return out;
}

TEST_F(BlockOverlapTest, NothingIsReadBehindItsEnd) {
  unsigned inPlace = 0, byLane = 0, apart = 0, near = 0;
  for (unsigned seed = 0; seed != 2000; ++seed) {
    RandomKernel random = makeKernel(seed);
    parse(random.kernel, random.main);
    ASSERT_FALSE(HasFatalFailure()) << seed;
    tile::BlockOp op(block);
    unsigned input = StringRef(random.kernel).contains("(%w, %x)") ? 1 : 0;
    if (input)
      continue; // %s is the other input.
    tiles.order = LeafOrder::Unknown;
    EXPECT_FALSE(ask()) << seed;
    std::mt19937 engine(seed);
    auto replay = [&](int64_t distance) {
      return Replay(op, 0, random.numOperands - 1, 0, distance);
    };

    tiles.order = LeafOrder::Element;
    if (auto overlap = ask()) {
      EXPECT_TRUE(overlap->distance == 0 && overlap->step == 0) << seed;
      auto order = replay(0).getOrder(false);
      std::shuffle(order.begin(), order.end(), engine);
      EXPECT_TRUE(replay(0).isSound(order)) << seed << random.main;
      ++inPlace;
      continue;
    }
    for (LeafOrder leaf : {LeafOrder::Storage, LeafOrder::Lane}) {
      tiles.order = leaf;
      auto overlap = ask();
      apart += !overlap;
      if (!overlap)
        continue;
      byLane += leaf == LeafOrder::Lane;
      EXPECT_GT(overlap->step, 0);
      for (unsigned more : {0u, 1u, unsigned(engine() % 20)}) {
        Replay at = replay(overlap->distance + more * overlap->step);
        EXPECT_TRUE(at.isSound(at.getOrder(false)))
            << seed << random.kernel << random.main;
        if (leaf == LeafOrder::Lane) {
          EXPECT_TRUE(at.isSound(at.getOrder(true)))
              << seed << random.kernel << random.main;
        }
      }
      // Not far more than is needed.
      int64_t less = overlap->distance - overlap->step;
      if (overlap->distance > 0)
        near += less < 0 || !replay(less).isSound(
                                replay(less).getOrder(leaf == LeafOrder::Lane));
    }
  }
  EXPECT_GT(inPlace, 100u);
  EXPECT_GT(byLane, 100u);
  EXPECT_GT(apart, 100u);
  EXPECT_GT(near, 300u);
}

//===----------------------------------------------------------------------===//
// Rules, one by one
//===----------------------------------------------------------------------===//

TEST_F(BlockOverlapTest, ElementwiseInPlace) {
  tiles.order = LeafOrder::Element;
  const char *body = "    tile.Compute(%a, %b) {kernel = @relu}";
  auto overlap = askBlock(body);
  ASSERT_TRUE(overlap);
  EXPECT_EQ(overlap->distance, 0);
  EXPECT_EQ(overlap->step, 0);
  // Of a leaf of which nothing is known.
  tiles.order = LeafOrder::Unknown;
  EXPECT_FALSE(askBlock(body));
}

TEST_F(BlockOverlapTest, CoresThatKeepToTheirRows) {
  auto make = [&](StringRef load, StringRef kernel) {
    return ("    tile.ForAll() {counts = [4], over = \"core\"} ({ ^(%c: "
            "index)\n"
            "      %xs = tile.Alloc() -> buffer<4x6xf32, pad>\n"
            "      %ys = tile.Alloc() -> buffer<2x6xf32, pad>\n"
            "      %xt = tile.Place(%xs, %c) {box = box<" +
            load +
            ", 0:6>, domain = [8, 6]} -> buffer<4x6xf32, pad>\n"
            "      %t = tile.CopyStart(%a, %xt) -> token\n"
            "      tile.CopyWait(%t)\n"
            "      %yt = tile.Place(%ys, %c) {box = box<2*d0:2, 0:6>, domain = "
            "[8, 6]} -> buffer<2x6xf32, pad>\n"
            "      tile.Compute(%xt, %yt) {kernel = @" +
            kernel +
            "}\n"
            "      %u = tile.CopyStart(%yt, %b) -> token\n"
            "      tile.CopyWait(%u)\n"
            "      return()\n    })")
        .str();
  };
  // Rows of its own: 4 rows from 2·c on would hang over into the next core's.
  std::string own = make("2*d0:4", "relu");
  for (const char *size : {"4x6", "box<2*d0:4"})
    while (own.find(size) != std::string::npos)
      own.replace(own.find(size), strlen(size),
                  size[0] == '4' ? "2x6" : "box<2*d0:2");
  auto overlap = askBlock(own);
  ASSERT_TRUE(overlap);
  EXPECT_EQ(overlap->distance, 0);
  EXPECT_EQ(overlap->step, 0);
  // A neighbour may have written the rows around.
  EXPECT_FALSE(askBlock(make("2*d0 - 1:4", "relu")));
}

// Tile i + 1 is loaded while tile i is computed and stored: they are apart.
TEST_F(BlockOverlapTest, LoadsAnIterationAhead) {
  auto make = [&](StringRef next, StringRef wait) {
    return ("    %xs = tile.Alloc() {multiplicity = 2} -> buffer<2x6xf32, "
            "pad>\n"
            "    %ys = tile.Alloc() -> buffer<2x6xf32, pad>\n"
            "    %xt = tile.Place(%xs) {box = box<0:2, 0:6>, domain = [8, 6]} "
            "-> "
            "buffer<2x6xf32, pad>\n"
            "    %t = tile.CopyStart(%a, %xt) -> token\n"
            "    %0 = tile.For(%t) {count = 4} ({ ^(%i: index, %u: token)\n"
            "      %p = tile.Place(%xs, %i) {box = box<2*d0:2, 0:6>, domain = "
            "[8, "
            "6], slot = affine<d0>} -> buffer<2x6xf32, pad>\n"
            "      %q = tile.Place(%xs, %i) {box = box<" +
            next +
            ":2, 0:6>, domain = [8, 6], slot = affine<d0 + 1>} -> "
            "buffer<2x6xf32, "
            "pad>\n"
            "      %v = tile.CopyStart(%a, %q) -> token\n"
            "      tile.CopyWait(%u)\n"
            "      %yt = tile.Place(%ys, %i) {box = box<2*d0:2, 0:6>, domain = "
            "[8, "
            "6]} -> buffer<2x6xf32, pad>\n"
            "      tile.Compute(%p, %yt) {kernel = @relu}\n"
            "      %w = tile.CopyStart(%yt, %b) -> token\n"
            "      tile.CopyWait(%w)\n"
            "      return(%v) : (token) -> ()\n    }) -> token\n"
            "    tile.CopyWait(%0)" +
            wait)
        .str();
  };
  auto overlap = askBlock(make("2*d0 + 2", ""));
  ASSERT_TRUE(overlap);
  EXPECT_EQ(overlap->step, 0);
  // The next tile begins with a row of this one, which may be stored first.
  EXPECT_FALSE(askBlock(make("2*d0 + 1", "")));
}

TEST_F(BlockOverlapTest, AllIsReadBeforeAnythingIsWritten) {
  auto make = [&](StringRef before, StringRef behind) {
    return ("    %xs = tile.Alloc() -> buffer<8x6xf32, pad>\n"
            "    %t = tile.CopyStart(%a, %xs) -> token\n" +
            before + "    tile.Compute(%xs, %b) {kernel = @relu}\n" + behind)
        .str();
  };
  auto overlap = askBlock(make("    tile.CopyWait(%t)\n", ""));
  ASSERT_TRUE(overlap);
  EXPECT_EQ(overlap->distance, 0);
  EXPECT_EQ(overlap->step, 1);
  // The source is read once more.
  EXPECT_FALSE(askBlock(make("    tile.CopyWait(%t)\n",
                             "    %u = tile.CopyStart(%a, %xs) -> token\n"
                             "    tile.CopyWait(%u)\n")));
  // It is written.
  EXPECT_FALSE(askBlock(make("    tile.CopyWait(%t)\n",
                             "    tile.Compute(%xs, %a) {kernel = @relu}\n")));
}

TEST_F(BlockOverlapTest, NamesOfOneStorage) {
  tiles.order = LeafOrder::Element;
  const char *kernel =
      R"(graph @add(%x: tensor<8xf32>, %w: tensor<8xf32>) -> ("y") {
  %y = onnx.Add(%x, %w) -> tensor<8xf32>
  return(%y)
})";
  auto make = [&](StringRef first, StringRef second) {
    return ("  %s = tile.Alloc() -> buffer<8xf32, ram>\n"
            "  %o = tile.Alloc() -> buffer<8xf32, ram>\n"
            "  %v = tile.Reshape(%s) -> buffer<8xf32, ram>\n"
            "  %y = tile.Alloc() -> buffer<8xf32, ram>\n"
            "  tile.Block(%" +
            first + ", %" + second +
            ", %y) ({ ^(%a: buffer<8xf32, ram>, %c: buffer<8xf32, ram>, %b: "
            "buffer<8xf32, ram>)\n"
            "    tile.Compute(%a, %c, %b) {kernel = @add}\n"
            "    return()\n  })")
        .str();
  };
  parse(kernel, make("s", "o"));
  EXPECT_TRUE(ask(0));
  EXPECT_TRUE(ask(1));
  EXPECT_FALSE(ask(2)); // itself
  parse(kernel, make("v", "o"));
  EXPECT_TRUE(ask(0));
  // Both are the same bytes, of which one name might be read late.
  parse(kernel, make("s", "v"));
  EXPECT_FALSE(ask(0));
}

TEST_F(BlockOverlapTest, AllocationsAreBornWithTheirFirstWriter) {
  tiles.order = LeafOrder::Element;
  askBlock("    tile.Compute(%a, %b) {kernel = @relu}");
  // Nobody uses it.
  module->getMain()->getBody().walk([&](Operation *op) {
    if (isa<tile::BlockOp>(op))
      op->setOperands({op->getOperand(0), op->getOperand(0)});
  });
  EXPECT_EQ(model.getFirstWriter(*result), result->getDefiningOp());
  EXPECT_FALSE(model.getOverlap(*result, 0));
}
