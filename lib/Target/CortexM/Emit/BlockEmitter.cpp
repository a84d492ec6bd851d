//===- BlockEmitter.cpp ---------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BlockEmitter.h"
#include "Operators.h"
#include "onnc/CodeGen/Kernels.h"
#include "onnc/IR/Allocation.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::cortexm;

/// An error at an operation.
static Error error(const Operation *op, const Twine &text) {
  return createStringError("'" + op->getName() + "' " + text);
}

void BlockEmitter::line(const Twine &text) {
  os.indent(2 * depth) << text << "\n";
}

//===----------------------------------------------------------------------===//
// Views
//===----------------------------------------------------------------------===//

CExpr BlockEmitter::toCode(const AffineExpr &expr,
                           const tile::BufferView &view) const {
  SmallVector<CExpr, 4> dims;
  for (Value *index : view.indices)
    dims.push_back(counters.lookup(index));
  return toCExpr(expr, dims);
}

/// The part of \p range that lies in [0, extent).
CRange BlockEmitter::clip(const AffineRange &range, int64_t extent,
                          const tile::BufferView &view) const {
  int64_t least = range.start.getConstant(), most = least;
  for (unsigned i = 0; i < range.start.getNumDims(); ++i) {
    int64_t last =
        range.start.getCoefficient(i) * (counts.lookup(view.indices[i]) - 1);
    (last < 0 ? least : most) += last;
  }
  CExpr lo = toCode(range.start, view), hi = lo + range.size;
  return {least < 0 ? getMax(lo, 0) : lo,
          most + range.size > extent ? getMin(hi, extent) : hi};
}

SmallVector<CRange, 6>
BlockEmitter::getBox(const tile::BufferView &view) const {
  SmallVector<CRange, 6> box;
  for (auto [range, extent] : zip_equal(view.box, view.domain))
    box.push_back(clip(range, extent, view));
  return box;
}

/// The first element of the storage's instance.
std::string BlockEmitter::getPointer(const tile::BufferView &view) {
  std::string text = pointers(view.storage);
  auto alloc =
      dyn_cast_if_present<tile::AllocOp>(view.storage->getDefiningOp());
  int64_t instances = alloc ? alloc.getMultiplicity() : 1;
  if (instances == 1)
    return text;
  // Instances begin at multiples of the memory's alignment, 8.
  int64_t bytes = alignTo(view.type.getByteSize(), 8);
  int64_t step = bytes / (getBitWidth(view.type.getElementType()) / 8);
  CExpr slot = getRemainder(toCode(view.slot, view), instances) * step;
  return slot == CExpr(0) ? text : text + " + " + slot.str();
}

LeafOperand &BlockEmitter::addBuffer(LeafWriter &writer, const Value *value,
                                     const tile::BufferView &view,
                                     StringRef name, bool isOutput,
                                     bool isShared) {
  LeafOperand &operand =
      writer.addBuffer(value, view.type.getElementType(), name, isOutput,
                       isShared, getPointer(view));
  Layout layout = view.type.getLayout();
  operand.strides = layout.getStrides(view.type.getShape());
  operand.order.assign(layout.getOrder().begin(), layout.getOrder().end());
  for (const AffineExpr &origin : view.origin)
    operand.origin.push_back(writer.bind(toCode(origin, view)));
  if (isOutput && value)
    for (const CRange &range : getBox(view))
      operand.box.push_back({writer.bind(range.lo), writer.bind(range.hi)});
  return operand;
}

//===----------------------------------------------------------------------===//
// Copies
//===----------------------------------------------------------------------===//

/// All of one dense array is all of another.
static bool isPlainCopy(const tile::BufferView &source,
                        const tile::BufferView &target) {
  auto isWhole = [](const tile::BufferView &view) {
    return view.box == toAffine(getFullBox(view.domain)) &&
           view.type.getShape() == view.domain &&
           all_of(view.origin, [](const AffineExpr &origin) {
             return origin == AffineExpr(0);
           });
  };
  if (source.type.getElementType() != target.type.getElementType() ||
      !isWhole(source) || !isWhole(target))
    return false;
  return source.type.getLayout().str() == target.type.getLayout().str() ||
         (tile::isInIndexOrder(source.type) &&
          tile::isInIndexOrder(target.type));
}

