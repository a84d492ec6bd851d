//===- PipelineLoopsTest.cpp ----------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Pipelines the loops of random tile programs and executes both: the
/// interpreter checks every access, so a copy that comes too early or is waited
/// for too late is an error even where the results would be the same.
///
//===----------------------------------------------------------------------===//

#include "onnc/CodeGen/TileTransforms.h"
#include "onnc/IR/AsmParser.h"
#include "onnc/IR/Ops/Tile.h"
#include "onnc/IR/Verifier.h"
#include "onnc/Interp/Compare.h"
#include "onnc/Interp/Interpreter.h"
#include "onnc/Pass/PassManager.h"
#include "gtest/gtest.h"
#include <random>

using namespace llvm;
using namespace onnc;

namespace {

/// Writes a tile program for Y = Relu(A), A + B or A · B: a nest of loops in
/// which every buffer is loaded, computed or stored at a random level, for the
/// box that the loops inside of it cover.
class ProgramWriter {
public:
  explicit ProgramWriter(unsigned seed) : random(seed), os(text) {}

  std::string write();

private:
  struct Loop {
    unsigned dim;
    int64_t count;
    bool isForAll;
  };
  /// How a tile is loaded: by one copy, by two that fill a part each, or by two
  /// of which the second repeats a row or all.
  enum class Loads { Once, Targets, Sources, Row, All };
  struct Tensor {
    std::string name;
    /// The dimensions of the iteration space that index it.
    SmallVector<unsigned, 2> dims;
    /// The loops outside of which it stands.
    unsigned level = 0;
    int64_t halo = 0;
    Loads loads = Loads::Once;
    bool isOutput = false;
    /// Shares its storage.
    int storage = -1;
  };

  struct Load {
    std::string source, target;
    /// It fills elements that the load before it filled, too.
    bool repeats;
  };

  int64_t pick(int64_t lo, int64_t hi) {
    return std::uniform_int_distribution<int64_t>(lo, hi)(random);
  }
  bool chance(int percent) { return pick(1, 100) <= percent; }
  /// The size that the loops from \p level on cover.
  int64_t getSize(unsigned dim, unsigned level) const {
    int64_t size = tile[dim];
    for (const Loop &loop : drop_begin(loops, level))
      if (loop.dim == dim)
        size *= loop.count;
    return size;
  }
  std::string getShape(const Tensor &t, unsigned level, int64_t halo) const;
  std::string getType(const Tensor &t, unsigned level, int64_t halo,
                      StringRef space) const;
  std::string getWhole(const Tensor &t, StringRef element) const;
  std::string getBox(ArrayRef<unsigned> dims, unsigned level, int64_t halo,
                     std::string &indices) const;

  void choose();
  void writePlace(const Tensor &t, StringRef name, unsigned level);
  void writeRows(const Tensor &t, StringRef name, StringRef source, int64_t lo,
                 int64_t size, unsigned level);
  SmallVector<Load, 2> makeLoads(const Tensor &t, unsigned level);
  void writeLoads(unsigned level);
  void writeStore(unsigned level);
  void writeCompute();
  void writeLevel(unsigned level);

  std::mt19937 random;
  std::string text;
  raw_string_ostream os;
  enum { Relu, Add, Product } kind = Relu;
  std::string element;
  SmallVector<Loop, 5> loops;
  /// Of dimensions m, n, k.
  int64_t tile[3];
  int64_t domain[3];
  std::vector<Tensor> tensors;
};

} // namespace

std::string ProgramWriter::getShape(const Tensor &t, unsigned level,
                                    int64_t halo) const {
  std::string shape;
  for (unsigned dim : t.dims)
    shape += std::to_string(getSize(dim, level) + 2 * halo) + "x";
  return shape;
}

std::string ProgramWriter::getType(const Tensor &t, unsigned level,
                                   int64_t halo, StringRef space) const {
  return "buffer<" + getShape(t, level, halo) + element + ", " + space.str() +
         ">";
}

std::string ProgramWriter::getWhole(const Tensor &t, StringRef type) const {
  std::string shape;
  for (unsigned dim : t.dims)
    shape += std::to_string(domain[dim]) + "x";
  return shape + type.str();
}

