//===- Indexing.cpp -------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/IR/Indexing.h"
#include "onnc/IR/Operation.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"
#include <cstdlib>

using namespace llvm;
using namespace onnc;

//===----------------------------------------------------------------------===//
// Index expressions
//===----------------------------------------------------------------------===//

IndexExpr IndexExpr::dim(unsigned i, int64_t coefficient, int64_t constant) {
  IndexExpr expr;
  expr.terms.push_back({i, coefficient});
  expr.constant = constant;
  return expr;
}

IndexExpr IndexExpr::all() {
  IndexExpr expr;
  expr.whole = true;
  return expr;
}

IndexExpr IndexExpr::value(int64_t constant) {
  IndexExpr expr;
  expr.constant = constant;
  return expr;
}

std::optional<unsigned> IndexExpr::getSingleDim() const {
  if (!isExact() || terms.size() != 1 || divisor != 1 || modulus)
    return std::nullopt;
  const IndexTerm &term = terms.front();
  if (term.coefficient != 1 || term.divisor != 1 || term.modulus)
    return std::nullopt;
  return term.dim;
}

/// The values of ⌊x / divisor⌋ mod modulus over a non-empty range of x.
static Range divideAndWrap(Range x, int64_t divisor, int64_t modulus) {
  Range q = {divideFloorSigned(x.lo, divisor),
             divideFloorSigned(x.hi - 1, divisor) + 1};
  if (!modulus)
    return q;
  int64_t base = divideFloorSigned(q.lo, modulus) * modulus;
  if (q.hi - base > modulus)
    return {0, modulus}; // Wraps around.
  return {q.lo - base, q.hi - base};
}

Range IndexExpr::getRange(ArrayRef<Range> iteration, int64_t extent) const {
  if (whole)
    return {0, extent};
  Range sum = {constant, constant + 1};
  for (const IndexTerm &term : terms) {
    Range r = divideAndWrap(iteration[term.dim], term.divisor, term.modulus);
    int64_t a = term.coefficient * r.lo, b = term.coefficient * (r.hi - 1);
    sum.lo += std::min(a, b);
    sum.hi += std::max(a, b);
  }
  Range range = divideAndWrap(sum, divisor, modulus);
  return {range.lo - below, range.hi + above};
}

/// ⌊range / divisor⌋ mod modulus, where that is affine again.
static std::optional<AffineRange>
divideAndWrap(const AffineRange &range, int64_t divisor, int64_t modulus) {
  if (divisor == 1 && !modulus)
    return range;
  if (range.start.isConstant()) {
    int64_t lo = range.start.getConstant();
    Range r = divideAndWrap(Range{lo, lo + range.size}, divisor, modulus);
    return AffineRange{AffineExpr(r.lo), r.size()};
  }
  // ⌊(divisor · a + c) / divisor⌋ = a + ⌊c / divisor⌋, and a multiple of the
  // modulus vanishes.
  SmallVector<int64_t, 4> coefficients;
  for (unsigned i = 0; i < range.start.getNumDims(); ++i) {
    if (range.start.getCoefficient(i) % divisor)
      return std::nullopt;
    coefficients.push_back(range.start.getCoefficient(i) / divisor);
  }
  int64_t lo = range.start.getConstant();
  Range r = divideAndWrap(Range{lo, lo + range.size}, divisor, modulus);
  if (!modulus)
    return AffineRange{AffineExpr(coefficients, r.lo), r.size()};
  if (any_of(coefficients, [&](int64_t c) { return c % modulus; }))
    return std::nullopt;
  return AffineRange{AffineExpr(r.lo), r.size()};
}

