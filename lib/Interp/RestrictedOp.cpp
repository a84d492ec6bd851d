//===- RestrictedOp.cpp ---------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RestrictedOp.h"
#include "Iteration.h"
#include "onnc/IR/Context.h"
#include "onnc/IR/Ops/Onnx.h"
#include "onnc/IR/Ops/Quant.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

static RunOptions withoutObserver(RunOptions options) {
  options.observer = nullptr;
  return options;
}

OperatorRestrictor::OperatorRestrictor(Context &context,
                                       const RunOptions &options)
    : options(withoutObserver(options)), execution(this->options),
      variants(context), graph(variants.addGraph("variants")) {}

Box OperatorRestrictor::Request::getOperandBox(unsigned i) const {
  return indexing.getOperandBox(i, iteration, getStaticShape(op.getOperand(i)));
}

Box OperatorRestrictor::Request::getResultBox(unsigned i) const {
  return indexing.getResultBox(i, iteration, getStaticShape(op.getResult(i)));
}

/// Are reductions left out?
static bool isPartial(const Indexing &indexing, ArrayRef<Range> iteration) {
  return any_of(zip_equal(indexing.dims, iteration), [](auto pair) {
    auto &[dim, range] = pair;
    return dim.isReduction && range != Range{0, dim.extent};
  });
}

Expected<OperatorRestrictor::Results>
OperatorRestrictor::run(const KernelIndexing::Step &step,
                        const std::optional<Box> &iteration, Operands operands,
                        ArrayRef<const Box *> wanted) {
  const Operation &op = *step.op;
  for (const auto &operand : operands)
    if (operand && operand->tensor.isString())
      return fail("tensors of strings have no tiles");
  if (!iteration)
    return runWhole(op, operands, wanted);
  Request request = {op, *step.indexing, *iteration, operands, wanted};
  for (auto way :
       {&OperatorRestrictor::moveElements, &OperatorRestrictor::runWindows,
        &OperatorRestrictor::runSliced}) {
    auto results = (this->*way)(request);
    if (!results)
      return results.takeError();
    if (*results)
      return std::move(**results);
  }
  // Zeros where nothing is known add nothing to a sum of products. (Of several
  // groups the boxes hold more than the parts.)
  const bool sumsProducts =
      isa<onnx::ConvTransposeOp>(op) && op.getInt("group", 1) == 1;
  if (isPartial(*step.indexing, *iteration) && !sumsProducts)
    return fail("a part of the reductions can't be computed by itself");
  return runWhole(op, operands, wanted);
}

Expected<TensorBox> OperatorRestrictor::runConstant(const Operation &op) {
  auto results = execution.runOperation(op, {});
  if (!results)
    return results.takeError();
  TensorValue tensor = (*results)[0].getTensor();
  return TensorBox{tensor, getFullBox(tensor.getShape())};
}

Expected<RuntimeValues>
OperatorRestrictor::runVariant(const Operation &op,
                               ArrayRef<NamedAttr> overrides,
                               ArrayRef<RuntimeValue> operands) {
  std::string key;
  raw_string_ostream os(key);
  os << &op;
  for (const NamedAttr &attr : overrides)
    os << ';' << attr.name << '=' << attr.value.str();
  Operation *&variant = variantOf[key];
  if (!variant) {
    Context &context = variants.getContext();
    auto unranked = [&](const Value *value) -> Type {
      if (TensorType type = value->getTensorType())
        return TensorType::getUnranked(context, type.getElementType());
      return value->getType();
    };
    SmallVector<Value *, 4> formals;
    for (const Value *operand : op.getOperands())
      formals.push_back(operand ? graph.getBody().addArgument(unranked(operand))
                                : nullptr);
    SmallVector<Type, 2> results;
    for (const Value *result : op.getResults())
      results.push_back(unranked(result));
    // The last of equal names counts.
    SmallVector<NamedAttr, 8> attributes(op.getAttrs());
    append_range(attributes, overrides);
    variant = Operation::create(context, op.getLoc(), op.getInfo(), formals,
                                results, attributes);
    graph.getBody().push_back(variant);
  }
  return execution.runOperation(*variant, operands);
}

