//===- Leaf.cpp - Maps, reductions, rows and copies -----------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Leaf.h"
#include "onnc/IR/Ops/Axes.h"
#include <cmath>
#include <numeric>

using namespace onnc;
using namespace onnc::x86;
using llvm::ArrayRef;

//===----------------------------------------------------------------------===//
// Loops over boxes
//===----------------------------------------------------------------------===//

namespace {
struct BoxLoops {
  LeafBuilder &b;
  ArrayRef<IRRange> box;
  std::optional<unsigned> lane;
  bool aligned, overrun;
  BoxBody body;

  void nest(ArrayRef<unsigned> dims, Coords coords) {
    if (dims.empty())
      return body(coords);
    unsigned d = dims.front();
    auto run = [&](IRRange range, int64_t step, Coord::Kind kind) {
      b.loop(range, step, [&](IRValue *counter) {
        Coords inner = coords;
        inner[d] = {counter, kind, kind == Coord::Lanes && aligned};
        nest(dims.drop_front(), inner);
      });
    };
    IRRange range = box[d];
    if (d != lane)
      return run(range, 1, Coord::Uniform);
    if (overrun)
      return run(range, b.lanes, Coord::Lanes);
    IRValue *size = b.CreateNSWSub(range.hi, range.lo);
    IRValue *middle =
        b.add(range.lo, b.CreateAnd(size, b.i64(-int64_t(b.lanes))));
    run({range.lo, middle}, b.lanes, Coord::Lanes);
    run({middle, range.hi}, 1, Coord::Uniform);
  }
};
} // namespace

void x86::forBox(LeafBuilder &b, ArrayRef<IRRange> box, ArrayRef<unsigned> dims,
                 std::optional<unsigned> lane, bool aligned, bool overrun,
                 Coords coords, BoxBody body) {
  BoxLoops{b, box, lane, aligned, overrun, body}.nest(dims, coords);
}

/// The dimensions of \p operand, those whose neighbours lie far apart first.
static llvm::SmallVector<unsigned, 6> getLoopOrder(const Operand &operand) {
  llvm::SmallVector<unsigned, 6> order(operand.getRank());
  std::iota(order.begin(), order.end(), 0);
  llvm::stable_sort(order, [&](unsigned a, unsigned c) {
    return operand.strides[a] > operand.strides[c];
  });
  return order;
}

/// Do vectors along \p lane start at multiples of their length?
static bool isAligned(LeafBuilder &b, const Operand &operand, IRRange range,
                      unsigned lane) {
  auto *lo = llvm::dyn_cast<llvm::ConstantInt>(range.lo);
  return operand.blocks[lane] > 1 || (lo && lo->getSExtValue() % b.lanes == 0);
}

static Coords getOrigin(LeafBuilder &b, size_t rank) {
  return Coords(rank, Coord{b.i64(0)});
}

bool x86::mayOverrun(const LeafTask &task, unsigned dim,
                     const Operation *root) {
  unsigned lanes = task.b.lanes;
  if (task.output.blocks[dim] % lanes)
    return false;
  for (Operation &op : const_cast<Graph &>(task.kernel).getBody().getOps())
    if (&op != root && !op.hasTrait(OpTrait::Terminator) &&
        llvm::cantFail(classify(op)) > OpClass::Elementwise)
      return false;
  unsigned rank = task.output.getRank();
  for (auto [i, input] : llvm::enumerate(task.inputs)) {
    if (root &&
        llvm::is_contained(root->getOperands(), task.kernel.getInput(i)) &&
        task.kernel.getInput(i) != root->getOperand(2))
      continue;
    if (input.getRank() + dim < rank)
      continue;
    unsigned own = dim - (rank - input.getRank());
    // A bias of a convolution has its channels last.
    if (root && task.kernel.getInput(i) == root->getOperand(2))
      own = input.getRank() - 1;
    if (input.shape[own] != 1 && !input.isContiguous(own, lanes))
      return false;
  }
  return true;
}

//===----------------------------------------------------------------------===//
// Maps and reductions
//===----------------------------------------------------------------------===//

