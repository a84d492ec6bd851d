//===- IndexingTest.cpp ---------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The indexing that the records state, against what the interpreter does: for
/// every operator that has one, of random shapes and attributes.
///
//===----------------------------------------------------------------------===//

#include "onnc/IR/Indexing.h"
#include "OperatorCases.h"
#include "onnc/IR/AsmParser.h"
#include "llvm/ADT/StringSet.h"
#include <gtest/gtest.h>

using namespace llvm;
using namespace onnc;

using Shape = OperatorCase::Shape;

namespace {

/// What a run of an operation gave, or the reason why it failed.
using Results = Expected<RuntimeValues>;

class IndexingTest : public testing::TestWithParam<const char *> {
protected:
  IndexingTest() {
    // Random parameters that contradict each other aren't of interest.
    context.getDiagnostics().setHandler([](const Diagnostic &) {});
  }

  /// Calls check() with an operation of every seed whose parameters fit; there
  /// must be some.
  void forEachCase(function_ref<void()> check);

  Box randomBox(ArrayRef<int64_t> shape);
  /// Of any result that isn't empty; nullopt if there is none.
  std::optional<unsigned> randomResult();

  Results runOn(ArrayRef<RuntimeValue> operands) {
    return onnc::evaluate(*op, operands);
  }
  RuntimeValues getContents() const;
  Shape getOperandShape(unsigned i) const {
    return *op->getOperand(i)->getTensorType().getStaticShape();
  }
  /// Operand \p i is read exactly where its boxes are, and a NaN in it is seen.
  bool isSeen(unsigned i) const;
  bool isAbsent(unsigned result) const {
    return op->getResult(result)->getType().isNone();
  }
  Shape getResultShape(unsigned i) const {
    return *op->getResult(i)->getTensorType().getStaticShape();
  }
  const TensorValue &getWhole(unsigned result) const {
    return whole[result].getTensor();
  }
  /// Operand \p i with other contents wherever \p isRead doesn't hold of the
  /// row-major index.
  TensorValue replace(unsigned i, const TensorValue &other,
                      function_ref<bool(int64_t)> isRead) const;
  TensorValue poison(unsigned i, ArrayRef<Range> box, unsigned fill) const;

  /// Did the elements of \p box come out as they do of the whole operands?
  bool agrees(const RuntimeValues &results, unsigned result,
              ArrayRef<Range> box) const;

  std::string describe() const;

  Context context;
  std::optional<OperatorCase> current;
  std::minstd_rand random;
  Operation *op = nullptr;
  Indexing indexing;
  RuntimeValues whole;
};

int64_t pick(std::minstd_rand &random, int64_t lo, int64_t hi) {
  return lo + int64_t(random() % uint64_t(hi - lo + 1));
}

/// Calls fn(row-major index, indices) for every element of \p shape.
void forEachElement(ArrayRef<int64_t> shape,
                    function_ref<void(int64_t, ArrayRef<int64_t>)> fn) {
  Shape index(shape.size(), 0);
  int64_t count = getVolume(getFullBox(shape));
  for (int64_t i = 0; i < count; ++i) {
    fn(i, index);
    for (unsigned d = shape.size(); d-- > 0;) {
      if (++index[d] < shape[d])
        break;
      index[d] = 0;
    }
  }
}

bool isInside(ArrayRef<int64_t> index, ArrayRef<Range> box) {
  for (auto [i, range] : zip_equal(index, box))
    if (!range.contains(i))
      return false;
  return true;
}

StringRef getElement(const TensorValue &tensor, int64_t i) {
  const unsigned size = getElementSize(tensor.getElementType());
  return StringRef(tensor.getBytes().data() + i * size, size);
}

double getNumber(const TensorValue &tensor, int64_t i) {
  return withStorage(tensor.getElementType(), [&]<typename T>() -> double {
    return tensor.elements<T>()[i];
  });
}

bool isAffine(const IndexExpr &index) {
  return index.isExact() && index.divisor == 1 && !index.modulus &&
         all_of(index.terms, [](const IndexTerm &term) {
           return term.divisor == 1 && !term.modulus;
         });
}

} // namespace

