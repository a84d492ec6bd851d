//===- Reducer.cpp --------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Testing/Reducer.h"
#include "onnc/IR/Builder.h"
#include "onnc/IR/ShapeInference.h"
#include "onnc/IR/Verifier.h"
#include "onnc/Interp/RuntimeValue.h"
#include <set>

using namespace llvm;
using namespace onnc;
using namespace onnc::smith;

namespace {

class Reducer {
public:
  Reducer(const Module &module, const InterestingFn &isInteresting,
          ReductionStatistics &statistics)
      : best(module.clone()), isInteresting(isInteresting),
        statistics(statistics) {}

  std::unique_ptr<Module> run();

private:
  using Change = function_ref<bool(Module &)>;
  /// Applies \p change to a copy of the best module (false: there is nothing to
  /// change), and keeps the copy where it is valid and interesting.
  bool attempt(Change change);

  bool reduceOutputs();
  bool reduceBodies();
  bool reduceOperations();
  bool reduceConstants();
  bool reduceSizes();
  bool reduceAttributes();

  Graph &main() { return *best->getMain(); }
  unsigned countOperations();

  std::unique_ptr<Module> best;
  const InterestingFn &isInteresting;
  ReductionStatistics &statistics;
};

} // namespace

//===----------------------------------------------------------------------===//
// Candidates
//===----------------------------------------------------------------------===//

/// How many of the last operands of \p op its bodies capture.
static unsigned countCaptures(Operation *op) {
  if (!op->getNumRegions())
    return 0;
  if (op->getInfo().findAttr("num_captures"))
    return op->getInt("num_captures", 0);
  return op->getNumOperands() - (op->getInfo().operands.size() - 1);
}

/// Erases what no body uses from the captured operands.
static void eraseUnusedCaptures(Operation *op) {
  unsigned left = countCaptures(op);
  for (unsigned i = left; i > 0; --i) {
    auto getArgument = [&](Region &region) {
      return region.getNumArguments() - left + i - 1;
    };
    bool used = false;
    for (unsigned r = 0; r < op->getNumRegions(); ++r)
      used |= op->getRegion(r)
                  .getArgument(getArgument(op->getRegion(r)))
                  ->hasUses();
    if (used)
      continue;
    for (unsigned r = 0; r < op->getNumRegions(); ++r)
      op->getRegion(r).eraseArgument(getArgument(op->getRegion(r)));
    op->eraseOperand(op->getNumOperands() - left + i - 1);
    --left;
    if (op->getInfo().findAttr("num_captures"))
      op->setAttr("num_captures", IntAttr::get(left));
  }
}

/// Erases what no result of \p body needs.
static void eraseDeadOperations(Region &body) {
  SmallVector<Operation *, 32> ops;
  for (Operation &op : body.getOps())
    ops.push_back(&op);
  for (Operation *op : reverse(ops)) {
    if (!op->hasUses() && !op->hasTrait(OpTrait::Terminator)) {
      op->erase();
      continue;
    }
    for (unsigned r = 0; r < op->getNumRegions(); ++r)
      eraseDeadOperations(op->getRegion(r));
    eraseUnusedCaptures(op);
  }
}

/// Erases what no output needs, inputs too, as long as one is left.
static void eraseDead(Graph &graph) {
  Region &body = graph.getBody();
  eraseDeadOperations(body);
  for (unsigned i = body.getNumArguments(); i-- > 0;)
    if (!body.getArgument(i)->hasUses() && body.getNumArguments() > 1)
      body.eraseArgument(i);
}

/// Forgets the types in the bodies of \p op, which inference finds again from
/// its operands; only what is one number stays one.
static void forgetBodyTypes(Operation &op) {
  Context &context = op.getContext();
  for (unsigned r = 0; r < op.getNumRegions(); ++r) {
    Region &body = op.getRegion(r);
    for (Value *argument : body.getArguments())
      if (TensorType type = argument->getTensorType();
          type && !(type.hasRank() && type.getRank() == 0))
        argument->setType(
            TensorType::getUnranked(context, type.getElementType()));
    for (Operation &inner : body.getOps()) {
      if (inner.hasTrait(OpTrait::ConstantLike))
        continue;
      forgetBodyTypes(inner);
      for (Value *result : inner.getResults())
        result->setType(NoneType::get(context));
    }
  }
}

