//===- HostileTest.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Inference of every operator over operands and attributes that make no sense:
/// each must end in types or in an error.
///
//===----------------------------------------------------------------------===//

#include "InferFixture.h"
#include <random>

using namespace onnc;

namespace {

class OpsHostileTest : public InferFixture {
protected:
  /// Equal on every machine, unlike the standard distributions.
  unsigned below(unsigned n) { return random() % n; }
  template <typename T> T pick(std::initializer_list<T> list) {
    return *(list.begin() + below(list.size()));
  }

  int64_t anyInt() {
    return pick<int64_t>({0, 1, 2, 3, 4, -1, -2, 5, 7, 64, 1000, INT32_MAX,
                          INT32_MIN, INT64_MAX, INT64_MIN});
  }
  std::vector<int64_t> anyInts() {
    std::vector<int64_t> out(below(6));
    for (int64_t &v : out)
      v = below(3) ? static_cast<int64_t>(below(4)) : anyInt();
    return out;
  }

  Type anyTensor(ElementType element) {
    if (below(8) == 0)
      return TensorType::getUnranked(context, element);
    llvm::SmallVector<DimExpr, 6> dims(below(6));
    for (DimExpr &d : dims)
      d = pick({DimExpr::unknown(context), DimExpr::symbol(context, "N"),
                DimExpr::constant(context, below(5)),
                DimExpr::constant(context, below(5)),
                DimExpr::constant(context, below(5)),
                DimExpr::constant(context, std::abs(anyInt() / 2))});
    return TensorType::get(context, element, dims);
  }

  /// One that the operand accepts, as a rule.
  ElementType anyElement(uint64_t allowed) {
    for (;;) {
      auto e = static_cast<ElementType>(below(26));
      if ((allowed >> static_cast<unsigned>(e) & 1) || below(64) == 0)
        return e;
    }
  }

  Value *anyOperand(Builder &builder, const ValueInfo &info) {
    ElementType element = anyElement(info.elementTypes);
    bool ints = element == ElementType::I64 || element == ElementType::I32;
    switch (below(ints ? 6 : 12)) {
    case 0:
      return nullptr;
    case 1:
      return graph->getBody().addArgument(
          pick<Type>({SequenceType::get(anyTensor(element)),
                      OptionalType::get(anyTensor(element)),
                      NoneType::get(context), IndexType::get(context)}),
          "x");
    case 2:
    case 3:
      if (ints)
        return builder.constantInts(anyInts());
      [[fallthrough]];
    default:
      return graph->getBody().addArgument(anyTensor(element), "x");
    }
  }

  Attribute anyAttr(const AttrInfo &info) {
    AttrKind kind = below(16) ? info.kind : static_cast<AttrKind>(below(8));
    switch (kind) {
    case AttrKind::Int:
      return IntAttr::get(anyInt());
    case AttrKind::Float:
      return FloatAttr::get(pick({0.0, -1.0, 1e30, 0.5}));
    case AttrKind::Ints:
      return IntsAttr::get(anyInts());
    case AttrKind::String:
      return StringAttr::get(pick<llvm::StringRef>(
          {"", "x", "SAME_UPPER", "bidirectional", "ij,jk->ik", "...i->i...",
           "i...i", "VALID", "constant", "DCR", "not_larger"}));
    case AttrKind::Constant:
      return ConstantAttr::getInts(context, anyInts());
    case AttrKind::Type:
      return TypeAttr::get(anyTensor(ElementType::F32));
    default:
      return UnitAttr::get();
    }
  }

  std::mt19937 random{20240607};
};

} // namespace

TEST_F(OpsHostileTest, EveryOperatorAnswers) {
  unsigned inferred = 0;
  for (const OpInfo *info : context.getOps()) {
    if (info->getDialect() != "onnx")
      continue;
    for (unsigned trial = 0; trial < 400; ++trial) {
      Builder builder(context);
      builder.setInsertionPointToEnd(graph->getBody());
      llvm::SmallVector<Value *, 4> operands;
      for (const ValueInfo &operand : info->operands)
        for (unsigned n = operand.arity == Arity::Variadic ? below(4) : 1; n;
             --n)
          operands.push_back(anyOperand(builder, operand));
      while (!operands.empty() && below(8) == 0)
        operands.pop_back();
      llvm::SmallVector<NamedAttr, 4> attrs;
      for (const AttrInfo &attr : info->attributes)
        if (attr.required || below(3) == 0)
          attrs.push_back({attr.name, anyAttr(attr)});
      llvm::SmallVector<Type, 2> results(1 + below(info->results.size() + 1),
                                         NoneType::get(context));
      Operation *op =
          builder.create(*info, operands, results, attrs,
                         below(4) ? info->regions.size() : below(3));
      for (unsigned i = 0; i < op->getNumRegions(); ++i) {
        Region &body = op->getRegion(i);
        for (unsigned n = below(5); n; --n)
          body.addArgument(anyTensor(ElementType::F32), "a");
        llvm::SmallVector<Value *, 4> values(body.getArguments());
        builder.setInsertionPointToEnd(body);
        if (below(4))
          builder.createReturn(values);
      }
      message.clear();
      if (succeeded(inferTypes(op))) {
        ++inferred;
        for (Type type : op->getResultTypes()) {
          auto tensor = llvm::dyn_cast<TensorType>(type);
          if (!tensor || !tensor.hasRank())
            continue;
          for (DimExpr d : tensor.getShape())
            EXPECT_GE(d.getConstant().value_or(0), 0) << info->name.str();
        }
      } else {
        EXPECT_FALSE(message.empty()) << info->name.str();
      }
      graph->getBody().clear();
      while (graph->getBody().getNumArguments())
        graph->getBody().eraseArgument(0);
    }
  }
  // The inputs aren't so hostile that nothing is tested behind the checks.
  EXPECT_GT(inferred, 8000u);
}
