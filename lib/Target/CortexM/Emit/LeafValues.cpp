//===- LeafValues.cpp - Elements that operators compute -------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LeafWriter.h"
#include "Operators.h"
#include "Requantize.h"
#include "onnc/IR/KernelIndexing.h"
#include "onnc/IR/Ops/Quant.h"
#include "onnc/IR/Ops/Windows.h"
#include "onnc/IR/ShapeInference.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::cortexm;

//===----------------------------------------------------------------------===//
// One element of each operand
//===----------------------------------------------------------------------===//

/// "x + zero", as people write it.
static std::string plus(const std::string &x, int64_t number) {
  if (number == 0)
    return x;
  return x + (number < 0 ? " - " : " + ") + std::to_string(std::abs(number));
}

std::string LeafWriter::applyScaling(const Scaling &scaling, std::string value,
                                     int64_t zeroPoint, const CExpr &channel) {
  // An array is a parameter once, whoever asks for its elements.
  auto pick = [&]<typename T>(StringRef name, const std::vector<T> &values) {
    ElementType type = sizeof(T) == 8 ? ElementType::I64 : ElementType::I32;
    if (all_equal(values))
      return getLiteral(type, int64_t(values[0]));
    std::string &array = constants[values.data()];
    if (array.empty())
      array = addInts(name, values);
    return array + "[" + channel.str() + "]";
  };
  // The order of the parameters is the order of these.
  auto call = [&](StringRef function,
                  std::initializer_list<
                      std::pair<StringRef, const std::vector<int32_t> *>>
                      factors) {
    std::string text = (function + "(" + value).str();
    for (const auto &[name, values] : factors)
      text += ", " + pick(name, *values);
    return text + ")";
  };
  const auto *low = &scaling.multipliers, *high = &scaling.extra,
             *shifts = &scaling.shifts;
  std::string text;
  switch (scaling.kind) {
  case Scaling::High:
    text = call("scale_high", {{"multipliers", low}, {"shifts", shifts}});
    text.pop_back();
    return text + ", " + std::to_string(zeroPoint) + ")";
  case Scaling::Plain:
    text = call("scale", {{"multipliers", low}, {"shifts", shifts}});
    break;
  case Scaling::Even:
    text = call("scale_even",
                {{"multipliers", low}, {"shifts", shifts}, {"even", high}});
    break;
  case Scaling::Wide:
    text = call("scale_wide",
                {{"high", high}, {"multipliers", low}, {"shifts", shifts}});
    break;
  case Scaling::Exact:
    if (scaling.bound != INT32_MAX)
      value = "clamp_i32(" + value + ", " + std::to_string(-scaling.bound) +
              ", " + std::to_string(scaling.bound) + ")";
    text = call("scale_exact", {{"high", high},
                                {"multipliers", low},
                                {"divisors", &scaling.divisors},
                                {"shifts", shifts}});
    break;
  case Scaling::Quotient: {
    std::string numerator = pick("numerators", scaling.numerators);
    std::string denominator = pick("denominators", scaling.denominators);
    text = "saturate_i64(divide_even((int64_t)(" + value + ") * " + numerator +
           ", " + denominator + "))";
    break;
  }
  }
  return plus(text, zeroPoint);
}

/// \p value, which the zero point was added to, in the range of \p op's result.
static std::string saturate(const Operation &op, StringRef value) {
  quant::ResultRange range = quant::getResultRange(op);
  if (range.min == INT8_MIN && range.max == INT8_MAX)
    return ("saturate_i8(" + value + ")").str();
  if (range.min == 0 && range.max == UINT8_MAX)
    return ("saturate_u8(" + value + ")").str();
  return ("clamp_i32(" + value + ", " + Twine(range.min) + ", " +
          Twine(range.max) + ")")
      .str();
}

std::string LeafWriter::getRequantized(const Operation &op,
                                       const std::string &acc,
                                       const CExpr &channel) {
  std::unique_ptr<Scaling> &scaling = scalings[&op];
  if (!scaling)
    scaling = std::make_unique<Scaling>(*findScaling(op));
  return saturate(op,
                  applyScaling(*scaling, acc,
                               quant::getResultRange(op).zeroPoint, channel));
}