/// Result types are inferred anew from inputs and constants; those that can't
/// be inferred stay.
static LogicalResult reinfer(Graph &graph) {
  for (Operation &op : graph.getBody().getOps()) {
    if (op.hasTrait(OpTrait::ConstantLike) || !op.getInfo().inferTypes)
      continue;
    SmallVector<Type, 2> before = op.getResultTypes();
    for (Value *result : op.getResults())
      result->setType(NoneType::get(op.getContext()));
    forgetBodyTypes(op);
    if (failed(inferTypes(&op)))
      return failure();
    for (auto [result, type] : zip_equal(op.getResults(), before))
      if (result->getType().isNone())
        result->setType(type);
  }
  return success();
}

bool Reducer::attempt(Change change) {
  auto candidate = best->clone();
  if (!change(*candidate))
    return false;
  DiagnosticEngine &diagnostics = best->getContext().getDiagnostics();
  auto handler = diagnostics.exchangeHandler([](const Diagnostic &) {});
  Graph &graph = *candidate->getMain();
  eraseDead(graph);
  const bool valid = succeeded(reinfer(graph)) && succeeded(verify(*candidate));
  diagnostics.exchangeHandler(std::move(handler));
  if (!valid)
    return false;
  ++statistics.tried;
  if (!isInteresting(*candidate))
    return false;
  ++statistics.kept;
  best = std::move(candidate);
  return true;
}

/// All operations, those of bodies behind their owner: clones have them in the
/// same order.
static SmallVector<Operation *, 32> getOperations(Graph &graph) {
  SmallVector<Operation *, 32> ops;
  graph.getBody().walk([&](Operation *op) { ops.push_back(op); });
  return ops;
}

static Operation *getOperation(Graph &graph, unsigned index) {
  return getOperations(graph)[index];
}

unsigned Reducer::countOperations() { return getOperations(main()).size(); }

/// All bytes 0, one of them stored.
static ConstantAttr makeZeros(TensorType type) {
  const unsigned bytes = std::max(1u, getBitWidth(type.getElementType()) / 8);
  return ConstantAttr::get(type, ConstantData(std::vector<char>(bytes), true));
}

static bool canBeConstant(Value *value) {
  TensorType type = value->getTensorType();
  return type && type.isStatic() &&
         type.getElementType() != ElementType::String;
}

//===----------------------------------------------------------------------===//
// Outputs and operations
//===----------------------------------------------------------------------===//

static void setOutputs(Graph &graph, ArrayRef<Value *> values) {
  std::vector<std::string> names;
  for (size_t i = 0; i < values.size(); ++i)
    names.push_back("y" + std::to_string(i));
  graph.getBody().getTerminator()->setOperands(values);
  graph.setOutputNames(std::move(names));
}

bool Reducer::reduceOutputs() {
  bool changed = false;
  // One alone, then without each.
  for (unsigned i = 0, n = main().getNumOutputs(); n > 1 && i < n; ++i)
    if (attempt([&](Module &module) {
          Graph &graph = *module.getMain();
          setOutputs(graph, {graph.getOutput(i)});
          return true;
        }))
      return true;
  for (unsigned i = main().getNumOutputs();
       main().getNumOutputs() > 1 && i-- > 0;)
    changed |= attempt([&](Module &module) {
      Graph &graph = *module.getMain();
      SmallVector<Value *, 4> values =
          graph.getBody().getTerminator()->getOperands();
      values.erase(values.begin() + i);
      setOutputs(graph, values);
      return true;
    });
  // The operands of what computes an output become outputs in its place.
  for (unsigned i = main().getNumOutputs(); i-- > 0;)
    changed |= attempt([&](Module &module) {
      Graph &graph = *module.getMain();
      Operation *op = graph.getOutput(i)->getDefiningOp();
      if (!op)
        return false;
      SmallVector<Value *, 4> values =
          graph.getBody().getTerminator()->getOperands();
      values.erase(values.begin() + i);
      for (Value *operand : op->getOperands())
        if (operand && !getConstantValue(operand) && !operand->isArgument() &&
            !is_contained(values, operand))
          values.push_back(operand);
      if (values.empty())
        return false;
      setOutputs(graph, values);
      return true;
    });
  return changed;
}

