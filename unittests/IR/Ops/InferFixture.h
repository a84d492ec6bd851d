//===- InferFixture.h - One operation's inference at a time -----*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_UNITTESTS_IR_OPS_INFERFIXTURE_H
#define ONNC_UNITTESTS_IR_OPS_INFERFIXTURE_H

#include "onnc/IR/AsmParser.h"
#include "onnc/IR/Builder.h"
#include "onnc/IR/ShapeInference.h"
#include "onnc/IR/Verifier.h"
#include "llvm/ADT/StringExtras.h"
#include <gtest/gtest.h>

namespace onnc {

class InferFixture : public testing::Test {
protected:
  InferFixture() {
    context.getDiagnostics().setHandler(
        [this](const Diagnostic &diag) { message = diag.message; });
    graph = &module.addGraph("main");
  }

  /// A type makes an argument; "[1, 2]" and "3" int64 constants, any other
  /// attribute text a constant; "" is an absent operand.
  Value *operand(llvm::StringRef text) {
    if (text.empty())
      return nullptr;
    if (text.starts_with("tensor") || text.starts_with("sequence") ||
        text.starts_with("optional"))
      return graph->getBody().addArgument(parseType(context, text), "x");
    Attribute attr = parseAttribute(context, text);
    Builder builder(context);
    builder.setInsertionPointToEnd(graph->getBody());
    if (auto value = llvm::dyn_cast<IntAttr>(attr))
      return builder.constantInts({value.getValue()}, /*scalar=*/true);
    if (auto values = llvm::dyn_cast<IntsAttr>(attr))
      return builder.constantInts(values.getValue());
    if (llvm::isa<ArrayAttr>(attr))
      return builder.constantInts({});
    return builder.constant(llvm::cast<ConstantAttr>(attr));
  }

  Operation *create(llvm::StringRef name,
                    llvm::ArrayRef<llvm::StringRef> operands,
                    llvm::StringRef attrs, unsigned numResults) {
    llvm::SmallVector<Value *, 4> values;
    for (llvm::StringRef text : operands)
      values.push_back(operand(text));
    Builder builder(context);
    builder.setInsertionPointToEnd(graph->getBody());
    auto dict = llvm::cast<DictAttr>(parseAttribute(context, attrs));
    llvm::SmallVector<Type, 2> none(numResults, NoneType::get(context));
    return builder.create(("onnx." + name).str(), values, none,
                          dict.getValue());
  }

  /// The inferred types, separated by blanks, or "error: …".
  std::string infer(llvm::StringRef name,
                    llvm::ArrayRef<llvm::StringRef> operands,
                    llvm::StringRef attrs = "{}", unsigned numResults = 1) {
    Operation *op = create(name, operands, attrs, numResults);
    message.clear();
    if (failed(inferTypes(op)))
      return "error: " + message;
    std::vector<std::string> out;
    for (Type type : op->getResultTypes())
      out.push_back(type.str());
    return llvm::join(out, " ");
  }

  /// Parses a module, infers it, and gives the types of main's outputs.
  std::string inferModule(llvm::StringRef text) {
    message.clear();
    auto parsed = parseModule(context, text, "t.onncir");
    if (!parsed || failed(inferTypes(*parsed)) || failed(verify(*parsed)))
      return "error: " + message;
    std::vector<std::string> out;
    Graph *main = parsed->getMain();
    for (unsigned i = 0; i < main->getNumOutputs(); ++i)
      out.push_back(main->getOutput(i)->getType().str());
    return llvm::join(out, " ");
  }

  Context context;
  Module module{context};
  Graph *graph;
  std::string message;
};

} // namespace onnc

#endif // ONNC_UNITTESTS_IR_OPS_INFERFIXTURE_H