//===----------------------------------------------------------------------===//
// Data movement
//===----------------------------------------------------------------------===//

static int64_t evaluate(const IndexExpr &expr, ArrayRef<int64_t> dims) {
  int64_t sum = expr.constant;
  auto wrap = [](int64_t value, int64_t modulus) {
    return modulus ? value - divideFloorSigned(value, modulus) * modulus
                   : value;
  };
  for (const IndexTerm &term : expr.terms)
    sum += term.coefficient *
           wrap(divideFloorSigned(dims[term.dim], term.divisor), term.modulus);
  return wrap(divideFloorSigned(sum, expr.divisor), expr.modulus);
}

/// The iteration that computes the element \p index of a result.
static SmallVector<int64_t, 8> getIteration(const Indexing &indexing,
                                            const Access &result,
                                            ArrayRef<int64_t> index) {
  SmallVector<int64_t, 8> dims(indexing.dims.size());
  for (auto [expr, i] : zip_equal(result, index))
    if (auto dim = expr.getSingleDim())
      dims[*dim] = i - expr.constant;
  return dims;
}

/// A single element of the type of \p op's result for what lies outside of all
/// operands; nullopt where the operator has none.
static std::optional<TensorValue>
getOutside(const Operation &op, OperatorRestrictor::Operands operands,
           const MemoryBudgetRef &budget) {
  if (!isa<onnx::PadOp>(op))
    return std::nullopt;
  if (operands.size() > 2 && operands[2])
    return operands[2]->tensor;
  return cantFail(
      TensorValue::allocate(operands[0]->tensor.getElementType(), {}, budget));
}

OperatorRestrictor::Attempt
OperatorRestrictor::moveElements(const Request &request) {
  const Indexing &indexing = request.indexing;
  if (!indexing.isDataMovement)
    return std::nullopt;
  auto outside = getOutside(request.op, request.operands, getBudget());
  Results results;
  for (unsigned r = 0; r != request.op.getNumResults(); ++r) {
    results.emplace_back();
    if (!request.wanted[r])
      continue;
    const Box &box = *request.wanted[r];
    auto allocated = TensorValue::allocate(
        request.op.getResult(r)->getTensorType().getElementType(),
        getShape(box), getBudget());
    if (!allocated)
      return allocated.takeError();
    const int64_t size = getElementSize(allocated->getElementType());
    char *to = getMutableBytes(*allocated);
    Error error = Error::success();
    forEachIndex(getShape(box), [&](ArrayRef<int64_t> local) {
      if (error)
        return;
      Shape index(local);
      for (auto [i, range] : zip_equal(index, box))
        i += range.lo;
      auto dims = getIteration(indexing, indexing.results[r], index);
      const char *from = outside ? outside->getBytes().data() : nullptr;
      for (auto [i, access] : enumerate(indexing.operands)) {
        if (!access)
          continue;
        Shape full = getStaticShape(request.op.getOperand(i));
        int64_t at = 0;
        bool inside = true, known = request.operands[i].has_value();
        Shape place;
        for (auto [d, expr] : enumerate(*access)) {
          place.push_back(::evaluate(expr, dims));
          inside &= place.back() >= 0 && place.back() < full[d];
        }
        if (!inside)
          continue;
        for (size_t d = 0; known && d != place.size(); ++d) {
          const Range range = request.operands[i]->box[d];
          known = range.contains(place[d]);
          at = at * range.size() + place[d] - range.lo;
        }
        if (!known) {
          error = fail("the element " + toText(place) + " of operand " +
                       Twine(i) + " is read, which the indexing doesn't name");
          return;
        }
        from = request.operands[i]->tensor.getBytes().data() + at * size;
        break;
      }
      if (!from)
        error = fail("an element that lies outside of all operands");
      else
        std::memcpy(to, from, size);
      to += size;
    });
    if (error)
      return error;
    results.back() = {std::move(*allocated), box};
  }
  return results;
}

//===----------------------------------------------------------------------===//
// Windows
//===----------------------------------------------------------------------===//

static std::optional<unsigned> getWeightsOperand(const Operation &op) {
  // Only looks at the operation.
  Value *weights = getWindowWeights(const_cast<Operation *>(&op));
  for (unsigned i = 0; weights && i != op.getNumOperands(); ++i)
    if (op.getOperand(i) == weights)
      return i;
  return std::nullopt;
}