namespace {
/// What stands for an operation's results where no operand has their type.
enum class Substitute { Input, Zeros, OperandOfOtherShape };
} // namespace

/// Lets all results of \p op be operands of their type, else \p substitute.
/// False where nothing of the kind fits.
static bool bypass(Operation *op, Substitute substitute) {
  if (op->hasTrait(OpTrait::ConstantLike) || op->hasTrait(OpTrait::Terminator))
    return false;
  Graph &graph = *op->getParentGraph();
  Builder builder(op);
  for (Value *result : op->getResults()) {
    if (!result->hasUses())
      continue;
    Value *other = nullptr;
    for (Value *operand : op->getOperands())
      if (operand && operand->getType() == result->getType() &&
          !getConstantValue(operand))
        other = operand;
    if (!other && substitute == Substitute::OperandOfOtherShape) {
      // Types that follow are inferred anew.
      for (Value *operand : op->getOperands())
        if (operand && !other && operand->getTensorType() &&
            !getConstantValue(operand))
          other = operand;
      if (!other)
        return false;
    }
    if (!other && !canBeConstant(result))
      return false;
    if (!other && substitute == Substitute::Input) {
      // A body would have to capture it.
      if (!op->getParentRegion()->isTopLevel())
        return false;
      // A name that is free: those of the results are.
      std::string name = "r" + std::to_string(graph.getNumInputs());
      while (any_of(graph.getBody().getArguments(),
                    [&](Value *v) { return v->getName() == name; }))
        name += "_";
      other = graph.getBody().addArgument(result->getType(), name);
    }
    if (!other)
      other = builder.constant(makeZeros(result->getTensorType()));
    result->replaceAllUsesWith(other);
  }
  return true;
}

/// What a body computes takes the place of \p op: of If either branch, of Loop
/// the first iteration. False where there is no such body.
static bool inlineBody(Operation *op, unsigned index) {
  const StringRef name = op->getName();
  const bool isLoop = name == "onnx.Loop";
  if ((name != "onnx.If" && !isLoop) || index >= op->getNumRegions())
    return false;
  Region &body = op->getRegion(index);
  SmallVector<Value *, 4> operands = op->getOperands();
  SmallVector<Value *, 4> arguments = to_vector<4>(drop_begin(operands));
  if (isLoop) {
    const unsigned carried = op->getNumOperands() - 2 - countCaptures(op);
    if (op->getNumResults() != carried)
      return false;
    Builder builder(op);
    Value *first = builder.constantInts({0}, /*scalar=*/true);
    TensorType condition = TensorType::get(op->getContext(), ElementType::Bool,
                                           ArrayRef<int64_t>());
    arguments.front() = builder.constant(
        ConstantAttr::get(condition, ConstantData(std::vector<char>{1})));
    arguments.insert(arguments.begin(), first);
  }
  SmallVector<Value *, 4> results = body.inlineBefore(op, arguments);
  for (auto [i, result] : enumerate(op->getResults()))
    result->replaceAllUsesWith(results[i + isLoop]);
  op->erase();
  return true;
}

bool Reducer::reduceBodies() {
  bool changed = false;
  for (unsigned i = countOperations(); i-- > 0;)
    for (unsigned index : {0u, 1u})
      changed |= i < countOperations() && attempt([&](Module &module) {
                   return inlineBody(getOperation(*module.getMain(), i), index);
                 });
  return changed;
}

