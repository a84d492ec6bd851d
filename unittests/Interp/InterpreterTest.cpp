//===- InterpreterTest.cpp ------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InterpFixture.h"

using namespace onnc;
using namespace llvm;

namespace {
class InterpreterTest : public InterpFixture {
protected:
  std::string runError(StringRef text, ArrayRef<RuntimeValue> inputs,
                       const RunOptions &options = {}) {
    auto module = parse(text);
    if (!module)
      return diagnostics;
    auto outputs = run(*module->getMain(), inputs, options);
    return outputs ? "no error" : toString(outputs.takeError());
  }
};
} // namespace

static constexpr StringLiteral addGraph = R"(
module @m symbols {N = [1, 4]}
graph @main(%x: tensor<[N]x2xf32>, %w: tensor<[N]x2xf32>) -> ("y") {
  %y = onnx.Add(%x, %w) : (tensor<[N]x2xf32>, tensor<[N]x2xf32>)
      -> (tensor<[N]x2xf32>)
  return(%y) : (tensor<[N]x2xf32>) -> ()
})";

TEST_F(InterpreterTest, RunsAGraph) {
  auto module = parse(addGraph);
  ASSERT_TRUE(module);
  auto outputs = run(*module->getMain(), {f32({2, 2}, {1, 2, 3, 4}),
                                          f32({2, 2}, {10, 20, 30, 40})});
  ASSERT_TRUE(bool(outputs)) << toString(outputs.takeError());
  EXPECT_TRUE(bool(compare((*outputs)[0], f32({2, 2}, {11, 22, 33, 44}))));
}

TEST_F(InterpreterTest, ChecksInputs) {
  RuntimeValue good = f32({2, 2}, {1, 2, 3, 4});
  EXPECT_EQ(runError(addGraph, {good}),
            "graph 'main' has 2 inputs, but 1 are given");
  EXPECT_EQ(runError(addGraph, {good, f32({4}, {1, 2, 3, 4})}),
            "input 'w' has shape 4 where [N]x2 is expected with N = 2");
  EXPECT_EQ(runError(addGraph, {good, f32({1, 2}, {1, 2})}),
            "input 'w' has shape 1x2 where [N]x2 is expected with N = 2");
  EXPECT_EQ(runError(addGraph, {good, i32({2, 2}, {1, 2, 3, 4})}),
            "input 'w' has elements of type i32 where f32 is expected");
  RuntimeValue large = f32({5, 2}, std::vector<float>(10));
  EXPECT_EQ(runError(addGraph, {large, large}),
            "dimension N is 5, which is outside its range [1, 4]");
  EXPECT_EQ(runError(addGraph, {good, RuntimeValue::sequence({good})}),
            "input 'w' is seq(1) where tensor<[N]x2xf32> is expected");
}

TEST_F(InterpreterTest, ErrorsAreAtTheOperation) {
  EXPECT_EQ(opError("onnx.Gather", {f32({2}, {1, 2}), i64({1}, {2})}, "",
                    "tensor<*xf32>"),
            "t.onncir:2:7: node: 'onnx.Gather': index 2 is out of range for a "
            "dimension of size 2");
  EXPECT_NE(
      opError("onnx.Div", {i32({1}, {1}), i32({1}, {0})}, "", "tensor<*xi32>")
          .find("integer division by zero"),
      std::string::npos);
  EXPECT_NE(opError("onnx.MatMul",
                    {f32({2, 2}, {1, 2, 3, 4}), f32({1, 1}, {1})}, "",
                    "tensor<*xf32>")
                .find("matrices of shapes 2x2 and 1x1 can't be multiplied"),
            std::string::npos);
}

TEST_F(InterpreterTest, MemoryIsLimited) {
  RunOptions options;
  options.byteLimit = 1000;
  EXPECT_NE(opError("onnx.ConstantOfShape", {i64({2}, {1000, 1000})}, "",
                    "tensor<*xf32>", options)
                .find("of 4000000 bytes exceeds the limit of 1000 bytes"),
            std::string::npos);
  EXPECT_NE(opError("onnx.ConstantOfShape",
                    {i64({3}, {1LL << 40, 1LL << 40, 0})}, "", "tensor<*xf32>")
                .find("has no elements, but more than 17179869184 positions"),
            std::string::npos);
  EXPECT_NE(
      opError("onnx.ConstantOfShape", {i64({1}, {-1})}, "", "tensor<*xf32>")
          .find("negative dimension -1"),
      std::string::npos);
}

TEST_F(InterpreterTest, ValuesDieAfterTheirLastUse) {
  // Three tensors of 4 kB in a row: never more than two live.
  auto module = parse(R"(
graph @main(%x: tensor<1024xf32>) -> ("y") {
  %a = onnx.Neg(%x) : (tensor<1024xf32>) -> (tensor<1024xf32>)
  %b = onnx.Neg(%a) : (tensor<1024xf32>) -> (tensor<1024xf32>)
  %c = onnx.Neg(%b) : (tensor<1024xf32>) -> (tensor<1024xf32>)
  return(%c) : (tensor<1024xf32>) -> ()
})");
  ASSERT_TRUE(module);
  RuntimeValue x = f32({1024}, std::vector<float>(1024, 1));
  RunOptions options;
  options.byteLimit = 8192;
  EXPECT_TRUE(bool(cantFail(run(*module->getMain(), {x}, options))[0]));
  options.byteLimit = 8191;
  auto outputs = run(*module->getMain(), {x}, options);
  EXPECT_FALSE(bool(outputs));
  consumeError(outputs.takeError());
}