void IndexingTest::forEachCase(function_ref<void()> check) {
  unsigned cases = 0;
  for (unsigned seed = 0; seed < 60; ++seed) {
    random.seed(seed + 1);
    current.emplace(context, seed);
    if (!current->generate(GetParam()))
      continue;
    op = current->getOp();
    auto stated = getIndexing(op);
    if (!stated)
      continue;
    indexing = std::move(*stated);
    Results results = runOn(getContents());
    if (!results) {
      consumeError(results.takeError());
      continue;
    }
    whole = std::move(*results);
    ++cases;
    check();
    if (HasFailure()) {
      ADD_FAILURE() << "seed " << seed << "\n" << describe();
      return;
    }
  }
  EXPECT_GE(cases, 10u) << GetParam();
}

std::string IndexingTest::describe() const {
  std::string text;
  raw_string_ostream os(text);
  op->print(os);
  os << '\n';
  indexing.print(os, *op);
  return text;
}

Box IndexingTest::randomBox(ArrayRef<int64_t> shape) {
  Box box;
  for (int64_t extent : shape) {
    int64_t a = pick(random, 0, extent - 1), b = pick(random, 0, extent - 1);
    box.push_back({std::min(a, b), std::max(a, b) + 1});
  }
  return box;
}

std::optional<unsigned> IndexingTest::randomResult() {
  SmallVector<unsigned, 3> candidates;
  for (unsigned i = 0; i < op->getNumResults(); ++i)
    if (!isAbsent(i) && getWhole(i).getNumElements())
      candidates.push_back(i);
  if (candidates.empty())
    return std::nullopt;
  return candidates[pick(random, 0, candidates.size() - 1)];
}

bool IndexingTest::isSeen(unsigned i) const {
  return indexing.operands[i] && all_of(*indexing.operands[i], isAffine) &&
         op->getOperand(i)->getTensorType().getElementType() ==
             ElementType::F32;
}

RuntimeValues IndexingTest::getContents() const {
  RuntimeValues values(op->getNumOperands());
  for (unsigned i = 0; i < op->getNumOperands(); ++i)
    if (op->getOperand(i))
      values[i] = current->getOperand(i).contents;
  return values;
}

TensorValue IndexingTest::replace(unsigned i, const TensorValue &other,
                                  function_ref<bool(int64_t)> isRead) const {
  const TensorValue &contents = current->getOperand(i).contents;
  return withStorage(contents.getElementType(), [&]<typename T>() {
    TensorValue result = cantFail(
        TensorValue::allocate(contents.getElementType(), contents.getShape()));
    T *to = result.mutableData<T>();
    for (int64_t e = 0; e < contents.getNumElements(); ++e)
      to[e] = isRead(e) ? contents.elements<T>()[e] : other.elements<T>()[e];
    return result;
  });
}

TensorValue IndexingTest::poison(unsigned i, ArrayRef<Range> box,
                                 unsigned fill) const {
  std::vector<bool> isRead;
  forEachElement(getOperandShape(i), [&](int64_t, ArrayRef<int64_t> index) {
    isRead.push_back(isInside(index, box));
  });
  return replace(i, current->getOperand(i).garbage[fill],
                 [&](int64_t e) { return isRead[e]; });
}

bool IndexingTest::agrees(const RuntimeValues &results, unsigned result,
                          ArrayRef<Range> box) const {
  bool equal = true;
  const TensorValue &actual = results[result].getTensor();
  forEachElement(
      getResultShape(result), [&](int64_t i, ArrayRef<int64_t> index) {
        if (isInside(index, box))
          equal &= getElement(actual, i) == getElement(getWhole(result), i);
      });
  return equal;
}

//===----------------------------------------------------------------------===//
// Properties of every operator
//===----------------------------------------------------------------------===//

// An operator whose record states an indexing needs a case.
TEST(IndexingCases, EveryOperatorHasOne) {
  Context context;
  for (const OpInfo *info : context.getOps())
    if (info->indexing) {
      EXPECT_TRUE(OperatorCase::isKnown(info->name))
          << info->name.str() << " is in no table of cases";
    }
}