bool Reducer::reduceOperations() {
  bool changed = false;
  for (unsigned chunk = std::max(1u, countOperations() / 2); chunk > 0;
       chunk /= 2)
    for (unsigned end = countOperations(); end > 0;
         end -= std::min(end, chunk)) {
      end = std::min(end, countOperations());
      const unsigned begin = end - std::min(end, chunk);
      for (Substitute substitute : {Substitute::Input, Substitute::Zeros,
                                    Substitute::OperandOfOtherShape})
        if (attempt([&](Module &module) {
              SmallVector<Operation *, 16> ops;
              for (unsigned i = begin; i < end; ++i)
                ops.push_back(getOperation(*module.getMain(), i));
              bool any = false;
              for (Operation *op : ops)
                any |= bypass(op, substitute);
              return any;
            })) {
          changed = true;
          break;
        }
    }
  // Optional operands.
  for (unsigned i = countOperations(); i-- > 0;) {
    if (i >= countOperations() || getOperation(main(), i)->getNumRegions())
      continue;
    for (unsigned k = getOperation(main(), i)->getNumOperands(); k-- > 1;)
      changed |= attempt([&](Module &module) {
        Operation *op = getOperation(*module.getMain(), i);
        if (op->hasTrait(OpTrait::Terminator) || op->getNumRegions() ||
            k >= op->getNumOperands() || !op->getOperand(k))
          return false;
        if (k + 1 == op->getNumOperands())
          op->eraseOperand(k);
        else
          op->setOperand(k, nullptr);
        return true;
      });
  }
  return changed;
}

//===----------------------------------------------------------------------===//
// Constants, sizes, attributes
//===----------------------------------------------------------------------===//

bool Reducer::reduceConstants() {
  bool changed = false;
  for (unsigned i = 0; i < countOperations(); ++i)
    changed |= attempt([&](Module &module) {
      Operation *op = getOperation(*module.getMain(), i);
      ConstantAttr value = getConstantValue(
          op->getNumResults() == 1 ? op->getResult() : nullptr);
      if (!value || value.getData().isSplat() ||
          value.getType().getNumElements().value_or(0) < 2 ||
          !isFloat(value.getType().getElementType()) ||
          getBitWidth(value.getType().getElementType()) < 8)
        return false;
      // The first element everywhere: scales stay positive.
      ArrayRef<char> bytes = value.getData().getBytes().take_front(
          getBitWidth(value.getType().getElementType()) / 8);
      op->setAttr("value", ConstantAttr::get(
                               value.getType(),
                               ConstantData(std::vector<char>(bytes), true)));
      return true;
    });
  return changed;
}

/// The part of \p value from the front of each dimension that has \p shape.
static ConstantAttr cutConstant(Context &context, ConstantAttr value,
                                ArrayRef<int64_t> shape) {
  TensorType type =
      TensorType::get(context, value.getType().getElementType(), shape);
  if (value.getData().isSplat())
    return ConstantAttr::get(type, value.getData());
  TensorValue whole = cantFail(TensorValue::fromConstant(value));
  const unsigned size = getElementSize(whole.getElementType());
  TensorValue part =
      cantFail(TensorValue::allocate(whole.getElementType(), shape));
  char *to = nullptr;
  std::vector<char> bytes(part.getNumElements() * size);
  to = bytes.data();
  for (int64_t i = 0; i < part.getNumElements(); ++i) {
    int64_t rest = i, from = 0, stride = 1;
    for (size_t d = shape.size(); d-- > 0;) {
      from += rest % shape[d] * stride;
      rest /= shape[d];
      stride *= whole.getDim(d);
    }
    std::memcpy(to + i * size, whole.getBytes().data() + from * size, size);
  }
  auto storage = std::make_shared<std::vector<char>>(std::move(bytes));
  return TensorValue::view(whole.getElementType(), shape, storage->data(),
                           storage)
      .toConstant(context);
}

namespace {
/// Which dimensions change, of an input or a constant.
struct SizeChange {
  int64_t from, to;
  /// Only dimension \c dim of leaf \c leaf, where that isn't -1.
  int leaf = -1;
  unsigned dim = 0;
  /// Elements of constant shapes, too.
  bool elements = false;
};
} // namespace

/// Inputs and constants, in order.
static SmallVector<Value *, 16> getLeaves(Graph &graph) {
  SmallVector<Value *, 16> leaves;
  for (Value *input : graph.getBody().getArguments())
    if (canBeConstant(input))
      leaves.push_back(input);
  for (Operation &op : graph.getBody().getOps())
    if (op.getNumResults() == 1 && getConstantValue(op.getResult()) &&
        canBeConstant(op.getResult()))
      leaves.push_back(op.getResult());
  return leaves;
}