/// The parts of a convolution's output channels that are convolutions: parts of
/// one group, or several whole ones. \p inputs: of a group.
SmallVector<OperatorRestrictor::Segment, 3>
OperatorRestrictor::cutGroups(Range outputs, Range inputs,
                              int64_t outputChannels, int64_t inputChannels,
                              int64_t groups) {
  SmallVector<Segment, 3> segments;
  const int64_t out = outputChannels / groups, in = inputChannels / groups;
  const bool wholeInputs = inputs == Range{0, in};
  for (int64_t m = outputs.lo; m < outputs.hi;) {
    const int64_t group = m / out;
    int64_t count = 1;
    int64_t end = std::min((group + 1) * out, outputs.hi);
    // A group may be followed by others where both are whole.
    if (wholeInputs && m == group * out && end == (group + 1) * out) {
      count = (outputs.hi - m) / out;
      end = m + count * out;
    }
    segments.push_back(
        {{m, end},
         {group * in + inputs.lo, (group + count - 1) * in + inputs.hi},
         count});
    m = end;
  }
  return segments;
}

OperatorRestrictor::Attempt
OperatorRestrictor::runWindows(const Request &request) {
  const Operation &op = request.op;
  const bool isConv =
      isa<onnx::ConvOp, onnx::ConvIntegerOp, onnx::QLinearConvOp>(op);
  if (!isConv && !isa<onnx::MaxPoolOp, onnx::AveragePoolOp, onnx::LpPoolOp,
                      quant::SumPoolOp>(op))
    return std::nullopt;
  // Where the maximum is, is said in coordinates of the whole input; parts of a
  // pool's windows aren't windows.
  if (count_if(request.wanted, [](const Box *box) { return box; }) != 1 ||
      !request.wanted[0] ||
      (!isConv && isPartial(request.indexing, request.iteration)))
    return std::nullopt;
  auto windows = getWindows(const_cast<Operation *>(&op));
  if (!windows)
    return std::nullopt;
  Box box = request.getResultBox(0);
  auto allocated =
      TensorValue::allocate(op.getResult(0)->getTensorType().getElementType(),
                            getShape(box), getBudget());
  if (!allocated)
    return allocated.takeError();
  TensorBox result = {std::move(*allocated), box};

  SmallVector<Segment, 3> segments = {{box[1], box[1], 1}};
  if (isConv)
    segments =
        cutGroups(box[1], request.getOperandBox(*getWeightsOperand(op))[1],
                  getStaticShape(op.getResult(0))[1],
                  getStaticShape(op.getOperand(0))[1], op.getInt("group", 1));
  for (const Segment &segment : segments) {
    bool applies = true;
    auto part = runWindowSegment(request, *windows, segment, applies);
    if (!part)
      return part.takeError();
    if (!applies)
      return std::nullopt;
    Box region = box;
    region[1] = segment.outputs;
    copyBox({std::move(*part), region}, result, region);
  }
  Results results(op.getNumResults());
  results[0] = std::move(result);
  return results;
}

namespace {
/// The windows of a box of the result, as windows over a part of the input.
struct RestrictedWindows {
  Shape kernel, pads;
  /// Of the input, spatial dimensions only.
  Box input;
  bool ceilMode = false;
};
} // namespace

/// \p results and \p kernels: ranges for every spatial dimension. nullopt where
/// all windows lie in the padding.
static std::optional<RestrictedWindows>
restrictWindows(ArrayRef<Window> windows, ArrayRef<Range> results,
                ArrayRef<Range> kernels) {
  RestrictedWindows out;
  Shape ends;
  for (auto [w, result, kernel] : zip_equal(windows, results, kernels)) {
    const int64_t origin = kernel.lo * w.dilation - w.padBegin;
    Range read = {result.lo * w.stride + origin,
                  (result.hi - 1) * w.stride + origin +
                      (kernel.size() - 1) * w.dilation + 1};
    Range inside = read.intersect({0, w.input});
    if (inside.empty())
      return std::nullopt;
    out.input.push_back(inside);
    out.kernel.push_back(kernel.size());
    out.pads.push_back(inside.lo - read.lo);
    // What a window reads behind the padding isn't counted: it is there because
    // the number of windows was rounded up.
    const int64_t behind = std::max<int64_t>(read.hi - (w.input + w.padEnd), 0);
    ends.push_back(read.hi - inside.hi - behind);
    out.ceilMode |= behind > 0;
  }
  append_range(out.pads, ends);
  return out;
}