/// The box of the loops from \p level on; \p indices are what comes behind the
/// first operand.
std::string ProgramWriter::getBox(ArrayRef<unsigned> dims, unsigned level,
                                  int64_t halo, std::string &indices) const {
  std::string box;
  unsigned numIndices = 0;
  for (unsigned dim : dims) {
    box += box.empty() ? "" : ", ";
    std::string start;
    for (unsigned l = 0; l != level; ++l)
      if (loops[l].dim == dim) {
        indices += ", %i" + std::to_string(l);
        start += std::to_string(getSize(dim, l + 1)) + "*d" +
                 std::to_string(numIndices++) + " + ";
      }
    box += start + std::to_string(-halo) + ":" +
           std::to_string(getSize(dim, level) + 2 * halo);
  }
  return box;
}

void ProgramWriter::choose() {
  kind = std::array{Relu, Add, Product}[pick(0, 2)];
  element = kind != Product && chance(40) ? "f16" : "f32";
  unsigned numDims = kind == Product ? 3 : 2;
  for (int64_t &size : tile)
    size = pick(1, 3);
  if (chance(60))
    loops.push_back({unsigned(pick(0, 1)), pick(1, 3), true});
  for (unsigned i = 0, end = pick(1, 3); i != end; ++i)
    loops.push_back({unsigned(pick(0, numDims - 1)), pick(1, 5), false});
  // Tiles may hang over the tensor, or lie outside of it; of the reduction, no
  // part is empty.
  for (unsigned dim = 0; dim != 3; ++dim) {
    int64_t size = getSize(dim, 0);
    int64_t least = dim == 2 ? size - tile[dim] + 1 : (size + 1) / 2;
    domain[dim] = chance(50) ? size : pick(least, size);
  }

  if (kind == Product)
    tensors = {{"a", {0, 2}}, {"b", {2, 1}}, {"y", {0, 1}}};
  else
    tensors = {{"a", {0, 1}}, {"y", {0, 1}}};
  if (kind == Add)
    tensors.insert(tensors.begin() + 1, {"b", {0, 1}});
  unsigned first = !loops.empty() && loops[0].isForAll;
  for (Tensor &t : tensors) {
    t.level = pick(first, loops.size());
    t.isOutput = t.name == "y";
    t.halo = t.isOutput || chance(70) ? 0 : pick(1, 2);
    if (!t.isOutput && chance(50))
      t.loads = Loads(pick(1, 4));
  }
  Tensor &y = tensors.back();
  // A sum is complete when the loops over its reduction are.
  for (auto [l, loop] : enumerate(loops))
    if (loop.dim == 2)
      y.level = std::min<unsigned>(y.level, l);
  Tensor &a = tensors.front();
  if (kind != Product && a.halo == 0 && chance(30)) {
    y.level = a.level;
    y.storage = 0;
  }
}

void ProgramWriter::writePlace(const Tensor &t, StringRef name,
                               unsigned level) {
  std::string indices;
  std::string box = getBox(t.dims, level, t.halo, indices);
  StringRef storage = t.storage < 0 ? t.name : tensors[t.storage].name;
  std::string type = getType(t, level, t.halo, "nram");
  os << "%" << name << " = tile.Place(%" << storage << "s" << indices
     << ") {box = box<" << box << ">, domain = [" << domain[t.dims[0]] << ", "
     << domain[t.dims[1]] << "]} -> " << type << "\n";
}

/// A slice of \p source, which is t or its tile: \p size rows, \p lo behind the
/// first.
void ProgramWriter::writeRows(const Tensor &t, StringRef name, StringRef source,
                              int64_t lo, int64_t size, unsigned level) {
  bool isTile = source != t.name;
  std::string indices;
  std::string box = isTile ? getBox(t.dims, level, t.halo, indices)
                           : "0:0, 0:" + std::to_string(domain[t.dims[1]]);
  auto [rows, columns] = StringRef(box).split(", ");
  os << "%" << name << " = tile.Slice(%" << source << indices << ") {box = box<"
     << rows.rsplit(':').first << " + " << lo << ":" << size << ", " << columns
     << ">} -> buffer<" << size << "x" << columns.rsplit(':').second << "x"
     << element << (isTile ? ", nram>\n" : ", dram>\n");
}