static ElementEmitter getElements(const LeafTask &task) {
  ElementEmitter elements(task.b);
  for (auto [i, input] : llvm::enumerate(task.inputs))
    elements.setInput(task.kernel.getInput(i), input);
  return elements;
}

static void emitMap(const LeafTask &task) {
  ElementEmitter elements = getElements(task);
  auto lane = task.output.getContiguousDim(task.b.lanes);
  bool aligned = lane && isAligned(task.b, task.output, task.box[*lane], *lane);
  forBox(task.b, task.box, getLoopOrder(task.output), lane, aligned,
         lane && mayOverrun(task, *lane, nullptr),
         getOrigin(task.b, task.output.getRank()), [&](ArrayRef<Coord> coords) {
           task.b.store(task.output, coords,
                        elements.emit(task.getOutputValue(), coords));
         });
}

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

namespace {
/// A root that needs moments of a row (the elements along some axes) before it
/// can compute any element of it.
class RowLeaf {
public:
  RowLeaf(const LeafTask &task)
      : task(task), b(task.b), root(*task.plan.root),
        elements(getElements(task)),
        shape(*root.getResult()->getTensorType().getStaticShape()),
        element(root.getResult()->getTensorType().getElementType()),
        lane(task.output.getContiguousDim(b.lanes)) {
    name = root.getName();
    name.consume_front("onnx.");
    findAxes();
  }
  void emit();

private:
  using Combine = llvm::function_ref<IRValue *(IRValue *, IRValue *)>;
  using Element = llvm::function_ref<IRValue *(IRValue *)>;

  void findAxes();
  void emitRow(const Coords &row);
  void emitSoftmax(const Coords &row);
  void emitNormalization(const Coords &row);
  IRValue *reduce(const Coords &row, double start, Combine combine,
                  Element get);
  IRValue *emitInput(ArrayRef<Coord> coords) {
    IRValue *x = elements.emit(root.getOperand(0), coords);
    return isVector(coords) ? b.splat(x) : x;
  }
  IRValue *emitParameter(unsigned operand, ArrayRef<Coord> coords);
  IRValue *number(double value) {
    return llvm::ConstantFP::get(b.getElementType(element), value);
  }
  IRValue *spread(IRValue *value, IRValue *like) {
    return like->getType()->isVectorTy() ? b.splat(value) : value;
  }
  bool lanesInRow() const { return lane && llvm::is_contained(axes, *lane); }

  const LeafTask &task;
  LeafBuilder &b;
  const Operation &root;
  ElementEmitter elements;
  /// Of the root's operand and result.
  llvm::SmallVector<int64_t, 6> shape;
  ElementType element;
  std::optional<unsigned> lane;
  llvm::StringRef name;
  llvm::SmallVector<unsigned, 6> axes, others;
};
} // namespace

void RowLeaf::findAxes() {
  unsigned rank = shape.size();
  unsigned first = 2, last = rank;
  if (name != "InstanceNormalization") {
    first = *normalizeAxis(root.getInt("axis", -1), rank);
    if (name.contains("Softmax"))
      last = first + 1;
  }
  for (unsigned d : getLoopOrder(task.output))
    (d >= first && d < last ? axes : others).push_back(d);
}

void RowLeaf::emit() {
  bool vectors = lane && !lanesInRow();
  forBox(b, task.box, others, vectors ? lane : std::nullopt,
         vectors && isAligned(b, task.output, task.box[*lane], *lane),
         /*overrun=*/false, getOrigin(b, shape.size()),
         [&](ArrayRef<Coord> coords) {
           emitRow(Coords(coords.begin(), coords.end()));
         });
}