AffineRange IndexExpr::getRange(ArrayRef<AffineRange> iteration,
                                int64_t extent) const {
  AffineRange all = {AffineExpr(0), extent};
  if (whole)
    return all;
  AffineRange sum = {AffineExpr(constant), 1};
  for (const IndexTerm &term : terms) {
    auto r = divideAndWrap(iteration[term.dim], term.divisor, term.modulus);
    if (!r)
      return all;
    int64_t reach = term.coefficient * (r->size - 1);
    sum.start = sum.start + r->start * term.coefficient +
                AffineExpr(std::min<int64_t>(reach, 0));
    sum.size += std::abs(reach);
  }
  auto range = divideAndWrap(sum, divisor, modulus);
  if (!range)
    return all;
  return {range->start - AffineExpr(below), range->size + below + above};
}

//===----------------------------------------------------------------------===//
// Indexing
//===----------------------------------------------------------------------===//

unsigned Indexing::addDim(StringRef name, int64_t extent, bool isReduction) {
  dims.push_back({name, extent, isReduction});
  return dims.size() - 1;
}

Box Indexing::getIterationSpace() const {
  Box box;
  for (const IterationDim &dim : dims)
    box.push_back({0, dim.extent});
  return box;
}

Box Indexing::getIterationBox(unsigned result, ArrayRef<Range> box) const {
  Box iteration = getIterationSpace();
  for (auto [expr, range] : zip_equal(results[result], box)) {
    auto dim = expr.getSingleDim();
    // Along a whole dimension nothing can be left out, but of an empty box
    // nothing is needed at all.
    if (!dim)
      continue;
    iteration[*dim] = iteration[*dim].intersect(
        {range.lo - expr.constant, range.hi - expr.constant});
  }
  if (isEmpty(box))
    for (Range &range : iteration)
      range.hi = range.lo;
  return iteration;
}

AffineBox Indexing::getIterationBox(unsigned result,
                                    ArrayRef<AffineRange> box) const {
  AffineBox iteration = toAffine(getIterationSpace());
  for (auto [expr, range] : zip_equal(results[result], box))
    if (auto dim = expr.getSingleDim())
      iteration[*dim] = {range.start - AffineExpr(expr.constant), range.size};
  return iteration;
}

Box Indexing::getResultBox(unsigned result, ArrayRef<Range> iteration,
                           ArrayRef<int64_t> shape) const {
  Box box;
  for (auto [expr, extent] : zip_equal(results[result], shape))
    box.push_back(
        isEmpty(iteration)
            ? Range()
            : expr.getRange(iteration, extent).intersect({0, extent}));
  return box;
}

Box Indexing::getOperandBox(unsigned operand, ArrayRef<Range> iteration,
                            ArrayRef<int64_t> shape) const {
  Box box;
  if (isEmpty(iteration) || !operands[operand]) {
    box.resize(shape.size());
    return box;
  }
  for (auto [expr, extent] : zip_equal(*operands[operand], shape))
    box.push_back(expr.getRange(iteration, extent).intersect({0, extent}));
  return box;
}

AffineBox Indexing::getOperandBox(unsigned operand,
                                  ArrayRef<AffineRange> iteration,
                                  ArrayRef<int64_t> shape) const {
  AffineBox box;
  if (!operands[operand]) {
    box.resize(shape.size());
    return box;
  }
  for (auto [expr, extent] : zip_equal(*operands[operand], shape))
    box.push_back(expr.getRange(iteration, extent));
  return box;
}

/// Shapes that contradict the operator, as text may hold them, have no
/// indexing. Reports them as inference does.
static bool isConsistent(const Operation *op) {
  InferTypesFn infer = op->getInfo().inferTypes;
  SmallVector<Type, 2> types;
  // Inference reads the operation only.
  if (infer && failed(infer(const_cast<Operation *>(op), types)))
    return false;
  for (auto [type, result] : zip(types, op->getResults()))
    if (type && !type.isNone() && !result->getType().isNone() &&
        !unifyTypes(type, result->getType())) {
      (void)(op->emitError(DiagID::InferShape)
             << "has a result of type " << type << ", but it is declared as "
             << result->getType());
      return false;
    }
  return true;
}