std::string LeafWriter::getQuantizedSum(const Operation &op,
                                        ArrayRef<std::string> values) {
  auto sum = findSum(op);
  assert(sum && "refused before");
  SmallVector<int64_t, 6> zeroPoints = op.getInts("input_zero_points");
  std::string text;
  for (auto [value, zero, multiplier] :
       zip_equal(values, zeroPoints, sum->multipliers))
    text += (text.empty() ? "" : " + ") + ("(int64_t)(" + plus(value, -zero)) +
            ") * " + getLiteral(ElementType::I64, multiplier);
  std::string total = newName("sum");
  line("const int64_t " + total + " = " + text + " + ((int64_t)1 << " +
       std::to_string(sum->shift - 1) + ");");
  std::string rounded = total + " >> " + std::to_string(sum->shift);
  if (sum->halvesToEven)
    rounded = "(" + rounded + ") & ~(int64_t)((" + total +
              " & (((int64_t)1 << " + std::to_string(sum->shift) +
              ") - 1)) == 0)";
  return saturate(op, plus("saturate_i64(" + rounded + ")",
                           quant::getResultRange(op).zeroPoint));
}

std::string LeafWriter::getScalar(const Operation &op, ArrayRef<CExpr> index) {
  Indexing indexing = *getIndexing(&op);
  auto iteration = getIteration(indexing, 0, index);
  SmallVector<std::string, 4> operands;
  for (unsigned i = 0; i < op.getNumOperands(); ++i) {
    const Value *operand = op.getOperand(i);
    if (!operand || operand->getType().isNone()) {
      operands.push_back("");
      continue;
    }
    ElementType type = operand->getTensorType().getElementType();
    // What is one number stands as one.
    if (auto number =
            held.contains(operand) ? std::nullopt : getConstantOperand(op, i))
      operands.push_back(getLiteral(type, *number));
    else
      operands.push_back(getValue(
          operand, getIndex(indexing, *indexing.operands[i], iteration)));
  }
  StringRef name = op.getName();
  if (name == "quant.Requantize") {
    std::string acc = operands[0];
    if (operands.size() > 1 && !operands[1].empty()) {
      bool mayWrap = any_of(quant::getSumRanges(op), [](ValueRange range) {
        return range.low == INT32_MIN || range.high == INT32_MAX;
      });
      acc = mayWrap ? "(int32_t)((uint32_t)" + acc + " + (uint32_t)" +
                          operands[1] + ")"
                    : acc + " + " + operands[1];
    }
    int64_t axis = op.getInt("axis", 1), rank = index.size();
    if (axis < 0)
      axis += rank;
    return getRequantized(op, acc, axis < rank ? index[axis] : CExpr(0));
  }
  if (name == "quant.Sum")
    return getQuantizedSum(op, operands);
  if (name == "quant.Mul")
    return "(" + plus(operands[0], -op.getInt("a_zero_point", 0)) + ") * (" +
           plus(operands[1], -op.getInt("b_zero_point", 0)) + ")";
  if (name == "quant.Table") {
    ConstantAttr table = op.getAttrOfType<ConstantAttr>("table");
    std::string &array = constants[&op];
    if (array.empty())
      array = addConstant("table", table.getType().getElementType(),
                          table.getData().materialize(table.getType()));
    int64_t lowest =
        quant::getLowest(op.getOperand(0)->getTensorType().getElementType());
    return array + "[" + plus(operands[0], -lowest) + "]";
  }
  return getScalarExpression(op, operands);
}

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

namespace {
/// How an element joins what was reduced before: $a and $x.
struct Reduction {
  StringLiteral op;
  StringLiteral start;
  StringLiteral step;
  /// Of the whole; $n is the number of elements.
  StringLiteral finish;
};
} // namespace

static constexpr Reduction reductions[] = {
    {"onnx.ReduceSum", "0", "$a + $x", "$a"},
    {"onnx.ReduceMean", "0", "$a + $x", "$a / $n"},
    {"onnx.ReduceProd", "1", "$a * $x", "$a"},
    {"onnx.ReduceMax", "least", "largest_f32($a, $x)", "$a"},
    {"onnx.ReduceMin", "most", "smallest_f32($a, $x)", "$a"},
    {"onnx.ReduceL1", "0", "$a + abs_f32($x)", "$a"},
    {"onnx.ReduceL2", "0", "$a + $x * $x", "sqrt_f32($a)"},
    {"onnx.ReduceSumSquare", "0", "$a + $x * $x", "$a"},
    {"onnx.GlobalAveragePool", "0", "$a + $x", "$a / $n"},
    {"onnx.GlobalMaxPool", "least", "largest_f32($a, $x)", "$a"},
    {"onnx.AveragePool", "0", "$a + $x", "$a / $n"},
    {"quant.SumPool", "0", "$a + $x", "$a"},
    {"onnx.Conv", "0", "$a + $x", "$a"},
    {"onnx.ConvInteger", "0", "$a + $x", "$a"},
    {"onnx.MatMul", "0", "$a + $x", "$a"},
    {"onnx.MatMulInteger", "0", "$a + $x", "$a"},
    {"onnx.Gemm", "0", "$a + $x", "$a"},
};