/// Over all elements of the row, which may lie outside of the box.
IRValue *RowLeaf::reduce(const Coords &row, double start, Combine combine,
                         Element get) {
  bool vectors = lanesInRow();
  IRValue *zero = number(start);
  IRValue *begin = isVector(row) || vectors ? b.splat(zero) : zero;
  // What doesn't fill a vector has a sum of its own.
  IRValues sums = {begin, isVector(row) ? begin : zero};
  auto accumulate = [&](Coords coords, IRValues values, unsigned which) {
    IRValue *x = get(emitInput(coords));
    if (values[which]->getType()->isVectorTy())
      x = b.splat(x);
    values[which] = combine(values[which], x);
    return values;
  };
  std::function<IRValues(ArrayRef<unsigned>, Coords, IRValues, unsigned)> nest =
      [&](ArrayRef<unsigned> dims, Coords coords, IRValues values,
          unsigned which) {
        if (dims.empty())
          return accumulate(coords, values, which);
        unsigned d = dims.front();
        int64_t size = shape[d];
        auto run = [&](int64_t lo, int64_t hi, bool asLanes, IRValues carried,
                       unsigned sum) {
          return b.loop({b.i64(lo), b.i64(hi)}, asLanes ? b.lanes : 1, carried,
                        [&](IRValue *counter, IRValues inner) {
                          Coords next = coords;
                          next[d] = {counter,
                                     asLanes ? Coord::Lanes : Coord::Uniform,
                                     asLanes};
                          return nest(dims.drop_front(), next, inner, sum);
                        });
        };
        if (!vectors || d != lane)
          return run(0, size, false, values, which);
        int64_t full = size / b.lanes * b.lanes;
        return run(full, size, false, run(0, full, true, values, 0), 1);
      };
  sums = nest(axes, row, sums, vectors ? 0 : 1);
  if (!vectors)
    return sums[1];
  IRValue *across = sums[0];
  for (unsigned width = b.lanes / 2; width; width /= 2) {
    llvm::SmallVector<int, 16> mask;
    for (unsigned i = 0; i != b.lanes; ++i)
      mask.push_back(i < width ? i + width : i);
    across = combine(across, b.CreateShuffleVector(across, mask));
  }
  return combine(b.CreateExtractElement(across, b.i64(0)), sums[1]);
}

void RowLeaf::emitSoftmax(const Coords &row) {
  IRValue *largest = reduce(
      row, -HUGE_VAL, [&](IRValue *m, IRValue *x) { return emitMax(b, m, x); },
      [](IRValue *x) { return x; });
  IRValue *sum = reduce(
      row, 0, [&](IRValue *s, IRValue *x) { return b.CreateFAdd(s, x); },
      [&](IRValue *x) {
        return emitExp(b, b.CreateFSub(x, spread(largest, x)));
      });
  bool isLog = name == "LogSoftmax";
  if (isLog)
    sum = b.CreateUnaryIntrinsic(llvm::Intrinsic::log, sum);
  else
    sum = b.CreateFDiv(llvm::ConstantFP::get(sum->getType(), 1), sum);
  elements.define(root.getResult(), [=, this](ArrayRef<Coord> coords) {
    IRValue *x = emitInput(coords);
    IRValue *y = b.CreateFSub(x, spread(largest, x));
    return isLog ? b.CreateFSub(y, spread(sum, x))
                 : b.CreateFMul(emitExp(b, y), spread(sum, x));
  });
}

/// Scale or bias of a normalisation: by channel, or as the last dimensions.
IRValue *RowLeaf::emitParameter(unsigned operand, ArrayRef<Coord> coords) {
  const Value *value = root.getOperand(operand);
  if (name == "InstanceNormalization")
    return elements.emit(value, {coords[1]});
  auto parameter = *value->getTensorType().getStaticShape();
  Coords own;
  for (auto [coord, size] :
       llvm::zip(coords.take_back(parameter.size()), parameter))
    own.push_back(size == 1 ? Coord{b.i64(0)} : coord);
  return elements.emit(value, own);
}

