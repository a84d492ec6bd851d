//===- LeafWriter.cpp -----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LeafWriter.h"
#include "Requantize.h"
#include "onnc/IR/KernelIndexing.h"
#include "onnc/IR/ShapeInference.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::cortexm;

//===----------------------------------------------------------------------===//
// The function's interface
//===----------------------------------------------------------------------===//

LeafWriter::LeafWriter(CFile &file, const Graph *kernel)
    : file(file), kernel(kernel) {
  for (const Helper &helper : getHelpers())
    names.add(helper.name);
}

LeafWriter::~LeafWriter() = default;

LeafOperand &LeafWriter::addBuffer(const Value *value, ElementType element,
                                   StringRef name, bool isOutput, bool isShared,
                                   StringRef argument) {
  LeafOperand &operand = (isOutput ? outputs : inputs).emplace_back();
  operand.value = value;
  operand.element = element;
  operand.pointer = names.add(name);
  parameters.push_back({((isOutput ? "" : "const ") + getStorageType(element) +
                         (isShared ? " *" : " *__restrict ") + operand.pointer)
                            .str(),
                        argument.str()});
  return operand;
}

CExpr LeafWriter::bind(const CExpr &outer) {
  if (outer.isConstant())
    return outer;
  std::string text = outer.str();
  std::string &name = bound[text];
  if (name.empty()) {
    name = names.add("at");
    parameters.push_back({"int32_t " + name, text});
  }
  return CExpr::term(name);
}

std::string LeafWriter::addConstant(StringRef name, ElementType type,
                                    ArrayRef<char> bytes) {
  std::string array = file.addArray(name, type, bytes);
  std::string parameter = names.add(name);
  parameters.push_back(
      {("const " + getStorageType(type) + " *__restrict " + parameter).str(),
       array});
  return parameter;
}

std::string LeafWriter::addInts(StringRef name, ArrayRef<int32_t> values) {
  auto fits = [&](int32_t low, int32_t high) {
    return all_of(values, [&](int32_t v) { return low <= v && v <= high; });
  };
  if (fits(0, 255)) {
    SmallVector<char> bytes(values.begin(), values.end());
    return addConstant(name, ElementType::U8, bytes);
  }
  return addConstant(name, ElementType::I32,
                     {reinterpret_cast<const char *>(values.data()),
                      values.size() * sizeof(int32_t)});
}

const LeafOperand *LeafWriter::getBuffer(const Value *value) const {
  for (const LeafOperand &operand : inputs)
    if (operand.value == value)
      return &operand;
  return nullptr;
}

std::string LeafWriter::addInts(StringRef name, ArrayRef<int64_t> values) {
  return addConstant(name, ElementType::I64,
                     {reinterpret_cast<const char *>(values.data()),
                      values.size() * sizeof(int64_t)});
}

std::string LeafWriter::finish(StringRef name, StringRef comment,
                               unsigned indent) {
  std::vector<std::string> declarations, arguments;
  for (const auto &[declaration, argument] : parameters) {
    declarations.push_back(declaration);
    arguments.push_back(argument);
  }
  std::string head(indent, ' ');
  head += file.addFunction(name, comment, declarations, body) + "(";
  return wrapList(head, arguments, ");");
}

//===----------------------------------------------------------------------===//
// Statements
//===----------------------------------------------------------------------===//

void LeafWriter::line(const Twine &text) {
  body.append(2 * depth, ' ');
  body += text.str();
  body += '\n';
}

void LeafWriter::open(const Twine &head) {
  line(head.str().empty() ? Twine("{") : head + " {");
  ++depth;
}

void LeafWriter::close() {
  --depth;
  line("}");
}

CExpr LeafWriter::beginLoop(StringRef name, const CExpr &lo, const CExpr &hi,
                            int64_t step) {
  CExpr size = hi - lo;
  bool once =
      size.isConstant() && size.getConstant() <= step && size.getConstant() > 0;
  loops.push_back(!once);
  if (once)
    return lo;
  // Buffers are called x and y.
  std::string variable = names.add(name == "y"   ? "row"
                                   : name == "x" ? "column"
                                                 : name);
  std::string advance =
      step == 1 ? "++" + variable : variable + " += " + std::to_string(step);
  open("for (int32_t " + variable + " = " + lo.str() + "; " + variable + " < " +
       hi.str() + "; " + advance + ")");
  return CExpr::term(variable);
}

