//===- Elements.cpp -------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elements.h"
#include "../KernelPlan.h"
#include "onnc/IR/ShapeInference.h"
#include <cmath>
#include <functional>

using namespace onnc;
using namespace onnc::x86;
using llvm::ArrayRef;
using llvm::StringRef;

static llvm::SmallVector<int64_t, 6> getShape(const Value *value) {
  return *value->getTensorType().getStaticShape();
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

/// The kernel's own constants are few scalars (bounds of a Clip); weights are
/// inputs.
IRValue *ElementEmitter::emitConstant(const Operation &op) {
  ConstantAttr attr = getConstantValue(op.getResult());
  const ConstantData &data = attr.getData();
  ElementType element = attr.getType().getElementType();
  switch (element) {
  case ElementType::F32:
    return llvm::ConstantFP::get(b.getFloatTy(), data.get<float>(0));
  case ElementType::F64:
    return llvm::ConstantFP::get(b.getDoubleTy(), data.get<double>(0));
  case ElementType::Bool:
    return b.getInt1(data.get<uint8_t>(0));
  default:
    unsigned bits = getBitWidth(element);
    uint64_t value = bits == 8    ? data.get<uint8_t>(0)
                     : bits == 16 ? data.get<uint16_t>(0)
                     : bits == 32 ? data.get<uint32_t>(0)
                                  : data.get<uint64_t>(0);
    return b.getIntN(bits, value);
  }
}

//===----------------------------------------------------------------------===//
// Indices
//===----------------------------------------------------------------------===//

/// Uniform where no lane differs, Lanes where they count up by one.
Coord ElementEmitter::emitIndex(const IndexExpr &expr,
                                ArrayRef<Coord> iteration) {
  bool vector = false;
  const IndexTerm *lanes = nullptr;
  for (const IndexTerm &term : expr.terms) {
    if (iteration[term.dim].kind == Coord::Uniform)
      continue;
    if (lanes || iteration[term.dim].kind == Coord::Vector ||
        term.coefficient != 1 || term.divisor != 1 || term.modulus ||
        expr.divisor != 1 || expr.modulus)
      vector = true;
    lanes = &term;
  }
  auto getTerm = [&](const IndexTerm &term, IRValue *dim) {
    dim = b.divFloor(dim, term.divisor);
    if (term.modulus)
      dim = b.modFloor(dim, term.modulus);
    return b.mul(dim, term.coefficient);
  };
  auto getIndex = [&](auto getDim) {
    IRValue *sum = b.i64(expr.constant);
    for (const IndexTerm &term : expr.terms)
      sum = b.add(sum, getTerm(term, getDim(term.dim)));
    sum = b.divFloor(sum, expr.divisor);
    return expr.modulus ? b.modFloor(sum, expr.modulus) : sum;
  };
  if (!vector) {
    Coord coord = {getIndex([&](unsigned d) { return iteration[d].index; })};
    if (lanes) {
      coord.kind = Coord::Lanes;
      coord.aligned = iteration[lanes->dim].aligned && expr.terms.size() == 1 &&
                      expr.constant % b.lanes == 0;
    }
    return coord;
  }
  IRValue *index = llvm::PoisonValue::get(b.getVectorType(b.getInt64Ty()));
  for (unsigned lane = 0; lane != b.lanes; ++lane)
    index = b.CreateInsertElement(index, getIndex([&](unsigned d) {
                                    return b.getLane(iteration[d], lane);
                                  }),
                                  b.i64(lane));
  return {index, Coord::Vector};
}

/// Is what an iteration reads of \p operand inside of it, as far as that isn't
/// known: null where it always is. Coordinates are uniform.
IRValue *ElementEmitter::emitInside(const Operation &op, unsigned operand,
                                    const Indexing &indexing,
                                    ArrayRef<Coord> coords) {
  Box space = indexing.getIterationSpace();
  IRValue *inside = nullptr;
  auto require = [&](IRValue *condition) {
    inside = inside ? b.CreateAnd(inside, condition) : condition;
  };
  auto shape = getShape(op.getOperand(operand));
  for (auto [d, expr] : llvm::enumerate(*indexing.operands[operand])) {
    Range range = expr.getRange(space, shape[d]);
    if (range.lo < 0)
      require(b.CreateICmpSGE(coords[d].index, b.i64(0)));
    if (range.hi > shape[d])
      require(b.CreateICmpSLT(coords[d].index, b.i64(shape[d])));
  }
  return inside;
}

/// Lane by lane.
IRValue *ElementEmitter::emitLanes(const Value *value, ArrayRef<Coord> coords) {
  IRValue *vector = nullptr;
  for (unsigned lane = 0; lane != b.lanes; ++lane) {
    IRValue *element = emit(value, b.getLane(coords, lane));
    if (!vector)
      vector = llvm::PoisonValue::get(b.getVectorType(element->getType()));
    vector = b.CreateInsertElement(vector, element, b.i64(lane));
  }
  return vector;
}

//===----------------------------------------------------------------------===//
// Operators
//===----------------------------------------------------------------------===//

IRValue *ElementEmitter::emitElementwise(const Operation &op,
                                         const Indexing &indexing,
                                         ArrayRef<Coord> iteration) {
  IRValues operands;
  for (auto [i, value] : llvm::enumerate(op.getOperands())) {
    if (!value || !indexing.operands[i]) {
      operands.push_back(nullptr);
      continue;
    }
    Coords coords;
    for (const IndexExpr &expr : *indexing.operands[i])
      coords.push_back(emitIndex(expr, iteration));
    operands.push_back(emit(value, coords));
  }
  return emitFormula(b, op, operands);
}

/// What Pad puts where there is no element.
static std::optional<unsigned> getFillOperand(const Operation &op) {
  if (op.getName() == "onnx.Pad" && op.getOperand(2))
    return 2;
  return std::nullopt;
}

IRValue *ElementEmitter::emitMovement(const Operation &op,
                                      const Indexing &indexing,
                                      ArrayRef<Coord> iteration) {
  // The first operand that has the element, else the fill.
  auto fill = getFillOperand(op);
  std::function<IRValue *(unsigned)> emitFrom = [&](unsigned i) -> IRValue * {
    while (i < op.getNumOperands() &&
           (!op.getOperand(i) || !indexing.operands[i] || i == fill))
      ++i;
    if (i == op.getNumOperands()) {
      if (!fill) {
        // Of the type that elements are loaded in.
        const ElementType type =
            op.getResult()->getTensorType().getElementType();
        return llvm::Constant::getNullValue(
            type == ElementType::Bool ? b.getInt1Ty()
            : type == ElementType::F16 || type == ElementType::BF16
                ? b.getFloatTy()
                : b.getElementType(type));
      }
      Coords zero(op.getOperand(*fill)->getTensorType().getRank(),
                  Coord{b.i64(0)});
      return emit(op.getOperand(*fill), zero);
    }
    Coords coords;
    for (const IndexExpr &expr : *indexing.operands[i])
      coords.push_back(emitIndex(expr, iteration));
    IRValue *inside = emitInside(op, i, indexing, coords);
    if (!inside)
      return emit(op.getOperand(i), coords);
    auto make = [&](IRValue *value) {
      return IRValues{isVector(iteration) ? b.splat(value) : value};
    };
    return b.branch(
        inside, [&] { return make(emit(op.getOperand(i), coords)); },
        [&] { return make(emitFrom(i + 1)); })[0];
  };
  return emitFrom(0);
}

namespace {
/// How a reduction begins, goes on and ends.
struct Reducer {
  LeafBuilder &b;
  const Operation &op;
  StringRef name;

  Reducer(LeafBuilder &b, const Operation &op)
      : b(b), op(op), name(op.getName()) {
    name.consume_front("onnx.");
  }
  bool isMax() const { return name.contains("Max"); }
  bool isMin() const { return name.contains("Min"); }
  bool isMean() const {
    return name.contains("Mean") || name.contains("Average");
  }

  double getStart() const {
    if (isMax() || isMin())
      return isMax() ? -HUGE_VAL : HUGE_VAL;
    return name == "ReduceProd";
  }
  IRValue *combine(IRValue *sum, IRValue *x) const {
    if (isMax())
      return emitMax(b, sum, x);
    if (isMin())
      return emitMin(b, sum, x);
    if (name == "ReduceProd")
      return b.CreateFMul(sum, x);
    if (name == "ReduceL1")
      x = b.CreateUnaryIntrinsic(llvm::Intrinsic::fabs, x);
    if (name == "ReduceL2" || name == "ReduceSumSquare")
      x = b.CreateFMul(x, x);
    return b.CreateFAdd(sum, x);
  }
  IRValue *finish(IRValue *sum, IRValue *count) const {
    if (isMean())
      return b.CreateFDiv(sum, count);
    if (name == "ReduceL2")
      return b.CreateUnaryIntrinsic(llvm::Intrinsic::sqrt, sum);
    return sum;
  }
};
} // namespace

/// A sum of products, or a reduction of operand 0, over all reduction
/// dimensions; what lies outside of operand 0 doesn't count.
IRValue *ElementEmitter::emitReduction(const Operation &op,
                                       const Indexing &indexing,
                                       Coords iteration) {
  Reducer reducer(b, op);
  bool isProduct = llvm::cantFail(classify(op)) == OpClass::Product;
  bool countsAll = op.getInt("count_include_pad", 0);
  IRType *type =
      b.getElementType(op.getResult()->getTensorType().getElementType());
  if (isVector(iteration))
    type = b.getVectorType(type);
  IRValues start = {llvm::ConstantFP::get(type, reducer.getStart()),
                    llvm::ConstantFP::get(type, 0)};
  IRValue *one = llvm::ConstantFP::get(type, 1);

  auto getCoords = [&](unsigned operand) {
    Coords coords;
    for (const IndexExpr &expr : *indexing.operands[operand])
      coords.push_back(emitIndex(expr, iteration));
    return coords;
  };
  auto emitOne = [&](IRValues sums) {
    Coords coords = getCoords(0);
    auto accumulate = [&] {
      IRValue *x = emit(op.getOperand(0), coords);
      if (isProduct)
        x = b.CreateFMul(b.splat(x)->getType() == type ? b.splat(x) : x,
                         type->isVectorTy()
                             ? b.splat(emit(op.getOperand(1), getCoords(1)))
                             : emit(op.getOperand(1), getCoords(1)));
      if (type->isVectorTy())
        x = b.splat(x);
      return IRValues{reducer.combine(sums[0], x), b.CreateFAdd(sums[1], one)};
    };
    IRValue *inside = emitInside(op, 0, indexing, coords);
    if (!inside)
      return accumulate();
    return b.branch(inside, accumulate, [&] {
      return IRValues{sums[0],
                      countsAll ? b.CreateFAdd(sums[1], one) : sums[1]};
    });
  };
  std::function<IRValues(unsigned, IRValues)> nest = [&](unsigned d,
                                                         IRValues sums) {
    while (d < indexing.dims.size() && !indexing.dims[d].isReduction)
      ++d;
    if (d == indexing.dims.size())
      return emitOne(sums);
    return b.loop({b.i64(0), b.i64(indexing.dims[d].extent)}, 1, sums,
                  [&](IRValue *counter, IRValues inner) {
                    iteration[d] = {counter};
                    return nest(d + 1, inner);
                  });
  };
  IRValues sums = nest(0, start);
  IRValue *result = reducer.finish(sums[0], sums[1]);
  if (!isProduct)
    return result;
  auto constant = [&](StringRef name) {
    return llvm::ConstantFP::get(type, op.getFloat(name, 1));
  };
  if (op.getFloat("alpha", 1) != 1)
    result = b.CreateFMul(result, constant("alpha"));
  if (op.getOperand(2)) {
    IRValue *bias = emit(op.getOperand(2), getCoords(2));
    if (type->isVectorTy())
      bias = b.splat(bias);
    if (op.getFloat("beta", 1) != 1)
      bias = b.CreateFMul(bias, constant("beta"));
    result = b.CreateFAdd(result, bias);
  }
  return result;
}

IRValue *ElementEmitter::emitIteration(const Operation &op,
                                       const Indexing &indexing,
                                       ArrayRef<Coord> iteration) {
  OpClass opClass = llvm::cantFail(classify(op));
  if (opClass == OpClass::Elementwise)
    return emitElementwise(op, indexing, iteration);
  if (opClass == OpClass::Movement)
    return emitMovement(op, indexing, iteration);
  return emitReduction(op, indexing,
                       Coords(iteration.begin(), iteration.end()));
}

/// Conditions are the same for all lanes: where lanes lie at either side of an
/// edge, each is computed by itself.
static bool splitsLanes(const Operation &op, const Indexing &indexing,
                        ArrayRef<Coord> iteration, unsigned lanes) {
  Box space = indexing.getIterationSpace();
  for (auto [i, operand] : llvm::enumerate(op.getOperands())) {
    if (!operand || !indexing.operands[i])
      continue;
    auto shape = getShape(operand);
    for (auto [d, expr] : llvm::enumerate(*indexing.operands[i])) {
      bool differs = llvm::any_of(expr.terms, [&](const IndexTerm &term) {
        return iteration[term.dim].kind != Coord::Uniform;
      });
      Range range = expr.getRange(space, shape[d]);
      if (!differs || (range.lo >= 0 && range.hi <= shape[d]))
        continue;
      bool aligned = expr.terms.size() == 1 && expr.divisor == 1 &&
                     !expr.modulus && expr.terms[0].coefficient == 1 &&
                     expr.terms[0].divisor == 1 && !expr.terms[0].modulus &&
                     iteration[expr.terms[0].dim].kind == Coord::Lanes &&
                     iteration[expr.terms[0].dim].aligned;
      if (!aligned || expr.constant % lanes || shape[d] % lanes)
        return true;
    }
  }
  return false;
}

IRValue *ElementEmitter::emit(const Value *value, ArrayRef<Coord> coords) {
  if (IRValue *emitted = bound.lookup(value))
    return emitted;
  if (auto it = defined.find(value); it != defined.end())
    return it->second(coords);
  if (auto it = inputs.find(value); it != inputs.end())
    return b.load(it->second, coords);
  const Operation &op = *value->getDefiningOp();
  if (op.hasTrait(OpTrait::ConstantLike))
    return emitConstant(op);
  auto indexing = *getIndexing(&op);
  Coords iteration(indexing.dims.size(), Coord{b.i64(0)});
  for (auto [expr, coord] : llvm::zip_equal(indexing.results[0], coords))
    if (auto dim = expr.getSingleDim())
      iteration[*dim] =
          expr.constant ? Coord{b.add(coord.index, -expr.constant), coord.kind}
                        : coord;
  if (isVector(iteration) && splitsLanes(op, indexing, iteration, b.lanes))
    return emitLanes(value, coords);
  return emitIteration(op, indexing, iteration);
}