/// The copies that load t's tile, which is placed.
SmallVector<ProgramWriter::Load, 2> ProgramWriter::makeLoads(const Tensor &t,
                                                             unsigned level) {
  std::string tile = t.name + "t";
  int64_t rows = getSize(t.dims[0], level) + 2 * t.halo;
  int64_t whole = domain[t.dims[0]];
  // What is loaded again may be of another tensor.
  std::string other =
      kind == Product ? t.name : tensors[pick(0, tensors.size() - 2)].name;
  if (t.loads == Loads::All)
    return {{t.name, tile, false}, {other, tile, true}};
  int64_t total = t.loads == Loads::Sources ? whole : rows;
  if (t.loads == Loads::Once || total < 2)
    return {{t.name, tile, false}};
  int64_t half = total / 2;
  std::string first = t.name + "0", second = t.name + "1";
  if (t.loads == Loads::Sources) {
    writeRows(t, first, t.name, 0, half, level);
    writeRows(t, second, t.name, half, total - half, level);
    return {{first, tile, false}, {second, tile, false}};
  }
  bool repeats = t.loads == Loads::Row;
  writeRows(t, first, tile, 0, half + repeats, level);
  writeRows(t, second, tile, half, total - half, level);
  return {{t.name, first, false}, {repeats ? other : t.name, second, repeats}};
}

void ProgramWriter::writeLoads(unsigned level) {
  std::string together;
  auto wait = [&] {
    if (!together.empty())
      os << "tile.CopyWait(" << together << ")\n";
    together.clear();
  };
  for (const Tensor &t : tensors) {
    if (t.isOutput || t.level != level)
      continue;
    writePlace(t, t.name + "t", level);
    for (auto [i, load] : enumerate(makeLoads(t, level))) {
      if (load.repeats)
        wait();
      std::string token = "%l" + t.name + std::to_string(i);
      os << token << " = tile.CopyStart(%" << load.source << ", %"
         << load.target << ") -> token\n";
      if (chance(50))
        os << "tile.CopyWait(" << token << ")\n";
      else
        together += (together.empty() ? "" : ", ") + token;
    }
  }
  wait();
}

void ProgramWriter::writeStore(unsigned level) {
  const Tensor &y = tensors.back();
  if (y.level != level)
    return;
  writePlace(y, "stored", level);
  os << "%s = tile.CopyStart(%stored, %y) -> token\n";
  os << "tile.CopyWait(%s)\n";
}

void ProgramWriter::writeCompute() {
  const Tensor &y = tensors.back();
  writePlace(y, "yp", y.level);
  std::string indices;
  std::string box = getBox(y.dims, loops.size(), 0, indices);
  os << "%yt = tile.Slice(%yp" << indices << ") {box = box<" << box << ">} -> "
     << getType(y, loops.size(), 0, "nram") << "\n";
  os << "tile.Compute(";
  for (const Tensor &t : tensors)
    os << (&t == tensors.data() ? "%" : ", %") << t.name << "t";
  indices.clear();
  if (kind != Product) {
    os << ") {kernel = @kernel}\n";
    return;
  }
  std::string over = getBox({2}, loops.size(), 0, indices);
  os << indices << ") {kernel = @kernel, over = box<" << over << ">}\n";
}

/// The body of the loops outside of \p level.
void ProgramWriter::writeLevel(unsigned level) {
  bool allocates = level == (loops.empty() ? 0 : loops[0].isForAll);
  if (allocates)
    for (const Tensor &t : tensors)
      if (t.storage < 0)
        os << "%" << t.name << "s = tile.Alloc() "
           << (chance(10) ? "{onnc.single} " : "") << "-> "
           << getType(t, t.level, t.halo, "nram") << "\n";
  writeLoads(level);
  if (level == loops.size()) {
    writeCompute();
  } else {
    const Loop &loop = loops[level];
    os << (loop.isForAll ? "tile.ForAll() {counts = [" : "tile.For() {count = ")
       << loop.count << (loop.isForAll ? "], over = \"core\"" : "")
       << "} ({ ^(%i" << level << ": index)\n";
    writeLevel(level + 1);
    os << "return()\n})\n";
  }
  writeStore(level);
}

