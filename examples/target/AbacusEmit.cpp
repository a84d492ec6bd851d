//===- AbacusEmit.cpp - From allocated tile programs to text --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Abacus.h"
#include "onnc/CodeGen/Kernels.h"
#include "onnc/CodeGen/TileWalker.h"
#include "onnc/IR/Allocation.h"

using namespace llvm;
using namespace onnc;

namespace {

/// Writes a block with its loops unrolled.
class Emitter : public TileVisitor {
public:
  explicit Emitter(raw_ostream &os) : os(os) {}
  Error startCopy(tile::CopyStartOp copy, const TileView &source,
                  const TileView &target) override;
  Error compute(tile::ComputeOp compute, ArrayRef<TileView> buffers,
                ArrayRef<Range> over) override;

private:
  void emitLine(const Twine &name, std::initializer_list<int64_t> operands) {
    os << name;
    for (int64_t operand : operands)
      os << ' ' << operand;
    os << '\n';
  }
  void emitVector(StringRef name, const TileView &y, const TileView &a,
                  const TileView &b);
  void emitMatrix(const TileView &y, const TileView &a, const TileView &b,
                  const TileView *bias, bool begins);

  raw_ostream &os;
};

} // namespace

/// The byte of the element at \p index of the view's tensor.
static int64_t getAddress(const TileView &view, ArrayRef<int64_t> index) {
  auto extents = view.type.getShape();
  int64_t element = 0;
  for (auto [i, placed, extent] : zip_equal(index, view.placed, extents))
    element = element * extent + i - placed.lo;
  return *getStorageOffset(*view.storage) +
         view.slot * view.type.getByteSize() + 4 * element;
}

/// Calls \p fn with the first index of every innermost row of \p box.
static void forEachRow(ArrayRef<Range> box,
                       function_ref<void(ArrayRef<int64_t>)> fn) {
  if (isEmpty(box))
    return;
  SmallVector<int64_t, 4> index;
  for (Range range : box)
    index.push_back(range.lo);
  for (;;) {
    fn(index);
    size_t i = box.empty() ? 0 : box.size() - 1;
    while (i && ++index[i - 1] == box[i - 1].hi) {
      index[i - 1] = box[i - 1].lo;
      --i;
    }
    if (!i)
      return;
  }
}

Error Emitter::startCopy(tile::CopyStartOp, const TileView &source,
                         const TileView &target) {
  Box box = intersect(source.box, target.box);
  bool isLoad = target.type.getSpace() == "tray";
  forEachRow(box, [&](ArrayRef<int64_t> row) {
    emitLine(isLoad ? "LOAD" : "STORE",
             {getAddress(isLoad ? target : source, row),
              getAddress(isLoad ? source : target, row),
              box.empty() ? 1 : box.back().size()});
  });
  return Error::success();
}

/// y = a <name> b, row by row.
void Emitter::emitVector(StringRef name, const TileView &y, const TileView &a,
                         const TileView &b) {
  bool single = getVolume(getFullBox(b.domain)) == 1;
  forEachRow(y.box, [&](ArrayRef<int64_t> row) {
    // A row of b for every row of y, or the same one.
    SmallVector<int64_t, 4> other(row.take_back(b.domain.size()));
    if (single)
      other.assign(other.size(), 0);
    int64_t size = y.box.empty() ? 1 : y.box.back().size();
    emitLine(name, {getAddress(y, row), getAddress(a, row),
                    getAddress(b, other), size, single ? 1 : size});
  });
}

/// y = a · b + bias, or y += a · b where the sum goes on.
void Emitter::emitMatrix(const TileView &y, const TileView &a,
                         const TileView &b, const TileView *bias, bool begins) {
  auto at = [](const TileView &view) {
    return getAddress(view, {view.box[0].lo, view.box[1].lo});
  };
  auto row = [](const TileView &view) { return view.type.getShape()[1]; };
  emitLine(begins ? "MATMUL" : "MATADD",
           {at(y), at(a), at(b), y.box[0].size(), a.box[1].size(),
            y.box[1].size(), row(y), row(a), row(b)});
  if (bias && begins)
    emitVector("ADD", y, y, *bias);
}

Error Emitter::compute(tile::ComputeOp compute, ArrayRef<TileView> buffers,
                       ArrayRef<Range> over) {
  Operation *op = getOperators(*tile::getKernel(compute))[0];
  const TileView &y = buffers.back();
  if (op->getName() == "onnx.Gemm" || op->getName() == "onnx.MatMul")
    emitMatrix(y, buffers[0], buffers[1],
               buffers.size() > 3 ? &buffers[2] : nullptr,
               over.empty() || over[0].lo == 0);
  else if (op->getName() == "onnx.Relu")
    emitVector("RELU", y, buffers[0], buffers[0]);
  else
    emitVector(op->getName() == "onnx.Add" ? "ADD" : "MUL", y, buffers[0],
               buffers[buffers.size() - 2]);
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Modules
//===----------------------------------------------------------------------===//

static Error emitPort(raw_ostream &os, StringRef kind, StringRef name,
                      Value *buffer) {
  if (name.empty() || name.find_first_of(" \n") != StringRef::npos)
    return createStringError("the name '" + name +
                             "' is empty or holds a space or line break");
  os << kind << ' ' << name << ' ' << *getStorageOffset(*buffer);
  for (int64_t size : tile::getBufferType(buffer).getShape())
    os << ' ' << size;
  os << '\n';
  return Error::success();
}

static void emitConstant(raw_ostream &os, tile::ConstantOp constant) {
  os << "CONST " << *getStorageOffset(*constant.getBuffer());
  ConstantAttr value = constant.getValue();
  for (int64_t i = 0, n = *value.getType().getNumElements(); i < n; ++i)
    os << ' ' << bit_cast<uint32_t>(value.getData().get<float>(i));
  os << '\n';
}

Error abacus::emitProgram(const Module &module, raw_ostream &os) {
  Graph &main = *module.getMain();
  os << programHeader;
  Emitter emitter(os);
  for (Operation &op : main.getBody().getOps()) {
    Error error = Error::success();
    if (auto input = dyn_cast<tile::InputOp>(op))
      error = emitPort(os, "INPUT", input.getTensor()->getName(),
                       input.getBuffer());
    else if (auto constant = dyn_cast<tile::ConstantOp>(op))
      emitConstant(os, constant);
    else if (auto block = dyn_cast<tile::BlockOp>(op))
      error = walkTiles(block, emitter);
    if (error)
      return error;
  }
  for (auto [i, name] : enumerate(main.getOutputNames())) {
    auto output = cast<tile::OutputOp>(main.getOutput(i)->getDefiningOp());
    if (Error e = emitPort(os, "OUTPUT", name, output.getBuffer()))
      return e;
  }
  return Error::success();
}