// What lies outside of the operands' boxes doesn't matter for the result's box.
TEST_P(IndexingTest, BoxesSuffice) {
  forEachCase([&] {
    ASSERT_EQ(indexing.operands.size(), op->getNumOperands());
    ASSERT_EQ(indexing.results.size(), op->getNumResults());
    for (unsigned round = 0; round < 6; ++round) {
      auto result = randomResult();
      if (!result)
        return;
      const Box box = randomBox(getResultShape(*result));
      const Box iteration = indexing.getIterationBox(*result, box);
      RuntimeValues operands = getContents();
      for (unsigned i = 0; i < op->getNumOperands(); ++i) {
        if (!op->getOperand(i))
          continue;
        // The values of parameters are known to the indexing.
        if (!indexing.operands[i] && op->getOperand(i)->getDefiningOp())
          continue;
        const Box read =
            indexing.getOperandBox(i, iteration, getOperandShape(i));
        operands[i] = poison(i, read, round % 2);
      }
      Results results = runOn(operands);
      ASSERT_TRUE(bool(results)) << toString(results.takeError());
      EXPECT_TRUE(agrees(*results, *result, box)) << toString(box);
      // Those iterations write boxes of the other results, too.
      for (unsigned r = 0; r < op->getNumResults(); ++r)
        if (!isAbsent(r)) {
          EXPECT_TRUE(
              agrees(*results, r,
                     indexing.getResultBox(r, iteration, getResultShape(r))))
              << "result " << r;
        }
    }
  });
}

/// Operators for which it depends on the elements read, or on parameters,
/// whether NaN is seen in the result.
static bool isSelective(StringRef name) {
  static const StringSet<> names = {
      "onnx.Acos",           "onnx.Asin",
      "onnx.Clip",           "onnx.Equal",
      "onnx.Greater",        "onnx.GreaterOrEqual",
      "onnx.IsInf",          "onnx.Less",
      "onnx.LessOrEqual",    "onnx.MaxPool",
      "onnx.PRelu",          "onnx.Pow",
      "onnx.QLinearConv",    "onnx.QLinearMatMul",
      "onnx.QuantizeLinear", "onnx.ScatterElements",
      "onnx.ScatterND",      "onnx.Shrink",
      "onnx.TensorScatter",  "onnx.Trilu",
      "onnx.Where"};
  return names.contains(name);
}

// Where accesses are affine, boxes hold nothing that isn't needed: NaN on any
// of their faces is seen in some result.
TEST_P(IndexingTest, BoxesAreTight) {
  if (isSelective(GetParam()))
    return;
  forEachCase([&] {
    for (unsigned i = 0; i < op->getNumOperands(); ++i) {
      if (!indexing.operands[i] || !all_of(*indexing.operands[i], isAffine) ||
          op->getOperand(i)->getTensorType().getElementType() !=
              ElementType::F32)
        continue;
      const Shape shape = getOperandShape(i);
      auto result = randomResult();
      if (!result)
        return;
      const Box box = randomBox(getResultShape(*result));
      const Box iteration = indexing.getIterationBox(*result, box);
      const Box read = indexing.getOperandBox(i, iteration, shape);
      // Of a box that hangs over the edge, the face at the edge may lie between
      // the elements that are read.
      AffineBox unclipped =
          indexing.getOperandBox(i, toAffine(iteration), shape);
      if (onnc::evaluate(unclipped, {}) != read || isEmpty(read))
        continue;
      for (unsigned d = 0; d < read.size(); ++d)
        for (Range face : {Range{read[d].lo, read[d].lo + 1},
                           Range{read[d].hi - 1, read[d].hi}}) {
          std::vector<bool> isRead;
          forEachElement(shape, [&](int64_t, ArrayRef<int64_t> index) {
            isRead.push_back(!isInside(index, read) ||
                             !face.contains(index[d]));
          });
          RuntimeValues operands = getContents();
          operands[i] = replace(i, current->getOperand(i).garbage[0],
                                [&](int64_t e) { return isRead[e]; });
          Results results = runOn(operands);
          ASSERT_TRUE(bool(results)) << toString(results.takeError());
          bool seen = false;
          for (unsigned r = 0; r < op->getNumResults(); ++r)
            seen |=
                !isAbsent(r) &&
                !agrees(*results, r,
                        indexing.getResultBox(r, iteration, getResultShape(r)));
          EXPECT_TRUE(seen)
              << "operand " << i << " " << toString(read) << " dimension " << d;
        }
    }
  });
}