bool cortexm::isReduction(const Operation &op) {
  return op.getName() == "onnx.MaxPool" ||
         any_of(reductions,
                [&](const Reduction &r) { return r.op == op.getName(); });
}

static std::string fillIn(StringRef text, StringRef a, StringRef x,
                          StringRef n) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '$') {
      out += text[i];
      continue;
    }
    ++i;
    out += (text[i] == 'a' ? a : text[i] == 'x' ? x : n).str();
  }
  return out;
}

/// Which of its dimensions reduce, in the order in which operand 0 lies in
/// memory.
static SmallVector<unsigned, 4> getReductionOrder(const Indexing &indexing,
                                                  const LeafOperand *buffer) {
  SmallVector<unsigned, 4> order;
  for (unsigned i = 0; i < indexing.dims.size(); ++i)
    if (indexing.dims[i].isReduction)
      order.push_back(i);
  if (!buffer || !indexing.operands[0])
    return order;
  auto getStride = [&](unsigned dim) {
    int64_t stride = 0;
    for (auto [expr, s] : zip_equal(*indexing.operands[0], buffer->strides))
      for (const IndexTerm &term : expr.terms)
        if (term.dim == dim)
          stride = std::max(stride, s);
    return stride;
  };
  llvm::stable_sort(order, [&](unsigned a, unsigned b) {
    return getStride(a) > getStride(b);
  });
  return order;
}

CRange cortexm::clipWindow(const Indexing &indexing, const IndexExpr &expr,
                           unsigned dim, ArrayRef<CExpr> iteration,
                           int64_t extent) {
  CRange range = {0, indexing.dims[dim].extent};
  int64_t dilation = 0;
  CExpr rest = expr.constant;
  for (const IndexTerm &term : expr.terms) {
    if (term.dim == dim)
      dilation = term.coefficient;
    else
      rest = rest + iteration[term.dim] * term.coefficient;
  }
  Range possible = expr.getRange(indexing.getIterationSpace(), extent);
  // rest + dilation * k >= 0, and < extent.
  if (possible.lo < 0)
    range.lo =
        getMax(0, dilation == 1
                      ? rest * -1
                      : getQuotient(getMax(0, rest * -1) + CExpr(dilation - 1),
                                    dilation));
  if (possible.hi > extent)
    range.hi =
        getMin(range.hi,
               dilation == 1
                   ? CExpr(extent) - rest
                   : getQuotient(getMax(0, CExpr(extent + dilation - 1) - rest),
                                 dilation));
  return range;
}

/// The elements that an AveragePool divides by.
std::string LeafWriter::getWindowSize(const Operation &op,
                                      const Indexing &indexing,
                                      ArrayRef<CExpr> iteration) {
  auto windows = getWindows(const_cast<Operation *>(&op));
  bool padded = op.getInt("count_include_pad", 0);
  CExpr constant = 1;
  std::string text;
  for (auto [i, window] : enumerate(*windows)) {
    CExpr start = iteration[2 + i] * window.stride - CExpr(window.padBegin);
    int64_t low = padded ? -window.padBegin : 0;
    int64_t high = window.input + (padded ? window.padEnd : 0);
    // Where no window hangs over, bounds are the window's own.
    int64_t last =
        (window.output - 1) * window.stride - window.padBegin + window.kernel;
    CExpr size = window.kernel;
    if (-window.padBegin < low || last > high)
      size = getMin(start + window.kernel, high) - getMax(start, low);
    if (size.isConstant())
      constant = constant * size.getConstant();
    else
      text += (text.empty() ? "" : " * ") + size.atom();
  }
  if (text.empty())
    return getLiteral(ElementType::F32, constant.getConstant());
  if (constant.getConstant() != 1)
    text += " * " + constant.str();
  return "(float)(" + text + ")";
}