std::string ProgramWriter::write() {
  choose();
  ArrayRef<Tensor> inputs = ArrayRef(tensors).drop_back();
  const Tensor &y = tensors.back();
  auto list = [&](StringRef before, StringRef after, StringRef type) {
    std::string result;
    for (const Tensor &t : inputs)
      result +=
          (result.empty() ? "" : ", ") + before.str() +
          (type.empty() ? t.name + after.str()
                        : "%" + t.name + ": tensor<" + getWhole(t, type) + ">");
    return result;
  };
  std::string result = "tensor<" + getWhole(y, "f32") + ">";
  std::string arguments = list("", "", "f32");
  std::string types;
  for (const Tensor &t : inputs)
    types +=
        (types.empty() ? "tensor<" : ", tensor<") + getWhole(t, "f32") + ">";
  StringRef op = kind == Relu ? "Relu" : kind == Add ? "Add" : "MatMul";
  os << "module @random\ngraph @kernel(" << arguments << ") -> (\"y\") {\n"
     << "%y = onnx." << op << "(" << list("%", "", "") << ") : (" << types
     << ") -> " << result << "\nreturn(%y) : (" << result << ") -> ()\n}\n"
     << "graph @main(" << arguments << ") -> (\"out\") {\n";
  for (const Tensor &t : inputs)
    os << "%" << t.name << "b = tile.Input(%" << t.name << ") -> buffer<"
       << getWhole(t, element) << ", dram>\n";
  os << "%yb = tile.Alloc() -> buffer<" << getWhole(y, element) << ", dram>\n"
     << "tile.Block(" << list("%", "b", "") << ", %yb) ({ ^(";
  for (const Tensor &t : tensors)
    os << "%" << t.name << ": buffer<" << getWhole(t, element) << ", dram>"
       << (t.isOutput ? ")\n" : ", ");
  writeLevel(0);
  os << "return()\n})\n%out = tile.Output(%yb) -> " << result
     << "\nreturn(%out) : (" << result << ") -> ()\n}\n";
  return text;
}

//===----------------------------------------------------------------------===//
// The test
//===----------------------------------------------------------------------===//

static RuntimeValues makeInputs(const Graph &graph, unsigned seed) {
  std::mt19937 random(seed);
  RuntimeValues inputs;
  for (unsigned i = 0; i < graph.getNumInputs(); ++i) {
    auto shape = *graph.getInput(i)->getTensorType().getStaticShape();
    TensorValue tensor =
        cantFail(TensorValue::allocate(ElementType::F32, shape));
    for (int64_t k = 0; k < tensor.getNumElements(); ++k)
      tensor.mutableData<float>()[k] =
          std::uniform_int_distribution<int>(-64, 64)(random) / 8.0f;
    inputs.push_back(std::move(tensor));
  }
  return inputs;
}

static LogicalResult pipeline(Module &module, StringRef options) {
  PassRegistry registry;
  cantFail(registerTileTransformsPasses(registry));
  std::string passes =
      ("verify-tiles,pipeline-loops" + options + ",verify-tiles").str();
  auto parsed =
      Pipeline::parse(passes, registry, module.getContext().getDiagnostics());
  if (!parsed || failed(PassManager(registry).run(*parsed, module)))
    return failure();
  return verify(module);
}

/// Takes the instances away that the pass gave to buffers; returns whether it
/// gave any.
static bool dropInstances(Module &module) {
  bool dropped = false;
  module.walk([&](Operation *op) {
    dropped |= op->hasAttr("multiplicity");
    op->removeAttr("multiplicity");
  });
  return dropped;
}

TEST(PipelineLoops, RandomProgramsStayWhatTheyAre) {
  constexpr unsigned numPrograms = 1000;
  constexpr StringLiteral choices[] = {"", "{triple=true}", "{loads=false}",
                                       "{stores=false}"};
  unsigned numPipelined = 0;
  unsigned numBroken = 0;
  for (unsigned seed = 0; seed != numPrograms; ++seed) {
    std::string text = ProgramWriter(seed).write();
    StringRef options = choices[seed % std::size(choices)];
    SCOPED_TRACE((text + "seed " + Twine(seed) + ", " + options).str());
    Context context;
    auto module = parseModule(context, text, "random.onncir");
    ASSERT_TRUE(module);
    RuntimeValues inputs = makeInputs(*module->getMain(), seed);
    auto expected = run(*module->getMain(), inputs);
    ASSERT_TRUE(bool(expected)) << toString(expected.takeError());

    ASSERT_TRUE(succeeded(pipeline(*module, options)));
    auto actual = run(*module->getMain(), inputs);
    ASSERT_TRUE(bool(actual)) << toString(actual.takeError());
    auto result = compare(actual->front(), expected->front());
    ASSERT_TRUE(result) << result.firstMismatch;

    if (!dropInstances(*module))
      continue;
    ++numPipelined;
    if (auto broken = run(*module->getMain(), inputs); !broken) {
      consumeError(broken.takeError());
      ++numBroken;
    }
  }
  EXPECT_GT(numPipelined, numPrograms / 2);
  // With one instance each, copies meet computations, but where tiles are
  // empty.
  EXPECT_GT(numBroken, numPipelined * 9 / 10);
}