// The box of a moving tile is, wherever it stands, that of the tile there.
TEST_P(IndexingTest, MovingBoxesAgree) {
  forEachCase([&] {
    auto result = randomResult();
    if (!result)
      return;
    const Shape shape = getResultShape(*result);
    for (unsigned round = 0; round < 4; ++round) {
      AffineBox moving;
      for (unsigned d = 0; d < shape.size(); ++d) {
        const int64_t size = pick(random, 1, shape[d]);
        SmallVector<int64_t, 4> coefficients(d + 1, 0);
        coefficients[d] = pick(random, 0, 1) * size;
        moving.push_back({AffineExpr(coefficients, 0), size});
      }
      SmallVector<int64_t, 6> counters;
      for (unsigned d = 0; d < shape.size(); ++d)
        counters.push_back(pick(random, 0, (shape[d] - 1) / moving[d].size));
      const Box there = onnc::evaluate(moving, counters);
      const bool inside = onnc::contains(getFullBox(shape), there);
      const AffineBox movingIteration =
          indexing.getIterationBox(*result, moving);
      const Box iteration = indexing.getIterationBox(
          *result, intersect(there, getFullBox(shape)));
      for (unsigned i = 0; i < op->getNumOperands(); ++i) {
        if (!indexing.operands[i])
          continue;
        const Shape operand = getOperandShape(i);
        const Box concrete = indexing.getOperandBox(i, iteration, operand);
        const Box moved = intersect(
            onnc::evaluate(indexing.getOperandBox(i, movingIteration, operand),
                           counters),
            getFullBox(operand));
        EXPECT_TRUE(onnc::contains(moved, concrete))
            << toString(moved) << " of " << toString(concrete);
        if (inside && all_of(*indexing.operands[i], isAffine)) {
          EXPECT_TRUE(moved == concrete || isEmpty(concrete))
              << toString(moved) << " of " << toString(concrete);
        }
      }
    }
  });
}

static double getNeutral(Combiner combiner, int64_t zero) {
  switch (combiner) {
  case Combiner::Max:
    return -INFINITY;
  case Combiner::Min:
    return INFINITY;
  case Combiner::Product:
    return 1;
  default:
    return zero;
  }
}

static double combine(Combiner combiner, double a, double b) {
  switch (combiner) {
  case Combiner::Max:
    return std::max(a, b);
  case Combiner::Min:
    return std::min(a, b);
  case Combiner::Product:
    return a * b;
  default:
    return a + b;
  }
}

// Results over the two parts of a reduction make the result over the whole.
TEST_P(IndexingTest, PartsOfReductionsCombine) {
  forEachCase([&] {
    SmallVector<unsigned, 4> reductions;
    for (auto [i, dim] : enumerate(indexing.dims))
      if (dim.isReduction && dim.extent > 1)
        reductions.push_back(i);
    if (indexing.combiner == Combiner::None || reductions.empty() ||
        !getWhole(0).getNumElements())
      return;
    const unsigned dim = reductions[pick(random, 0, reductions.size() - 1)];
    // One element, so that what a part leaves out no other iteration reads.
    const int64_t element = pick(random, 0, getWhole(0).getNumElements() - 1);
    Box box;
    forEachElement(getResultShape(0), [&](int64_t i, ArrayRef<int64_t> index) {
      if (i == element)
        for (int64_t at : index)
          box.push_back({at, at + 1});
    });
    const int64_t extent = indexing.dims[dim].extent;
    const int64_t middle = pick(random, 1, extent - 1);
    std::optional<double> sum;
    for (Range part : {Range{0, middle}, Range{middle, extent}}) {
      Box iteration = indexing.getIterationBox(0, box);
      iteration[dim] = part;
      RuntimeValues operands = getContents();
      for (unsigned i = 0; i < op->getNumOperands(); ++i) {
        if (!indexing.operands[i])
          continue;
        const CaseOperand &operand = current->getOperand(i);
        const bool isReduced =
            any_of(*indexing.operands[i], [&](const IndexExpr &index) {
              return any_of(index.terms, [&](const IndexTerm &term) {
                return term.dim == dim;
              });
            });
        const double neutral = getNeutral(indexing.combiner, operand.zero);
        TensorValue none =
            makeTensor(operand.contents.getElementType(),
                       operand.contents.getShape(), [&] { return neutral; });
        if (isReduced && operand.isFactor) {
          std::vector<bool> isRead;
          const Shape shape = getOperandShape(i);
          const Box read = indexing.getOperandBox(i, iteration, shape);
          forEachElement(shape, [&](int64_t, ArrayRef<int64_t> index) {
            isRead.push_back(isInside(index, read));
          });
          operands[i] = replace(i, none, [&](int64_t e) { return isRead[e]; });
        } else if (i == indexing.addend && part.lo != 0) {
          operands[i] = none;
        }
      }
      Results results = runOn(operands);
      ASSERT_TRUE(bool(results)) << toString(results.takeError());
      const double number = getNumber((*results)[0].getTensor(), element);
      sum = sum ? combine(indexing.combiner, *sum, number) : number;
    }
    EXPECT_EQ(*sum, getNumber(getWhole(0), element))
        << indexing.dims[dim].name.str() << " at " << middle;
  });
}