void LeafWriter::endLoop() {
  if (loops.back())
    close();
  loops.pop_back();
}

std::string LeafWriter::define(ElementType type, StringRef hint,
                               const Twine &value) {
  std::string name = names.add(hint);
  line("const " + getComputeType(type) + " " + name + " = " + value + ";");
  return name;
}

std::string LeafWriter::define(StringRef hint, const CExpr &value) {
  // A variable or a number is none the better for another name.
  std::string text = value.str();
  if (all_of(text, [](char c) { return isAlnum(c) || c == '_'; }))
    return text;
  return define(ElementType::I32, hint, value.str());
}

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

CExpr LeafWriter::getAddress(const LeafOperand &buffer,
                             ArrayRef<CExpr> index) const {
  CExpr address;
  for (unsigned dim = 0; dim < index.size(); ++dim)
    address = address + (index[dim] - buffer.origin[dim]) * buffer.strides[dim];
  return address;
}

void LeafWriter::store(const LeafOperand &output, ArrayRef<CExpr> index,
                       StringRef value) {
  StringRef storage = getStorageType(output.element);
  std::string cast = storage == getComputeType(output.element)
                         ? ""
                         : ("(" + storage + ")").str();
  line(output.pointer + "[" + getAddress(output, index).str() + "] = " + cast +
       value + ";");
}

SmallVector<CExpr, 8> LeafWriter::getIteration(const Indexing &indexing,
                                               unsigned result,
                                               ArrayRef<CExpr> index) const {
  SmallVector<CExpr, 8> iteration(indexing.dims.size());
  for (auto [expr, coordinate] : zip_equal(indexing.results[result], index))
    if (auto dim = expr.getSingleDim())
      iteration[*dim] = coordinate - CExpr(expr.constant);
  return iteration;
}

/// What the sum of an index can be at least.
static int64_t getLeast(const Indexing &indexing, const IndexExpr &expr) {
  int64_t least = expr.constant;
  for (const IndexTerm &term : expr.terms) {
    int64_t most = (indexing.dims[term.dim].extent - 1) / term.divisor;
    if (term.modulus)
      most = std::min(most, term.modulus - 1);
    least += std::min<int64_t>(0, term.coefficient * most);
  }
  return least;
}

SmallVector<CExpr, 6> LeafWriter::getIndex(const Indexing &indexing,
                                           const Access &access,
                                           ArrayRef<CExpr> iteration) const {
  SmallVector<CExpr, 6> index;
  for (const IndexExpr &expr : access) {
    assert(expr.isExact() && "which element isn't known");
    CExpr sum = expr.constant;
    for (const IndexTerm &term : expr.terms) {
      CExpr dim = getQuotient(iteration[term.dim], term.divisor);
      if (term.modulus)
        dim = getRemainder(dim, term.modulus);
      sum = sum + dim * term.coefficient;
    }
    if (expr.divisor > 1) {
      // C rounds towards zero.
      int64_t turns = 0, least = getLeast(indexing, expr);
      if (least < 0)
        turns = (-least + expr.divisor - 1) / expr.divisor;
      sum = getQuotient(sum + turns * expr.divisor, expr.divisor) - turns;
    }
    if (expr.modulus)
      sum = getRemainder(sum, expr.modulus);
    index.push_back(std::move(sum));
  }
  return index;
}

/// What the first operator that uses \p value calls it.
static StringRef getHint(const Value *value) {
  if (value->getUses().empty())
    return "values";
  const Use &use = *value->getUses().begin();
  ArrayRef<ValueInfo> infos = use.getOwner()->getInfo().operands;
  return infos[std::min<size_t>(use.getIndex(), infos.size() - 1)].name;
}

std::string LeafWriter::getValue(const Value *value, ArrayRef<CExpr> index) {
  auto it = held.find(value);
  if (it != held.end())
    return it->second;
  if (const LeafOperand *buffer = getBuffer(value))
    return define(buffer->element, buffer->pointer,
                  buffer->pointer + "[" + getAddress(*buffer, index).str() +
                      "]");
  ElementType type = value->getTensorType().getElementType();
  if (ConstantAttr constant = getConstantValue(value)) {
    std::vector<char> bytes =
        constant.getData().materialize(constant.getType());
    SmallVector<int64_t, 6> shape = getStaticShape(value);
    int64_t stride = 1;
    CExpr address;
    for (unsigned dim = shape.size(); dim-- > 0;) {
      address = address + index[dim] * stride;
      stride *= shape[dim];
    }
    std::string &name = constants[value];
    if (name.empty())
      name = addConstant(getHint(value), type, bytes);
    return define(type, "v", name + "[" + address.str() + "]");
  }
  const Operation *op = value->getDefiningOp();
  auto indexing = getIndexing(op);
  if (indexing->isDataMovement)
    return getMoved(*op, *indexing, value->getIndex(), index);
  if (isReduction(*op))
    return getReduced(*op, *indexing, index);
  return define(type, "v", getScalar(*op, index));
}