TEST_F(InterpreterTest, AValueThatContradictsItsTypeIsReported) {
  auto module = parse("graph @main(%x: tensor<*xf32>) -> (\"y\") {\n"
                      "  %y = onnx.Neg(%x) : (tensor<*xf32>) -> "
                      "(tensor<3xf32>)\n"
                      "  return(%y) : (tensor<3xf32>) -> () }");
  ASSERT_TRUE(module);
  auto outputs = run(*module->getMain(), {f32({2}, {1, 2})});
  ASSERT_FALSE(bool(outputs));
  Error error = outputs.takeError();
  EXPECT_TRUE(error.isA<ContradictionError>());
  EXPECT_EQ(toString(std::move(error)),
            "t.onncir:2:8: 'onnx.Neg': the computed result 0 has shape 2 where "
            "3 is expected");
}

TEST_F(InterpreterTest, DimensionsOfNothingAreLimited) {
  // A loop over the rows would never end, and a list of the parts fits nowhere.
  TensorValue rows = f32({int64_t(1) << 60, 0}, {});
  for (llvm::StringRef name :
       {"onnx.Softmax", "onnx.CumSum", "onnx.SplitToSequence", "onnx.Gather"}) {
    std::vector<RuntimeValue> operands = {rows};
    if (name == "onnx.CumSum" || name == "onnx.Gather")
      operands.push_back(i64({}, {0}));
    EXPECT_NE(opError(name, operands, "",
                      name == "onnx.SplitToSequence" ? "sequence<tensor<*xf32>>"
                                                     : "tensor<*xf32>")
                  .find("has no elements, but more than 17179869184 positions"),
              std::string::npos)
        << name.str();
  }
}

TEST_F(InterpreterTest, WorkIsLimited) {
  RunOptions options;
  options.maxWork = 999;
  TensorValue square = f32({10, 10}, std::vector<float>(100, 1));
  EXPECT_NE(
      opError("onnx.MatMul", {square, square}, "", "tensor<*xf32>", options)
          .find("the run exceeds 999 steps of computation"),
      std::string::npos);
  options.maxWork = 1100; // 1000 products, 100 results
  EXPECT_EQ(
      opError("onnx.MatMul", {square, square}, "", "tensor<*xf32>", options),
      "no error");
}

TEST_F(InterpreterTest, ObserverSeesEveryOperation) {
  auto module = parse(addGraph);
  ASSERT_TRUE(module);
  std::vector<std::string> seen;
  RunOptions options;
  options.observer = [&](const OperationEvent &event) {
    seen.push_back(event.op.getName().str() + " " +
                   event.results[0].describe());
    EXPECT_EQ(event.operands.size(), 2u);
  };
  RuntimeValue x = f32({1, 2}, {1, 2});
  ASSERT_TRUE(bool(run(*module->getMain(), {x, x}, options)));
  EXPECT_EQ(seen, std::vector<std::string>{"onnx.Add tensor<1x2xf32>"});
}

TEST_F(InterpreterTest, EvaluatesOneOperation) {
  auto module = parse(addGraph);
  ASSERT_TRUE(module);
  Operation &op = *module->getMain()->getBody().begin();
  auto results = evaluate(op, {f32({1, 2}, {1, 2}), f32({1, 2}, {3, 4})});
  ASSERT_TRUE(bool(results));
  ConstantAttr constant = (*results)[0].getTensor().toConstant(context);
  EXPECT_EQ(constant.getData().get<float>(1), 6.0f);
}

TEST_F(InterpreterTest, EveryDeclaredOperatorHasAKernel) {
  for (const OpInfo *info : context.getOps()) {
    bool onTensors = info->onnxSince != 0 || info->getDialect() == "quant";
    EXPECT_EQ(isInterpretable(*info), onTensors) << info->name.str();
  }
  for (StringRef name : getInterpretableOperators())
    EXPECT_NE(context.lookupOp(name), nullptr) << name.str();
}

TEST_F(InterpreterTest, ConstantsAreViewed) {
  std::vector<float> numbers = {1, 2, 3};
  std::vector<char> bytes(1 + 12); // odd: the elements are unaligned
  std::memcpy(bytes.data() + 1, numbers.data(), 12);
  BlobRef blob = new Blob(std::move(bytes));
  auto constant =
      ConstantAttr::get(TensorType::get(context, ElementType::F32, {3}),
                        ConstantData(blob, 1, 12));
  TensorValue tensor = cantFail(TensorValue::fromConstant(constant));
  EXPECT_EQ(tensor.getBytes().data(), blob->getBytes().data() + 1);
  EXPECT_EQ(tensor.elements<float>()[2], 3.0f);
}

TEST_F(InterpreterTest, PackedConstantsRoundTrip) {
  for (const char *text : {"dense<tensor<3xi4>, [-8, 7, -1]>",
                           "dense<tensor<5xu2>, [3, 0, 1, 2, 3]>",
                           "dense<tensor<2xstring>, [\"a\", \"\"]>",
                           "dense<tensor<2xc64>, [(1.0, -2.5), (0.0, 1.0)]>"}) {
    auto constant = cast<ConstantAttr>(parseAttribute(context, text));
    TensorValue tensor = cantFail(TensorValue::fromConstant(constant));
    EXPECT_EQ(tensor.toConstant(context), constant) << text;
  }
  auto splat =
      cast<ConstantAttr>(parseAttribute(context, "splat<tensor<3xi4>, -2>"));
  TensorValue tensor = cantFail(TensorValue::fromConstant(splat));
  EXPECT_EQ(tensor.elements<int8_t>()[2], -2);
}
