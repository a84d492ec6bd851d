//===- Kernel.cpp ---------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Kernel.h"
#include "Dispatch.h"
#include "Execution.h"
#include "Kernels.h"
#include "onnc/IR/Context.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

static constexpr KernelEntry table[] = {
#define KERNEL(NAME, FUNCTION) {"onnx." #NAME, kernels::FUNCTION, true},
#define VALUE_KERNEL(NAME, FUNCTION) {"onnx." #NAME, kernels::FUNCTION, false},
#define QUANT_KERNEL(NAME, FUNCTION) {"quant." #NAME, kernels::FUNCTION, true},
#define PREVIEW_KERNEL(NAME, FUNCTION)                                         \
  {"onnx_preview." #NAME, kernels::FUNCTION, false},
#define ML_KERNEL(NAME, FUNCTION) {"onnx_ml." #NAME, kernels::FUNCTION, true},
#define ML_VALUE_KERNEL(NAME, FUNCTION)                                        \
  {"onnx_ml." #NAME, kernels::FUNCTION, false},
#include "Kernels.def"
};

ArrayRef<KernelEntry> interp::getKernels() { return table; }

const KernelEntry *interp::lookupKernel(StringRef operatorName) {
  static const StringMap<const KernelEntry *> byName = [] {
    StringMap<const KernelEntry *> map;
    for (const KernelEntry &entry : table)
      map[entry.name] = &entry;
    return map;
  }();
  return byName.lookup(operatorName);
}

bool onnc::isInterpretable(const OpInfo &info) {
  return lookupKernel(info.name) != nullptr;
}

std::vector<StringRef> onnc::getInterpretableOperators() {
  std::vector<StringRef> names;
  for (const KernelEntry &entry : table)
    names.push_back(entry.name);
  llvm::sort(names);
  return names;
}

static Error checkScalar(const TensorValue &tensor, unsigned i) {
  if (tensor.getNumElements() == 1 && !tensor.isString())
    return Error::success();
  return fail("operand " + Twine(i) + " has shape " +
              toText(tensor.getShape()) + " where one number is expected");
}

Expected<double> KernelContext::scalar(unsigned i) const {
  if (Error error = checkScalar(tensor(i), i))
    return error;
  return loadReal(tensor(i), 0);
}

Expected<int64_t> KernelContext::scalarInt(unsigned i) const {
  if (Error error = checkScalar(tensor(i), i))
    return error;
  if (isFloat(tensor(i).getElementType()))
    return fail("operand " + Twine(i) + " is not an integer");
  return loadInts(tensor(i))[0];
}

ElementType KernelContext::resultType(unsigned i) const {
  auto type = dyn_cast<TensorType>(op.getResult(i)->getType());
  assert(type && "the verifier knows that this result is a tensor");
  return type.getElementType();
}

/// At most so many bytes has a string that the kernel makes: it is put together
/// from one element of each operand, or comes from an attribute.
static uint64_t getLongestString(const Operation &op,
                                 ArrayRef<RuntimeValue> operands) {
  uint64_t sum = 0, longest = 0;
  for (const RuntimeValue &operand : operands) {
    if (!operand.isTensor() || !operand.getTensor().isString())
      continue;
    auto strings = operand.getTensor().elements<std::string>();
    uint64_t own = 0;
    for (int64_t i = 0, e = operand.getTensor().getNumElements(); i != e; ++i)
      own = std::max<uint64_t>(own, strings[i].size());
    sum += own;
  }
  for (const NamedAttr &attr : op.getAttrs()) {
    if (auto text = dyn_cast<StringAttr>(attr.value))
      longest = std::max<uint64_t>(longest, text.getValue().size());
    ArrayRef<std::string> list;
    if (auto texts = dyn_cast<StringsAttr>(attr.value))
      list = texts.getValue();
    if (auto constant = dyn_cast<ConstantAttr>(attr.value);
        constant && constant.getType().getElementType() == ElementType::String)
      list = constant.getData().getStrings();
    for (const std::string &text : list)
      longest = std::max<uint64_t>(longest, text.size());
  }
  return std::max(sum, longest);
}

Expected<TensorValue> KernelContext::allocate(ElementType type,
                                              ArrayRef<int64_t> shape) const {
  if (is_contained(shape, 0))
    if (Error error = execution.checkExtent(shape))
      return error;
  if (type == ElementType::String) {
    // Before a few long strings are copied into many places.
    Expected<int64_t> count = countElements(shape);
    if (!count)
      return count.takeError();
    const uint64_t bytes =
        SaturatingMultiply<uint64_t>(*count, getLongestString(op, operands));
    if (bytes > uint64_t(execution.budget->getLimit()))
      return fail(Twine(*count) + " strings of up to " +
                  Twine(getLongestString(op, operands)) +
                  " bytes exceed the limit of " +
                  Twine(execution.budget->getLimit()) + " bytes");
  }
  return TensorValue::allocate(type, shape, execution.budget);
}

const MemoryBudgetRef &KernelContext::getBudget() const {
  return execution.budget;
}

const RunOptions &KernelContext::getOptions() const {
  return execution.options;
}

std::optional<int64_t> KernelContext::evaluate(DimExpr dim) const {
  return dim.evaluate(execution.symbols);
}

Error KernelContext::countIteration() { return execution.countIteration(); }

Error KernelContext::countWork(ArrayRef<int64_t> factors) {
  return execution.countWork(factors);
}

uint64_t KernelContext::nextSeed() {
  if (auto seed = op.getAttrOfType<IntAttr>("seed"))
    return seed.getValue();
  if (auto seed = op.getAttrOfType<FloatAttr>("seed"))
    return llvm::bit_cast<uint64_t>(seed.getValue());
  return execution.nextSeed();
}

Expected<RuntimeValues> KernelContext::callRegion(unsigned i,
                                                  ArrayRef<RuntimeValue> args) {
  const Region &region = op.getRegion(i);
  const StringRef name = op.getInfo().regions[i];
  if (args.size() != region.getNumArguments())
    return fail("region '" + name + "' takes " +
                Twine(region.getNumArguments()) + " arguments, not " +
                Twine(args.size()));
  // Symbols that are bound in the body belong to this execution of it.
  SymbolValues outer = execution.symbols;
  RuntimeValues values(args);
  for (unsigned a = 0; a != values.size(); ++a) {
    Type type = region.getArgument(a)->getType();
    // A loop may start from an optional and carry what it holds from then on.
    if (isa<OptionalType>(type) && values[a] && !values[a].isOptional())
      values[a] = RuntimeValue::some(values[a]);
    if (Error error = checkType(values[a], type, execution.symbols))
      return contradiction(op, "argument " + Twine(a) + " of region '" + name +
                                   "' " + toString(std::move(error)));
  }
  Expected<RuntimeValues> results =
      execution.runRegion(region, std::move(values));
  execution.symbols = std::move(outer);
  return results;
}