void RowLeaf::emitNormalization(const Coords &row) {
  int64_t count = 1;
  for (unsigned d : axes)
    count *= shape[d];
  auto add = [&](IRValue *s, IRValue *x) { return b.CreateFAdd(s, x); };
  auto of = [](IRValue *like, double value) {
    return llvm::ConstantFP::get(like->getType(), value);
  };
  IRValue *mean = number(0);
  if (name != "RMSNormalization") {
    mean = reduce(row, 0, add, [](IRValue *x) { return x; });
    mean = b.CreateFMul(mean, of(mean, 1.0 / count));
  }
  IRValue *square = reduce(row, 0, add, [&](IRValue *x) {
    IRValue *d = b.CreateFSub(x, spread(mean, x));
    return b.CreateFMul(d, d);
  });
  square = b.CreateFAdd(b.CreateFMul(square, of(square, 1.0 / count)),
                        of(square, root.getFloat("epsilon", 1e-5f)));
  IRValue *factor = b.CreateFDiv(
      of(square, 1), b.CreateUnaryIntrinsic(llvm::Intrinsic::sqrt, square));
  elements.define(root.getResult(), [=, this](ArrayRef<Coord> coords) {
    IRValue *x = emitInput(coords);
    IRValue *y =
        b.CreateFMul(b.CreateFSub(x, spread(mean, x)), spread(factor, x));
    y = b.CreateFMul(y, spread(emitParameter(1, coords), x));
    if (root.getOperand(2))
      y = b.CreateFAdd(y, spread(emitParameter(2, coords), x));
    return y;
  });
}

void RowLeaf::emitRow(const Coords &row) {
  if (name.contains("Softmax"))
    emitSoftmax(row);
  else
    emitNormalization(row);
  forBox(b, task.box, axes, lanesInRow() ? lane : std::nullopt,
         lanesInRow() && isAligned(b, task.output, task.box[*lane], *lane),
         /*overrun=*/false, row, [&](ArrayRef<Coord> coords) {
           b.store(task.output, coords,
                   elements.emit(task.getOutputValue(), coords));
         });
}

//===----------------------------------------------------------------------===//
// Any kernel
//===----------------------------------------------------------------------===//

/// Vectors of channels must not reach behind the last one where they aren't
/// neighbours in memory.
static bool canUseRegisters(const LeafTask &task, const RegisterPlan &plan) {
  if (!plan.perChannel)
    return true;
  const Value *x = task.plan.root->getOperand(0);
  for (auto [i, input] : llvm::enumerate(task.inputs))
    if (task.kernel.getInput(i) == x)
      return input.shape[1] % task.b.lanes == 0 ||
             (input.blocks[1] % task.b.lanes == 0 && input.blocks[1] > 1);
  return false;
}

void x86::emitLeaf(const LeafTask &task) {
  if (task.plan.method == RootMethod::Register) {
    auto plan = planRegisters(*task.plan.root, task.b.lanes);
    if (canUseRegisters(task, *plan))
      return emitRegisterLeaf(task, *plan);
  }
  if (task.plan.rootClass == OpClass::Row)
    return RowLeaf(task).emit();
  emitMap(task);
}

//===----------------------------------------------------------------------===//
// Copies
//===----------------------------------------------------------------------===//

void x86::emitCopy(LeafBuilder &b, const Operand &from, const Operand &to,
                   ArrayRef<IRRange> box) {
  auto lane = to.getContiguousDim(b.lanes);
  forBox(b, box, getLoopOrder(to), lane,
         lane && isAligned(b, to, box[*lane], *lane), /*overrun=*/false,
         getOrigin(b, to.getRank()), [&](ArrayRef<Coord> coords) {
           b.store(to, coords, b.load(from, coords));
         });
}

void x86::emitFill(LeafBuilder &b, const Operand &to, ArrayRef<IRRange> box,
                   double value) {
  IRType *type = b.getElementType(to.element);
  IRValue *fill = isFloat(to.element)
                      ? llvm::ConstantFP::get(type, value)
                      : static_cast<IRValue *>(llvm::ConstantInt::getSigned(
                            type, static_cast<int64_t>(value)));
  auto lane = to.getContiguousDim(b.lanes);
  forBox(b, box, getLoopOrder(to), lane,
         lane && isAligned(b, to, box[*lane], *lane), /*overrun=*/false,
         getOrigin(b, to.getRank()),
         [&](ArrayRef<Coord> coords) { b.store(to, coords, fill); });
}