static bool applySizes(Module &module, const SizeChange &change) {
  Context &context = module.getContext();
  bool changed = false;
  for (auto [i, leaf] : enumerate(getLeaves(*module.getMain()))) {
    auto shape = *leaf->getTensorType().getStaticShape();
    auto wanted = shape;
    for (auto [d, size] : enumerate(wanted))
      if (size == change.from &&
          (change.leaf < 0 || (change.leaf == int(i) && change.dim == d)))
        size = change.to;
    ConstantAttr value = getConstantValue(leaf);
    if (wanted != shape) {
      changed = true;
      if (value) {
        value = cutConstant(context, value, wanted);
        leaf->getDefiningOp()->setAttr("value", value);
      }
      leaf->setType(TensorType::get(context,
                                    leaf->getTensorType().getElementType(),
                                    ArrayRef<int64_t>(wanted)));
    }
    auto numbers =
        value && change.elements ? value.getIntValues(16) : std::nullopt;
    if (numbers && value.getType().getElementType() == ElementType::I64 &&
        is_contained(*numbers, change.from)) {
      changed = true;
      std::replace(numbers->begin(), numbers->end(), change.from, change.to);
      leaf->getDefiningOp()->setAttr(
          "value", ConstantAttr::getInts(context, *numbers,
                                         value.getType().getRank() == 0));
    }
  }
  return changed;
}

bool Reducer::reduceSizes() {
  bool changed = false;
  auto tryAll = [&](SizeChange change) {
    for (int64_t to : {int64_t(1), change.from / 2, change.from - 1})
      for (bool elements : {false, true}) {
        change.to = to;
        change.elements = elements;
        if (to > 0 && to < change.from &&
            attempt([&](Module &module) { return applySizes(module, change); }))
          return true;
      }
    return false;
  };
  std::set<int64_t, std::greater<>> sizes;
  for (Value *leaf : getLeaves(main())) {
    auto shape = *leaf->getTensorType().getStaticShape();
    sizes.insert(shape.begin(), shape.end());
  }
  for (int64_t size : sizes)
    changed |= tryAll({size, 0});
  for (size_t i = 0; i < getLeaves(main()).size(); ++i)
    for (unsigned d = 0; i < getLeaves(main()).size() &&
                         d < getLeaves(main())[i]->getTensorType().getRank();
         ++d) {
      auto shape = *getLeaves(main())[i]->getTensorType().getStaticShape();
      changed |= tryAll({shape[d], 0, int(i), d});
    }
  return changed;
}

bool Reducer::reduceAttributes() {
  bool changed = false;
  for (unsigned i = 0; i < countOperations(); ++i) {
    if (getOperation(main(), i)->hasTrait(OpTrait::ConstantLike))
      continue;
    std::vector<std::string> names;
    for (const NamedAttr &attr : getOperation(main(), i)->getAttrs())
      if (attr.name != "num_captures")
        names.push_back(attr.name.str());
    for (const std::string &name : names) {
      if (attempt([&](Module &module) {
            getOperation(*module.getMain(), i)->removeAttr(name);
            return true;
          })) {
        changed = true;
        continue;
      }
      // All at once, then one by one; 1 is the least of sizes, 0 of the rest.
      const size_t count = getOperation(main(), i)->getInts(name).size();
      for (int64_t simple : {0, 1})
        for (size_t k = 0; k <= count && count; ++k)
          changed |= attempt([&](Module &module) {
            Operation *op = getOperation(*module.getMain(), i);
            SmallVector<int64_t, 6> values = op->getInts(name);
            for (auto [at, value] : enumerate(values))
              if ((k == 0 || k == at + 1) && value > simple)
                value = simple;
            if (values == op->getInts(name))
              return false;
            op->setAttr(name, IntsAttr::get(values));
            return true;
          });
    }
  }
  return changed;
}

std::unique_ptr<Module> Reducer::run() {
  bool changed = true;
  while (changed) {
    changed = false;
    while (reduceOutputs())
      changed = true;
    changed |= reduceBodies();
    changed |= reduceOperations();
    changed |= reduceSizes();
    changed |= reduceAttributes();
    changed |= reduceConstants();
  }
  return std::move(best);
}

std::unique_ptr<Module> smith::reduceModule(const Module &module,
                                            const InterestingFn &isInteresting,
                                            ReductionStatistics &statistics) {
  return Reducer(module, isInteresting, statistics).run();
}