Expected<TensorValue>
OperatorRestrictor::runWindowSegment(const Request &request,
                                     ArrayRef<Window> windows,
                                     const Segment &segment, bool &applies) {
  const Operation &op = request.op;
  auto weights = getWeightsOperand(op);
  Box result = request.getResultBox(0), kernel;
  if (weights)
    kernel = request.getOperandBox(*weights);
  SmallVector<Range, 3> kernels;
  for (auto [i, window] : enumerate(windows))
    kernels.push_back(weights ? kernel[i + 2] : Range{0, window.kernel});
  auto restricted =
      restrictWindows(windows, ArrayRef(result).drop_front(2), kernels);
  if (!restricted) {
    applies = false;
    return TensorValue();
  }

  RuntimeValues values(op.getNumOperands());
  for (auto [i, operand] : enumerate(request.operands)) {
    if (!operand)
      continue;
    Box box = operand->box;
    if (i == 0) {
      box = {result[0], segment.inputs};
      append_range(box, restricted->input);
    } else if (weights == i) {
      box = kernel;
      box[0] = segment.outputs;
    } else if (box.size() == 1 && request.indexing.operands[i] &&
               !(*request.indexing.operands[i])[0].terms.empty()) {
      box[0] = segment.outputs;
    }
    auto part = slice(*operand, box, getBudget());
    if (!part)
      return part;
    values[i] = std::move(*part);
  }
  SmallVector<NamedAttr, 6> attributes = {
      {"auto_pad", StringAttr::get("NOTSET")},
      {"kernel_shape", IntsAttr::get(restricted->kernel)},
      {"pads", IntsAttr::get(restricted->pads)}};
  if (weights)
    attributes.push_back({"group", IntAttr::get(segment.groups)});
  else
    attributes.push_back({"ceil_mode", IntAttr::get(restricted->ceilMode)});
  auto computed = runVariant(op, attributes, values);
  if (!computed)
    return computed.takeError();
  const TensorValue &tensor = (*computed)[0].getTensor();
  Box region = result;
  region[1] = segment.outputs;
  applies = tensor.getShape() == ArrayRef<int64_t>(getShape(region));
  return tensor;
}

//===----------------------------------------------------------------------===//
// Slices
//===----------------------------------------------------------------------===//

/// Does the operator treat every index of a dimension that its indexing names
/// alike? Not those whose elements depend on where they are (Trilu), or that
/// take positions as values (Scatter).
static bool commutesWithSlicing(const Operation &op) {
  if (op.hasTrait(OpTrait::NonDeterministic))
    return false;
  if (op.hasTrait(OpTrait::Elementwise))
    return true;
  return isa<onnx::GemmOp, onnx::MatMulOp, onnx::MatMulIntegerOp,
             onnx::QLinearMatMulOp, onnx::EinsumOp, onnx::ReduceSumOp,
             onnx::ReduceMeanOp, onnx::ReduceProdOp, onnx::ReduceMaxOp,
             onnx::ReduceMinOp, onnx::ReduceL1Op, onnx::ReduceL2Op,
             onnx::ReduceLogSumOp, onnx::ReduceLogSumExpOp,
             onnx::ReduceSumSquareOp, onnx::ArgMaxOp, onnx::ArgMinOp,
             onnx::SoftmaxOp, onnx::LogSoftmaxOp, onnx::HardmaxOp,
             onnx::LpNormalizationOp, onnx::BatchNormalizationOp,
             onnx::InstanceNormalizationOp, onnx::LayerNormalizationOp,
             onnx::MeanVarianceNormalizationOp, onnx::GlobalAveragePoolOp,
             onnx::GlobalMaxPoolOp, onnx::GlobalLpPoolOp, onnx::GatherOp,
             onnx::GatherElementsOp, onnx::CumSumOp, onnx::CastLikeOp,
             onnx::RMSNormalizationOp, onnx::TopKOp, onnx::QuantizeLinearOp,
             onnx::DequantizeLinearOp, quant::RequantizeOp, quant::SoftmaxOp>(
      op);
}