std::optional<Indexing> onnc::getIndexing(const Operation *op) {
  if (!op->getInfo().indexing)
    return std::nullopt;
  auto isStatic = [](const Value *value) {
    auto type = dyn_cast<TensorType>(value->getType());
    return type && type.getNumElements().has_value();
  };
  for (Value *operand : op->getOperands())
    if (operand && !isStatic(operand))
      return std::nullopt;
  for (Value *result : op->getResults())
    if (!result->getType().isNone() && !isStatic(result))
      return std::nullopt;
  return isConsistent(op) ? op->getInfo().indexing(op) : std::nullopt;
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

static void printTerm(raw_ostream &os, const Indexing &indexing,
                      const IndexTerm &term, bool first) {
  os << (term.coefficient < 0 ? (first ? "-" : " - ") : (first ? "" : " + "));
  if (int64_t magnitude = std::abs(term.coefficient); magnitude != 1)
    os << magnitude << '*';
  StringRef name = indexing.dims[term.dim].name;
  if (term.divisor != 1)
    os << "floordiv(" << name << ", " << term.divisor << ')';
  else
    os << name;
  if (term.modulus)
    os << " mod " << term.modulus;
}

static void printIndex(raw_ostream &os, const Indexing &indexing,
                       const IndexExpr &expr) {
  if (expr.whole) {
    os << '*';
    return;
  }
  if (expr.divisor != 1)
    os << "floordiv(";
  for (auto [i, term] : enumerate(expr.terms))
    printTerm(os, indexing, term, i == 0);
  if (expr.terms.empty())
    os << expr.constant;
  else if (expr.constant)
    os << (expr.constant < 0 ? " - " : " + ") << std::abs(expr.constant);
  if (expr.divisor != 1)
    os << ", " << expr.divisor << ')';
  if (expr.modulus)
    os << " mod " << expr.modulus;
  if (expr.below || expr.above)
    os << " {-" << expr.below << "..+" << expr.above << '}';
}

static void printAccess(raw_ostream &os, const Indexing &indexing,
                        StringRef name, const Access &access) {
  os << "  " << name << " [";
  interleaveComma(access, os, [&](const IndexExpr &expr) {
    printIndex(os, indexing, expr);
  });
  os << "]\n";
}

void Indexing::print(raw_ostream &os, const Operation &op) const {
  os << op.getName() << ":\n  dims";
  for (bool reductions : {false, true}) {
    bool first = true;
    for (const IterationDim &dim : dims) {
      if (dim.isReduction != reductions)
        continue;
      os << (reductions && first ? " | " : " ") << dim.name << '<' << dim.extent
         << '>';
      first = false;
    }
  }
  os << '\n';
  auto nameOf = [](ArrayRef<ValueInfo> infos, unsigned i) {
    unsigned last = infos.size() - 1;
    return i <= last && infos[i].arity != Arity::Variadic
               ? infos[i].name.str()
               : (infos[last].name + Twine(i - last)).str();
  };
  for (auto [i, access] : enumerate(results))
    printAccess(os, *this, nameOf(op.getInfo().results, i), access);
  for (auto [i, access] : enumerate(operands))
    if (access)
      printAccess(os, *this, nameOf(op.getInfo().operands, i), *access);
  static constexpr StringRef combiners[] = {"", "sum", "max", "min", "product"};
  if (combiner != Combiner::None)
    os << "  partial results combine by: "
       << combiners[static_cast<unsigned>(combiner)] << '\n';
}

//===----------------------------------------------------------------------===//
// What follows from it
//===----------------------------------------------------------------------===//

bool onnc::canWriteInPlace(const Indexing &indexing, unsigned operand,
                           ArrayRef<int64_t> operandShape,
                           ArrayRef<int64_t> resultShape) {
  if (!indexing.operands[operand] || operandShape != resultShape)
    return false;
  // Every dimension is the same counter in both, so that an iteration reads
  // what it writes and nothing else.
  SmallVector<unsigned, 6> used;
  for (auto [read, write] :
       zip_equal(*indexing.operands[operand], indexing.results[0])) {
    auto r = read.getSingleDim(), w = write.getSingleDim();
    if (!r || r != w || read.constant != write.constant)
      return false;
    used.push_back(*r);
  }
  // A dimension that isn't in the result, a reduction or another result's,
  // reads again what has been overwritten.
  return all_of(enumerate(indexing.dims), [&](auto pair) {
    return pair.value().extent <= 1 || is_contained(used, pair.index());
  });
}

double onnc::getHaloFactor(const Indexing &indexing, unsigned operand,
                           ArrayRef<int64_t> operandShape,
                           ArrayRef<int64_t> resultShape,
                           ArrayRef<int64_t> tile) {
  int64_t total = getVolume(getFullBox(operandShape));
  if (!total || !indexing.operands[operand])
    return 1;
  // Tiles are a product, and so are their boxes wherever each dimension of the
  // operand depends on one dimension of the result; walking all tiles is exact
  // for every access.
  SmallVector<int64_t, 6> corner(resultShape.size(), 0);
  double read = 0;
  for (;;) {
    Box box;
    for (unsigned i = 0; i < corner.size(); ++i)
      box.push_back({corner[i], std::min(corner[i] + tile[i], resultShape[i])});
    read += getVolume(indexing.getOperandBox(
        operand, indexing.getIterationBox(0, box), operandShape));
    unsigned i = corner.size();
    while (i && (corner[i - 1] += tile[i - 1]) >= resultShape[i - 1])
      corner[--i] = 0;
    if (!i)
      return read / total;
  }
}

/// The row-major index of the first element of a non-empty box.
static int64_t getFirstIndex(ArrayRef<Range> box, ArrayRef<int64_t> shape) {
  int64_t index = 0;
  for (auto [range, extent] : zip_equal(box, shape))
    index = index * extent + range.lo;
  return index;
}

std::optional<int64_t> onnc::getOverlapDistance(const Indexing &indexing,
                                                unsigned operand,
                                                ArrayRef<int64_t> operandShape,
                                                ArrayRef<int64_t> resultShape) {
  if (!indexing.operands[operand])
    return std::nullopt;
  // Result element i is written at distance d before the operand: at operand
  // index i - d. Whatever is read from iteration i on lies at reads(i) or
  // above, so i - d < reads(j) for all j > i, where reads must not fall far
  // behind: d = max over i of i - min over j > i of reads(j) + 1. Elements of
  // one innermost row differ by less than a row, so rows are walked, not
  // elements.
  if (resultShape.empty())
    return 0;
  int64_t rows = 1, width = resultShape.back();
  for (int64_t extent : resultShape.drop_back())
    rows *= extent;
  constexpr int64_t maxRows = 1 << 16;
  if (!rows || !width || rows > maxRows)
    return std::nullopt;
  int64_t least = INT64_MAX, distance = INT64_MIN;
  for (int64_t row = rows - 1; row >= 0; --row) {
    Box box(resultShape.size());
    int64_t rest = row;
    for (unsigned i = resultShape.size() - 1; i-- > 0;) {
      box[i] = {rest % resultShape[i], rest % resultShape[i] + 1};
      rest /= resultShape[i];
    }
    // Within the row, reads of any element may come after all writes but the
    // last: its first read bounds them all.
    box.back() = {0, width};
    Box read = indexing.getOperandBox(operand, indexing.getIterationBox(0, box),
                                      operandShape);
    if (!isEmpty(read))
      least = std::min(least, getFirstIndex(read, operandShape));
    if (least != INT64_MAX)
      distance = std::max(distance, (row + 1) * width - least);
  }
  return distance == INT64_MIN ? 0 : std::max<int64_t>(distance, 0);
}