Error BlockEmitter::emitCopy(const tile::BufferView &source,
                             const tile::BufferView &target,
                             std::optional<double> fill) {
  ElementType element = target.type.getElementType();
  if (source.type.getElementType() != element)
    return createStringError("there is no code for copies from " +
                             getName(source.type.getElementType()) + " to " +
                             getName(element));
  if (isPlainCopy(source, target)) {
    line("memcpy(" + getPointer(target) + ", " + getPointer(source) + ", " +
         Twine(target.type.getByteSize()) + "u);");
    return Error::success();
  }
  auto from = getBox(source), to = getBox(target);
  LeafWriter writer(file, nullptr);
  addBuffer(writer, nullptr, source, "x", /*isOutput=*/false);
  addBuffer(writer, nullptr, target, "y", /*isOutput=*/true);
  const LeafOperand &x = writer.getInput();
  LeafOperand &y = writer.getOutput();
  // What both have in common is copied, what lies outside of the tensor filled.
  SmallVector<CRange, 6> common;
  for (auto [a, b] : zip_equal(from, to))
    common.push_back(
        {writer.bind(getMax(a.lo, b.lo)), writer.bind(getMin(a.hi, b.hi))});
  if (!fill) {
    y.box = common;
    writer.forEachOutput(0, [&](ArrayRef<CExpr> index) {
      writer.store(y, index,
                   x.pointer + "[" + writer.getAddress(x, index).str() + "]");
    });
  } else {
    for (const AffineRange &range : target.box) {
      CExpr lo = writer.bind(toCode(range.start, target));
      y.box.push_back({lo, lo + range.size});
    }
    writer.forEachOutput(0, [&](ArrayRef<CExpr> index) {
      std::string copied, exists;
      auto require = [](std::string &all, const CExpr &at, const CRange &box,
                        const CRange &range) {
        auto add = [&](const std::string &what) {
          all += (all.empty() ? "" : " && ") + at.atom() + what;
        };
        if (!(box.lo == range.lo) && !at.isConstant())
          add(" >= " + range.lo.str());
        if (!(box.hi == range.hi) && !at.isConstant())
          add(" < " + range.hi.str());
      };
      for (unsigned dim = 0; dim < index.size(); ++dim) {
        require(copied, index[dim], y.box[dim], common[dim]);
        require(exists, index[dim], y.box[dim], {0, target.domain[dim]});
      }
      if (!copied.empty())
        writer.open("if (" + copied + ")");
      writer.store(y, index,
                   x.pointer + "[" + writer.getAddress(x, index).str() + "]");
      if (copied.empty())
        return;
      writer.close();
      writer.open(copied == exists ? "else" : "else if (!(" + exists + "))");
      writer.store(y, index, getLiteral(element, *fill));
      writer.close();
    });
  }
  os << writer.finish("copy", "The elements that both boxes hold.", 2 * depth)
     << "\n";
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Computations
//===----------------------------------------------------------------------===//

namespace {
/// A kernel for one computation: what is constant is known, so that bounds of
/// sums are.
struct KernelInstance {
  explicit KernelInstance(Context &context) : module(context, "kernel") {}
  Module module;
  Graph *graph = nullptr;
  /// By input of the kernel.
  SmallVector<const Value *, 4> inputs;
};
} // namespace

static void instantiate(tile::ComputeOp compute,
                        ArrayRef<tile::BufferView> views,
                        KernelInstance &instance) {
  Graph &kernel = *tile::getKernel(compute);
  instance.graph = &instance.module.addGraph(kernel.getName());
  Region &body = instance.graph->getBody();
  Builder builder(instance.module.getContext());
  builder.setInsertionPointToEnd(body);
  ValueMap map;
  for (unsigned i = 0; i < kernel.getNumInputs(); ++i) {
    Value *input = kernel.getInput(i), *own;
    Operation *storage = views[i].storage->getDefiningOp();
    // Through the block's arguments.
    if (!storage) {
      Value *outside = views[i].storage;
      while (outside->isArgument() && outside->getParentRegion() &&
             outside->getParentRegion()->getParentOp())
        outside = outside->getParentRegion()->getParentOp()->getOperand(
            outside->getIndex());
      storage = outside->getDefiningOp();
    }
    auto constant = dyn_cast_if_present<tile::ConstantOp>(storage);
    if (constant && constant.getValue().getType() == input->getType())
      own = builder
                .create("onnx.Constant", {}, {input->getType()},
                        {{"value", constant.getValue()}})
                ->getResult();
    else
      own = body.addArgument(input->getType(), input->getName());
    map.map(input, own);
    instance.inputs.push_back(own);
  }
  for (Operation &op : kernel.getBody().getOps())
    body.push_back(op.clone(map));
  instance.graph->setOutputNames(kernel.getOutputNames());
}

/// "ConvInteger, Requantize: 1x64x25x5".
static std::string describe(const Graph &kernel) {
  std::string text;
  for (const Operation *op : getOperators(kernel))
    text += (text.empty() ? "" : ", ") + op->getInfo().getShortName().str();
  return text + ": " + shapeToString(kernel.getOutput(0)->getTensorType());
}

Error BlockEmitter::emitCompute(tile::ComputeOp compute) {
  if (compute->hasAttr("over"))
    return error(compute, "computes a part of its reductions, for which there "
                          "is no code");
  SmallVector<tile::BufferView, 4> views;
  for (Value *buffer : tile::getBuffers(compute)) {
    views.push_back(tile::getView(buffer));
    if (!views.back().type.getLayout().getBlocks().empty())
      return error(compute, "has a buffer of a blocked layout, for which there "
                            "is no code");
  }
  KernelInstance instance(compute->getContext());
  instantiate(compute, views, instance);
  const Graph &kernel = *instance.graph;
  if (auto reason = getKernelRefusal(kernel))
    return error(compute, "isn't supported: " + *reason);

  LeafWriter writer(file, &kernel);
  unsigned numInputs = instance.inputs.size();
  const Graph &named = *tile::getKernel(compute);
  for (unsigned i = 0; i < numInputs + kernel.getNumOutputs(); ++i) {
    bool isOutput = i >= numInputs;
    const Value *value =
        isOutput ? kernel.getOutput(i - numInputs) : instance.inputs[i];
    StringRef name = isOutput
                         ? StringRef(kernel.getOutputNames()[i - numInputs])
                         : named.getInput(i)->getName();
    const tile::BufferView &view = views[i];
    if (view.type.getElementType() != value->getTensorType().getElementType())
      return error(compute, "has a buffer of another element type than its "
                            "kernel, for which there is no code");
    ArrayRef<tile::BufferView> others =
        isOutput ? ArrayRef(views).take_front(numInputs)
                 : ArrayRef(views).slice(numInputs, kernel.getNumOutputs());
    bool isShared = any_of(others, [&](const tile::BufferView &other) {
      return shareBytes(*view.storage, *other.storage);
    });
    addBuffer(writer, value, view, name, isOutput, isShared);
  }
  // The faster leaves write one result.
  bool isFast = kernel.getNumOutputs() == 1 &&
                (writeSoftmaxLeaf(writer) || writeDepthwiseLeaf(writer) ||
                 writeDotLeaf(writer));
  if (!isFast)
    writeGenericLeaf(writer);
  os << writer.finish(kernel.getName(), describe(kernel), 2 * depth) << "\n";
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

void BlockEmitter::openLoop(Value *counter, int64_t count) {
  counts[counter] = count;
  if (count == 1) {
    counters[counter] = 0;
    return;
  }
  std::string name = file.getNames().add(
      counter->getName().empty() ? "i" : counter->getName());
  counters[counter] = CExpr::term(name);
  line("for (int32_t " + name + " = 0; " + name + " < " + Twine(count) +
       "; ++" + name + ") {");
  ++depth;
}

Error BlockEmitter::emit(const Region &region) {
  for (Operation &op : const_cast<Region &>(region).getOps()) {
    if (auto loop = dyn_cast<tile::ForOp>(op)) {
      unsigned outer = depth;
      openLoop(loop.getBody().getArgument(0), loop.getCount());
      if (Error e = emit(loop.getBody()))
        return e;
      closeLoops(outer);
    } else if (auto all = dyn_cast<tile::ForAllOp>(op)) {
      unsigned outer = depth;
      for (auto [counter, count] :
           zip_equal(all.getBody().getArguments(), all.getCounts()))
        openLoop(counter, count);
      if (Error e = emit(all.getBody()))
        return e;
      closeLoops(outer);
    } else if (auto copy = dyn_cast<tile::CopyStartOp>(op)) {
      std::optional<double> fill;
      if (copy->hasAttr("fill"))
        fill = copy->getFloat("fill", 0);
      if (Error e = emitCopy(tile::getView(copy.getSource()),
                             tile::getView(copy.getTarget()), fill))
        return e;
    } else if (auto compute = dyn_cast<tile::ComputeOp>(op)) {
      if (Error e = emitCompute(compute))
        return e;
    }
    // The others only name storage: a copy is complete when it returns.
  }
  return Error::success();
}

void BlockEmitter::closeLoops(unsigned outer) {
  while (depth > outer) {
    --depth;
    line("}");
  }
}

Error BlockEmitter::emit(tile::BlockOp block) { return emit(block.getBody()); }