/// Is every index a dimension's counter, the whole dimension, or 0?
static bool isSliced(const Access &access) {
  return all_of(access, [](const IndexExpr &expr) {
    auto dim = expr.getSingleDim();
    return expr.whole || (dim && expr.constant == 0) ||
           (expr.terms.empty() && expr.isExact() && expr.constant == 0);
  });
}

/// Scales in an attribute that belong to indices of the result.
static Expected<SmallVector<NamedAttr, 1>>
sliceAttributes(const Operation &op, ArrayRef<Range> result,
                const MemoryBudgetRef &budget) {
  SmallVector<NamedAttr, 1> sliced;
  auto scales = op.getAttrOfType<ConstantAttr>("channel_scales");
  if (!isa<quant::RequantizeOp>(op) || !scales ||
      scales.getType().getNumElements() == 1)
    return sliced;
  auto axis = resolveAxis(op.getInt("axis", 1), result.size());
  if (!axis)
    return axis.takeError();
  auto tensor = TensorValue::fromConstant(scales, budget);
  if (!tensor)
    return tensor.takeError();
  auto part =
      slice({*tensor, getFullBox(tensor->getShape())}, {result[*axis]}, budget);
  if (!part)
    return part.takeError();
  sliced.push_back({"channel_scales", part->toConstant(op.getContext())});
  return sliced;
}

OperatorRestrictor::Attempt
OperatorRestrictor::runSliced(const Request &request) {
  const Operation &op = request.op;
  const Indexing &indexing = request.indexing;
  if (!commutesWithSlicing(op) || !all_of(indexing.results, isSliced) ||
      any_of(indexing.operands,
             [](auto &access) { return access && !isSliced(*access); }))
    return std::nullopt;
  RuntimeValues values(op.getNumOperands());
  for (auto [i, operand] : enumerate(request.operands)) {
    if (!operand)
      continue;
    auto part = indexing.operands[i]
                    ? slice(*operand, request.getOperandBox(i), getBudget())
                    : operand->tensor;
    if (!part)
      return part.takeError();
    values[i] = std::move(*part);
  }
  auto attributes = sliceAttributes(op, request.getResultBox(0), getBudget());
  if (!attributes)
    return attributes.takeError();
  auto computed = runVariant(op, *attributes, values);
  if (!computed)
    return computed.takeError();
  Results results(op.getNumResults());
  for (auto [r, value] : enumerate(*computed)) {
    if (!request.wanted[r])
      continue;
    Box box = request.getResultBox(r);
    if (value.getTensor().getShape() != ArrayRef<int64_t>(getShape(box)))
      return std::nullopt;
    results[r] = {value.getTensor(), box};
  }
  return results;
}

//===----------------------------------------------------------------------===//
// Everything
//===----------------------------------------------------------------------===//

Expected<OperatorRestrictor::Results>
OperatorRestrictor::runWhole(const Operation &op, Operands operands,
                             ArrayRef<const Box *> wanted) {
  RuntimeValues values(op.getNumOperands());
  for (auto [i, operand] : enumerate(operands)) {
    if (!operand)
      continue;
    const Shape shape = getStaticShape(op.getOperand(i));
    if (operand->tensor.getShape() == ArrayRef<int64_t>(shape)) {
      values[i] = operand->tensor;
      continue;
    }
    auto whole = TensorValue::allocate(operand->tensor.getElementType(), shape,
                                       getBudget());
    if (!whole)
      return whole.takeError();
    TensorBox target = {std::move(*whole), getFullBox(shape)};
    copyBox(*operand, target, operand->box);
    values[i] = std::move(target.tensor);
  }
  auto computed = execution.runOperation(op, values);
  if (!computed)
    return computed.takeError();
  Results results(op.getNumResults());
  for (auto [r, value] : enumerate(*computed))
    if (wanted[r])
      results[r] = {value.getTensor(),
                    getFullBox(value.getTensor().getShape())};
  return results;
}