/// The index that one iteration reads.
static std::optional<int64_t> getIndex(const Access &access,
                                       ArrayRef<Range> iteration,
                                       ArrayRef<int64_t> shape) {
  int64_t index = 0;
  for (auto [expr, extent] : zip_equal(access, shape)) {
    Range at = expr.getRange(iteration, extent);
    EXPECT_EQ(at.size(), 1);
    if (at.lo < 0 || at.lo >= extent)
      return std::nullopt;
    index = index * extent + at.lo;
  }
  return index;
}

// Data movement copies the elements that the accesses name.
TEST_P(IndexingTest, MovementIsExact) {
  forEachCase([&] {
    if (!indexing.isDataMovement)
      return;
    std::optional<StringRef> constant;
    for (unsigned r = 0; r < op->getNumResults(); ++r)
      forEachElement(getResultShape(r), [&](int64_t e,
                                            ArrayRef<int64_t> index) {
        Box box;
        for (int64_t at : index)
          box.push_back({at, at + 1});
        const Box iteration = indexing.getIterationBox(r, box);
        unsigned sources = 0;
        StringRef actual = getElement(getWhole(r), e);
        for (unsigned i = 0; i < op->getNumOperands(); ++i) {
          if (!indexing.operands[i])
            continue;
          auto at =
              getIndex(*indexing.operands[i], iteration, getOperandShape(i));
          if (!at)
            continue;
          ++sources;
          EXPECT_EQ(actual, getElement(current->getOperand(i).contents, *at));
        }
        EXPECT_LE(sources, 1u);
        if (sources)
          return;
        EXPECT_EQ(constant.value_or(actual), actual);
        constant = actual;
      });
  });
}

/// Has the box of reads no holes? Those of strides may lie at its beginning.
static bool isDense(const Access &access) {
  return !access.empty() && all_of(access, [](const IndexExpr &index) {
    return all_of(index.terms,
                  [](const IndexTerm &term) { return term.coefficient == 1; });
  });
}

// No result may begin a row earlier still than the overlap distance says: some
// element would be overwritten before it is read.
TEST_P(IndexingTest, OverlapDistanceIsLeast) {
  if (isSelective(GetParam()))
    return;
  forEachCase([&] {
    const Shape shape = getResultShape(0);
    const int64_t count = getWhole(0).getNumElements();
    if (!count || shape.empty() || op->getNumResults() != 1)
      return;
    for (unsigned i = 0; i < op->getNumOperands(); ++i) {
      if (!isSeen(i) || !isDense(*indexing.operands[i]))
        continue;
      const int64_t width = shape.back();
      auto distance =
          getOverlapDistance(indexing, i, getOperandShape(i), shape);
      if (!distance || *distance <= width)
        continue;
      bool seen = false;
      for (int64_t written = 0; written < count && !seen; written += width) {
        RuntimeValues operands = getContents();
        operands[i] =
            replace(i, current->getOperand(i).garbage[0], [&](int64_t e) {
              return e >= written - (*distance - width - 1);
            });
        Results results = runOn(operands);
        ASSERT_TRUE(bool(results)) << toString(results.takeError());
        for (int64_t e = written; e < count; ++e)
          seen |= getElement((*results)[0].getTensor(), e) !=
                  getElement(getWhole(0), e);
      }
      EXPECT_TRUE(seen) << "operand " << i << " at distance " << *distance;
    }
  });
}