std::string LeafWriter::getReduced(const Operation &op,
                                   const Indexing &indexing,
                                   ArrayRef<CExpr> index) {
  StringRef name = op.getName();
  auto iteration = getIteration(indexing, 0, index);
  ElementType type = op.getResult()->getTensorType().getElementType();
  bool isReal = isFloat(type);
  Reduction reduction = {"", "0", "$a + $x", "$a"};
  for (const Reduction &r : reductions)
    if (r.op == name)
      reduction = r;
  if (name == "onnx.MaxPool") {
    if (isReal)
      reduction = {"", "least", "largest_f32($a, $x)", "$a"};
    else
      reduction = {"", "lowest", "max_i32($a, $x)", "$a"};
  }
  std::string start = reduction.start.str();
  if (start == "least")
    start = "-__builtin_inff()";
  else if (start == "most")
    start = "__builtin_inff()";
  else if (start == "lowest")
    start = std::to_string(
        quant::getLowest(op.getOperand(0)->getTensorType().getElementType()));
  else
    start = getLiteral(type, int64_t(start == "1"));
  std::string sum = newName(name.ends_with("Pool") ? "window" : "sum");
  line(getComputeType(type) + " " + sum + " = " + start + ";");

  // Where windows hang over, only what exists is read.
  SmallVector<unsigned, 4> order =
      getReductionOrder(indexing, getBuffer(op.getOperand(0)));
  auto shape = getStaticShape(op.getOperand(0));
  for (unsigned dim : order) {
    CRange range = {0, indexing.dims[dim].extent};
    for (auto [expr, extent] : zip_equal(*indexing.operands[0], shape))
      if (any_of(expr.terms, [&](const IndexTerm &t) { return t.dim == dim; }))
        range = clipWindow(indexing, expr, dim, iteration, extent);
    StringRef dimName = indexing.dims[dim].name;
    if (!(range.hi - range.lo).isConstant()) {
      range.lo = CExpr::term(define((dimName + "_lo").str(), range.lo));
      range.hi = CExpr::term(define((dimName + "_hi").str(), range.hi));
    }
    iteration[dim] = beginLoop(dimName, range.lo, range.hi);
  }
  auto read = [&](unsigned i) {
    return getValue(op.getOperand(i),
                    getIndex(indexing, *indexing.operands[i], iteration));
  };
  auto zeroPoint = [&](unsigned i) {
    return int64_t(getConstantOperand(op, i).value_or(0));
  };
  std::string element;
  if (name == "onnx.ConvInteger" || name == "onnx.MatMulInteger") {
    std::string x = plus(read(0), -zeroPoint(2));
    std::string w = plus(read(1), -zeroPoint(3));
    element = "(" + x + ") * (" + w + ")";
  } else if (name == "onnx.Conv" || name == "onnx.MatMul" ||
             name == "onnx.Gemm") {
    std::string x = read(0);
    element = x + " * " + read(1);
  } else {
    element = read(0);
    if (name == "quant.SumPool" && op.getInt("input_zero_point", 0))
      element = "(" + plus(element, -op.getInt("input_zero_point", 0)) + ")";
  }
  line(sum + " = " + fillIn(reduction.step, sum, element, "") + ";");
  for (unsigned i = 0; i < order.size(); ++i)
    endLoop();

  std::string count;
  if (name == "onnx.AveragePool") {
    count = getWindowSize(op, indexing, iteration);
  } else {
    int64_t n = 1;
    for (const IterationDim &dim : indexing.dims)
      if (dim.isReduction)
        n *= dim.extent;
    count = getLiteral(ElementType::F32, n);
  }
  return finishProduct(op, indexing, iteration,
                       fillIn(reduction.finish, sum, "", count));
}

/// What a Conv or Gemm makes of its sum of products.
std::string LeafWriter::finishProduct(const Operation &op,
                                      const Indexing &indexing,
                                      ArrayRef<CExpr> iteration,
                                      std::string sum) {
  StringRef name = op.getName();
  const std::string plain = sum;
  if (name == "onnx.Gemm" && op.getFloat("alpha", 1) != 1)
    sum = getLiteral(ElementType::F32, op.getFloat("alpha", 1)) + " * " + sum;
  if ((name == "onnx.Conv" || name == "onnx.Gemm") && op.getOperand(2)) {
    std::string bias = getValue(
        op.getOperand(2), getIndex(indexing, *indexing.operands[2], iteration));
    if (name == "onnx.Gemm" && op.getFloat("beta", 1) != 1)
      bias =
          getLiteral(ElementType::F32, op.getFloat("beta", 1)) + " * " + bias;
    sum += " + " + bias;
  }
  // A variable needs no other name.
  if (sum == plain &&
      all_of(sum, [](char c) { return isAlnum(c) || c == '_'; }))
    return sum;
  ElementType type = op.getResult()->getTensorType().getElementType();
  return define(type, "v", sum);
}