/// A copy of the one operand's element that is there.
std::string LeafWriter::getMoved(const Operation &op, const Indexing &indexing,
                                 unsigned result, ArrayRef<CExpr> index) {
  auto iteration = getIteration(indexing, result, index);
  ElementType type = op.getResult(result)->getTensorType().getElementType();
  Box space = indexing.getIterationSpace();
  struct Source {
    const Value *value;
    SmallVector<CExpr, 6> index;
    std::string condition;
  };
  SmallVector<Source, 4> sources;
  for (auto [i, access] : enumerate(indexing.operands)) {
    if (!access)
      continue;
    Source source{op.getOperand(i), getIndex(indexing, *access, iteration), ""};
    auto shape = getStaticShape(source.value);
    bool never = false;
    for (auto [expr, at, extent] : zip_equal(*access, source.index, shape)) {
      Range range = expr.getRange(space, extent);
      auto require = [&](const std::string &what) {
        source.condition += (source.condition.empty() ? "" : " && ") + what;
      };
      if (at.isConstant()) {
        never |= at.getConstant() < 0 || at.getConstant() >= extent;
        continue;
      }
      if (range.lo < 0)
        require(at.atom() + " >= 0");
      if (range.hi > extent)
        require(at.atom() + " < " + std::to_string(extent));
    }
    if (!never)
      sources.push_back(std::move(source));
  }
  if (sources.size() == 1 && sources[0].condition.empty())
    return getValue(sources[0].value, sources[0].index);
  // Pad's constant, where nothing is.
  std::string rest = getLiteral(type, int64_t(0));
  if (op.getName() == "onnx.Pad")
    if (const Value *fill = op.getOperand(2))
      if (ConstantAttr constant = getConstantValue(fill))
        rest = getValue(
            fill, SmallVector<CExpr, 6>(getStaticShape(fill).size(), CExpr(0)));
  std::string name = newName("v");
  line(getComputeType(type) + " " + name + " = " + rest + ";");
  for (auto [i, source] : enumerate(sources)) {
    open((i ? "else if (" : "if (") +
         (source.condition.empty() ? "1" : source.condition) + ")");
    line(name + " = " + getValue(source.value, source.index) + ";");
    close();
  }
  return name;
}

//===----------------------------------------------------------------------===//
// The loop over the results
//===----------------------------------------------------------------------===//

/// What the dimensions of \p output are called.
static SmallVector<std::string, 6> getNames(const Value *output,
                                            unsigned rank) {
  SmallVector<std::string, 6> names;
  const Operation *op = output ? output->getDefiningOp() : nullptr;
  auto indexing = op ? getIndexing(op) : std::nullopt;
  for (unsigned dim = 0; dim < rank; ++dim) {
    std::string name = "d" + std::to_string(dim);
    if (indexing)
      if (auto d = indexing->results[output->getIndex()][dim].getSingleDim())
        name = indexing->dims[*d].name.str();
    names.push_back(std::move(name));
  }
  return names;
}

void LeafWriter::forEachOutput(unsigned i,
                               function_ref<void(ArrayRef<CExpr>)> body) {
  const LeafOperand &output = outputs[i];
  auto dims = getNames(output.value, output.order.size());
  SmallVector<CExpr, 6> index(dims.size());
  for (unsigned dim : output.order)
    index[dim] = beginLoop(dims[dim], output.box[dim].lo, output.box[dim].hi);
  body(index);
  for (unsigned k = 0; k < output.order.size(); ++k)
    endLoop();
}

void cortexm::writeGenericLeaf(LeafWriter &writer) {
  for (unsigned i = 0; i < writer.getNumOutputs(); ++i)
    writer.forEachOutput(i, [&](ArrayRef<CExpr> index) {
      const LeafOperand &output = writer.getOutput(i);
      writer.store(output, index, writer.getValue(output.value, index));
    });
}