// What an operand held where the result was written isn't read again.
TEST_P(IndexingTest, StorageCanBeShared) {
  forEachCase([&] {
    const Shape shape = getResultShape(0);
    const int64_t count = getWhole(0).getNumElements();
    if (!count)
      return;
    for (unsigned i = 0; i < op->getNumOperands(); ++i) {
      if (!op->getOperand(i) || !indexing.operands[i])
        continue;
      const Shape operand = getOperandShape(i);
      // In place, in any order: some elements are written, the others read.
      if (canWriteInPlace(indexing, i, operand, shape)) {
        std::vector<bool> written;
        for (int64_t e = 0; e < count; ++e)
          written.push_back(pick(random, 0, 1));
        RuntimeValues operands = getContents();
        operands[i] = replace(i, current->getOperand(i).garbage[0],
                              [&](int64_t e) { return !written[e]; });
        Results results = runOn(operands);
        ASSERT_TRUE(bool(results)) << toString(results.takeError());
        for (int64_t e = 0; e < count; ++e)
          if (!written[e]) {
            EXPECT_EQ(getElement((*results)[0].getTensor(), e),
                      getElement(getWhole(0), e))
                << "operand " << i;
          }
      }
      // Overlapped, in row-major order.
      auto distance = getOverlapDistance(indexing, i, operand, shape);
      if (!distance)
        continue;
      for (unsigned round = 0; round < 4; ++round) {
        const int64_t written = pick(random, 0, count - 1);
        RuntimeValues operands = getContents();
        operands[i] =
            replace(i, current->getOperand(i).garbage[round % 2],
                    [&](int64_t e) { return e >= written - *distance; });
        Results results = runOn(operands);
        ASSERT_TRUE(bool(results)) << toString(results.takeError());
        for (int64_t e = written; e < count; ++e)
          EXPECT_EQ(getElement((*results)[0].getTensor(), e),
                    getElement(getWhole(0), e))
              << "operand " << i << " at distance " << *distance;
      }
    }
  });
}

/// The names of all operators that state an indexing.
static std::vector<const char *> getOperators() {
  std::vector<const char *> names;
  Context context;
  for (const OpInfo *info : context.getOps())
    if (info->indexing)
      names.push_back(info->name.data());
  return names;
}

