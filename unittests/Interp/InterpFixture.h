//===- InterpFixture.h - Running operators in tests -------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_UNITTESTS_INTERP_INTERPFIXTURE_H
#define ONNC_UNITTESTS_INTERP_INTERPFIXTURE_H

#include "onnc/IR/AsmParser.h"
#include "onnc/IR/Context.h"
#include "onnc/Interp/Compare.h"
#include "onnc/Interp/Interpreter.h"
#include "onnc/Support/FloatFormats.h"
#include <gtest/gtest.h>

namespace onnc {

inline TensorValue f32(llvm::ArrayRef<int64_t> shape,
                       std::vector<float> values) {
  return TensorValue::of<float>(ElementType::F32, shape, values);
}
inline TensorValue i64(llvm::ArrayRef<int64_t> shape,
                       std::vector<int64_t> values) {
  return TensorValue::of<int64_t>(ElementType::I64, shape, values);
}
inline TensorValue i32(llvm::ArrayRef<int64_t> shape,
                       std::vector<int32_t> values) {
  return TensorValue::of<int32_t>(ElementType::I32, shape, values);
}
inline TensorValue i8(llvm::ArrayRef<int64_t> shape,
                      std::vector<int8_t> values) {
  return TensorValue::of<int8_t>(ElementType::I8, shape, values);
}
inline TensorValue u8(llvm::ArrayRef<int64_t> shape,
                      std::vector<uint8_t> values) {
  return TensorValue::of<uint8_t>(ElementType::U8, shape, values);
}
inline TensorValue f16(llvm::ArrayRef<int64_t> shape,
                       std::vector<float> values) {
  std::vector<Half> halves;
  for (float value : values)
    halves.push_back(Half(value));
  return TensorValue::of<Half>(ElementType::F16, shape, halves);
}
inline TensorValue boolean(llvm::ArrayRef<int64_t> shape,
                           std::vector<uint8_t> values) {
  return TensorValue::of<uint8_t>(ElementType::Bool, shape, values);
}

class InterpFixture : public testing::Test {
protected:
  InterpFixture() {
    context.getDiagnostics().setHandler([this](const Diagnostic &diag) {
      llvm::raw_string_ostream os(diagnostics);
      diag.print(os);
    });
  }

  std::unique_ptr<Module> parse(llvm::StringRef text) {
    diagnostics.clear();
    auto module = parseModule(context, text, "t.onncir");
    EXPECT_TRUE(module) << diagnostics;
    return module;
  }

  /// A graph that applies one operator to inputs of the types of \p operands,
  /// static or, with \p unranked, not even of known rank (so that only the
  /// interpreter can find out that shapes don't fit).
  std::string wrap(llvm::StringRef name, llvm::ArrayRef<RuntimeValue> operands,
                   llvm::StringRef attributes, llvm::StringRef resultTypes,
                   bool unranked) {
    std::string inputs, names, types;
    for (size_t i = 0; i != operands.size(); ++i) {
      const TensorValue &tensor = operands[i].getTensor();
      std::string type =
          unranked ? "tensor<*x" + getName(tensor.getElementType()).str() + ">"
                   : tensor.getType(context).str();
      std::string comma = i ? ", " : "";
      inputs += comma + "%a" + std::to_string(i) + ": " + type;
      names += comma + "%a" + std::to_string(i);
      types += comma + type;
    }
    llvm::SmallVector<llvm::StringRef, 4> results;
    resultTypes.split(results, "; ");
    std::string values, outputs, joined;
    for (size_t i = 0; i != results.size(); ++i) {
      std::string comma = i ? ", " : "";
      values += comma + "%r" + std::to_string(i);
      outputs += comma + "\"r" + std::to_string(i) + "\"";
      joined += comma + results[i].str();
    }
    return "graph @main(" + inputs + ") -> (" + outputs + ") {\n" + values +
           " = " + name.str() + "(" + names + ") " + attributes.str() + " : (" +
           types + ") -> (" + joined + ") loc(\"node\")\nreturn(" + values +
           ") : (" + joined + ") -> ()\n}";
  }

  /// The results of one operator. \p resultTypes: separated by "; ".
  llvm::Expected<RuntimeValues>
  tryOp(llvm::StringRef name, llvm::ArrayRef<RuntimeValue> operands,
        llvm::StringRef attributes, llvm::StringRef resultTypes,
        bool unranked = true, const RunOptions &options = {}) {
    auto module =
        parse(wrap(name, operands, attributes, resultTypes, unranked));
    if (!module)
      return llvm::createStringError(llvm::inconvertibleErrorCode(),
                                     diagnostics);
    return run(*module->getMain(), operands, options);
  }

  /// Checks result 0 of one operator.
  void expectOp(llvm::StringRef name, llvm::ArrayRef<RuntimeValue> operands,
                llvm::StringRef attributes, const TensorValue &expected,
                Tolerance tolerance = {}) {
    std::string type =
        "tensor<*x" + getName(expected.getElementType()).str() + ">";
    auto results = tryOp(name, operands, attributes, type);
    ASSERT_TRUE(bool(results)) << llvm::toString(results.takeError());
    ComparisonResult comparison = compare((*results)[0], expected, tolerance);
    EXPECT_TRUE(bool(comparison))
        << name.str() << ": " << comparison.firstMismatch;
  }

  /// The message of the error that one operator ends in.
  std::string opError(llvm::StringRef name,
                      llvm::ArrayRef<RuntimeValue> operands,
                      llvm::StringRef attributes, llvm::StringRef resultTypes,
                      const RunOptions &options = {}) {
    auto results =
        tryOp(name, operands, attributes, resultTypes, true, options);
    return results ? "no error" : llvm::toString(results.takeError());
  }

  Context context;
  std::string diagnostics;
};

} // namespace onnc

#endif // ONNC_UNITTESTS_INTERP_INTERPFIXTURE_H