INSTANTIATE_TEST_SUITE_P(Operators, IndexingTest,
                         testing::ValuesIn(getOperators()),
                         [](const testing::TestParamInfo<const char *> &info) {
                           std::string name = info.param;
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

//===----------------------------------------------------------------------===//
// Index expressions
//===----------------------------------------------------------------------===//

namespace {
/// A random expression over \p numDims dimensions.
IndexExpr randomExpr(std::minstd_rand &random, unsigned numDims) {
  IndexExpr expr;
  for (unsigned i = 0; i < numDims; ++i) {
    IndexTerm term{i, pick(random, -3, 3)};
    if (pick(random, 0, 2) == 0)
      term.divisor = pick(random, 1, 4);
    if (pick(random, 0, 2) == 0)
      term.modulus = pick(random, 1, 5);
    expr.terms.push_back(term);
  }
  expr.constant = pick(random, -6, 6);
  if (pick(random, 0, 1))
    expr.divisor = pick(random, 1, 4);
  if (pick(random, 0, 2) == 0)
    expr.modulus = pick(random, 1, 6);
  expr.below = pick(random, 0, 2);
  expr.above = pick(random, 0, 2);
  return expr;
}

int64_t floorDiv(int64_t a, int64_t b) { return (a - ((a % b) + b) % b) / b; }

/// The index at one point, by the definition.
int64_t evaluateAt(const IndexExpr &expr, ArrayRef<int64_t> point) {
  auto wrap = [](int64_t x, int64_t divisor, int64_t modulus) {
    x = floorDiv(x, divisor);
    return modulus ? x - floorDiv(x, modulus) * modulus : x;
  };
  int64_t sum = expr.constant;
  for (const IndexTerm &term : expr.terms)
    sum += term.coefficient * wrap(point[term.dim], term.divisor, term.modulus);
  return wrap(sum, expr.divisor, expr.modulus);
}
} // namespace

TEST(IndexExpr, RangesHoldEveryPoint) {
  std::minstd_rand random(1);
  for (unsigned round = 0; round < 4000; ++round) {
    const IndexExpr expr = randomExpr(random, 2);
    Box box;
    for (unsigned d = 0; d < 2; ++d) {
      int64_t lo = pick(random, -8, 8);
      box.push_back({lo, lo + pick(random, 1, 6)});
    }
    const int64_t extent = 100;
    const Range range = expr.getRange(box, extent);
    for (int64_t a = box[0].lo; a < box[0].hi; ++a)
      for (int64_t b = box[1].lo; b < box[1].hi; ++b) {
        const int64_t at = evaluateAt(expr, {a, b});
        ASSERT_TRUE(range.contains(Range{at - expr.below, at + expr.above + 1}))
            << "round " << round;
      }
    // A box that doesn't move has one range.
    ASSERT_EQ(expr.getRange(toAffine(box), extent).evaluate({}), range)
        << "round " << round;
  }
}

TEST(IndexExpr, MovingRangesHoldEveryPoint) {
  std::minstd_rand random(2);
  unsigned moving = 0;
  const int64_t extent = 100;
  for (unsigned round = 0; round < 4000; ++round) {
    const IndexExpr expr = randomExpr(random, 2);
    AffineBox box;
    for (unsigned d = 0; d < 2; ++d) {
      SmallVector<int64_t, 2> coefficients(d + 1, 0);
      coefficients[d] = pick(random, 0, 12);
      box.push_back(
          {AffineExpr(coefficients, pick(random, -8, 8)), pick(random, 1, 6)});
    }
    const AffineRange range = expr.getRange(box, extent);
    if (range == AffineRange{AffineExpr(0), extent})
      continue; // All of it.
    moving += !range.start.isConstant();
    for (int64_t c = -2; c < 3; ++c) {
      const SmallVector<int64_t, 2> counters = {c, pick(random, -3, 3)};
      EXPECT_TRUE(range.evaluate(counters).contains(
          expr.getRange(evaluate(box, counters), extent)))
          << "round " << round;
    }
  }
  EXPECT_GT(moving, 500u);
}

//===----------------------------------------------------------------------===//
// Tensors without elements, tiles of reshaped ones
//===----------------------------------------------------------------------===//

namespace {
class IndexingOfText : public testing::Test {
protected:
  /// The first operation of a graph with inputs %a, %b, … of the types.
  Operation *parse(ArrayRef<StringRef> types, StringRef operation) {
    std::string inputs;
    for (auto [i, type] : enumerate(types))
      inputs += (Twine(i ? ", %" : "%") + Twine(char('a' + i)) + ": tensor<" +
                 type + "xf32>")
                    .str();
    StringRef result = operation.rsplit("-> ").second;
    module = parseModule(context,
                         "graph @main(" + inputs +
                             ") -> (\"r\") {\n%r = " + operation.str() +
                             "\nreturn(%r) : (" + result.str() + ") -> ()\n}",
                         "t.onncir");
    return module ? &*module->getMain()->getBody().begin() : nullptr;
  }

  Context context;
  std::unique_ptr<Module> module;
};
} // namespace

TEST_F(IndexingOfText, NoElements) {
  struct {
    std::vector<StringRef> types;
    StringRef operation;
  } cases[] = {
      {{"2x4x5x5", "0x2x3x3"},
       "onnx.Conv(%a, %b) {group = 2} : (tensor<2x4x5x5xf32>, "
       "tensor<0x2x3x3xf32>) -> tensor<2x0x3x3xf32>"},
      {{"0x3"},
       "onnx.Flatten(%a) {axis = 0} : (tensor<0x3xf32>) -> "
       "tensor<1x0xf32>"},
      {{"2x0"}, "onnx.Softmax(%a) : (tensor<2x0xf32>) -> tensor<2x0xf32>"},
      {{"2x0"}, "onnx.ReduceSum(%a) : (tensor<2x0xf32>) -> tensor<1x1xf32>"},
      {{"3x0", "0x4"},
       "onnx.MatMul(%a, %b) : (tensor<3x0xf32>, "
       "tensor<0x4xf32>) -> tensor<3x4xf32>"}};
  for (auto &c : cases) {
    Operation *op = parse(c.types, c.operation);
    ASSERT_TRUE(op) << c.operation.str();
    auto indexing = getIndexing(op);
    ASSERT_TRUE(indexing) << c.operation.str();
    const Shape shape = *op->getResult()->getTensorType().getStaticShape();
    const Box box = getFullBox(shape);
    for (unsigned i = 0; i < op->getNumOperands(); ++i) {
      const Shape operand =
          *op->getOperand(i)->getTensorType().getStaticShape();
      const Box read = indexing->getOperandBox(
          i, indexing->getIterationBox(0, box), operand);
      EXPECT_EQ(getVolume(read), 0) << c.operation.str();
      (void)indexing->getOperandBox(
          i, indexing->getIterationBox(0, toAffine(box)), operand);
    }
  }
}

// Rows of blocks move as rows of the input.
TEST_F(IndexingOfText, BlocksMove) {
  Operation *op =
      parse({"1x8x4x6"}, "onnx.DepthToSpace(%a) {blocksize = 2} : "
                         "(tensor<1x8x4x6xf32>) -> tensor<1x2x8x12xf32>");
  ASSERT_TRUE(op);
  auto indexing = getIndexing(op);
  ASSERT_TRUE(indexing);
  const AffineExpr row = AffineExpr::dim(0) * 4;
  const AffineBox tile = {{0, 1}, {0, 2}, {row, 4}, {0, 12}};
  const AffineBox read = indexing->getOperandBox(
      0, indexing->getIterationBox(0, tile), {1, 8, 4, 6});
  const AffineBox expected = {
      {0, 1}, {0, 8}, {AffineExpr::dim(0) * 2, 2}, {0, 6}};
  EXPECT_TRUE(read == expected);
}

TEST_F(IndexingOfText, ContradictionsHaveNone) {
  std::string message;
  context.getDiagnostics().setHandler(
      [&](const Diagnostic &diag) { message = diag.message; });
  Operation *op = parse({"1x4x8"}, "onnx.Softmax(%a) : (tensor<1x4x8xf32>) -> "
                                   "tensor<1x4x9xf32>");
  ASSERT_TRUE(op);
  EXPECT_FALSE(getIndexing(op));
  EXPECT_EQ(message, "'onnx.Softmax' has a result of type tensor<1x4x8xf32>, "
                     "but it is declared as tensor<1x4x9xf32>");
}

//===----------------------------------------------------------------------===//
// Costs
//===----------------------------------------------------------------------===//

TEST(IndexingCosts, HalosAreCounted) {
  Context context;
  Module module(context, "m");
  Builder builder(context);
  Graph &graph = module.addGraph("main");
  builder.setInsertionPointToEnd(graph.getBody());
  auto argument = [&](ArrayRef<int64_t> shape) {
    return graph.getBody().addArgument(
        TensorType::get(context, ElementType::F32, shape));
  };
  Operation *conv = builder.createInferred(
      "onnx.Conv", {argument({1, 2, 8, 8}), argument({4, 2, 3, 3})},
      NamedAttr{"pads", IntsAttr::get({1, 1, 1, 1})});
  auto indexing = getIndexing(conv);
  ASSERT_TRUE(indexing);
  // Two tiles of four rows read five rows each, for each half of the channels.
  EXPECT_DOUBLE_EQ(
      getHaloFactor(*indexing, 0, {1, 2, 8, 8}, {1, 4, 8, 8}, {1, 2, 4, 8}),
      2 * 10 / 8.0);
  // Nothing of the weights is read by all rows but what they share.
  EXPECT_DOUBLE_EQ(
      getHaloFactor(*indexing, 1, {4, 2, 3, 3}, {1, 4, 8, 8}, {1, 2, 8, 8}), 1);
  // The last row of all still reads from row 6 of channel 0 on.
  EXPECT_EQ(getOverlapDistance(*indexing, 0, {1, 2, 8, 8}, {1, 4, 8, 8}),
            4 * 64 - 6 * 8);
}
