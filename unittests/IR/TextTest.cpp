//===- TextTest.cpp -------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/IR/AsmParser.h"
#include "onnc/IR/Context.h"
#include "onnc/IR/Module.h"
#include "onnc/IR/Verifier.h"
#include <gtest/gtest.h>

using namespace onnc;

namespace {
class TextTest : public testing::Test {
protected:
  TextTest() {
    context.getDiagnostics().setHandler([this](const Diagnostic &diag) {
      llvm::raw_string_ostream os(messages);
      diag.print(os);
    });
  }
  std::unique_ptr<Module> parse(llvm::StringRef text) {
    messages.clear();
    return parseModule(context, text, "t.onncir");
  }
  std::string print(const Module &module) {
    std::string out;
    llvm::raw_string_ostream os(out);
    module.print(os);
    return out;
  }
  void expectStable(llvm::StringRef text) {
    auto module = parse(text);
    ASSERT_TRUE(module) << messages;
    std::string once = print(*module);
    auto again = parse(once);
    ASSERT_TRUE(again) << messages << once;
    EXPECT_EQ(print(*again), once);
    EXPECT_EQ(print(*module->clone()), once);
  }

  Context context;
  std::string messages;
};
} // namespace

TEST_F(TextTest, TypesSurvive) {
  for (const char *type :
       {"tensor<f32>", "tensor<1x0x8xf16>", "tensor<*xbool>",
        "tensor<[N]x?x[floordiv(H + 1, 2)]xi4>", "tensor<0xf32>",
        "sequence<optional<tensor<2xstring>>>", "map<i64, tensor<f8e8m0>>",
        "none", "index", "token"}) {
    Type t = parseType(context, type);
    ASSERT_TRUE(t) << type << messages;
    EXPECT_EQ(t.str(), type);
  }
}

TEST_F(TextTest, AttributesSurvive) {
  for (const char *text :
       {"unit", "true", "-9223372036854775808", "0.1", "1e-05", "0.1:f64",
        "0x7ff8000000000000:f64", "\"a\\0Ab\\\\\\22\"", "tensor<2xf32>",
        "@main", "@\"a b\"", "[]", "[1, 2]", "[0.5, 1e+20]", "[\"x\"]",
        "[1, \"x\", [true]]", "{a = 1, b, \"c d\" = [2]}",
        "dense<tensor<3xf32>, [1.5, -0.0, 0x7fc00001]>",
        "dense<tensor<2xbf16>, [0.10009765625, 0x7f80]>",
        "dense<tensor<3xi4>, [-8, 7, -1]>", "dense<tensor<5xu2>, [3, 0, 1, 2, 3]>",
        "dense<tensor<1xc64>, [(1.0, -2.5)]>",
        "dense<tensor<2xbool>, [true, false]>",
        "dense<tensor<2xstring>, [\"a\", \"\"]>",
        "splat<tensor<1000x1000xf16>, 0.5>", "dense<tensor<0xf32>, []>"}) {
    Attribute a = parseAttribute(context, text);
    ASSERT_TRUE(a) << text << messages;
    EXPECT_EQ(a.str(), text);
    EXPECT_EQ(parseAttribute(context, a.str()), a) << text;
  }
}

TEST_F(TextTest, ModuleSurvives) {
  expectStable(R"(
module @"my net" properties [imported, tiled] symbols {N = [1, 64], M = [0]}
  attributes {producer = "me"}
graph @main(%x: tensor<[N]x3xf32>, %"odd/name:0": tensor<*xi8>)
    -> ("y", "y2") {
  return(%x, %"odd/name:0") : (tensor<[N]x3xf32>, tensor<*xi8>) -> () loc("end")
}
graph @f() -> () { return() : () -> () })");
}

TEST_F(TextTest, ErrorsAreLocated) {
  EXPECT_FALSE(parse("graph @main() -> () {\n  retrun() : () -> ()\n}"));
  EXPECT_NE(messages.find("t.onncir:2:3: error: unknown operation 'retrun'; "
                          "did you mean 'return'? [parse-unknown-op]\n"
                          "  retrun() : () -> ()\n"
                          "  ^\n"),
            std::string::npos)
      << messages;
}

TEST_F(TextTest, MalformedTextIsAnError) {
  for (const char *text :
       {"graph", "graph @main", "graph @main() -> () {", "module",
        "graph @main() -> () { return(%x) : (none) -> () }",
        "graph @main() -> () { return() : (none) -> () }",
        "graph @main() -> () { }",
        "graph @main() -> (\"y\") { return() : () -> () }",
        "graph @main(%x: tensor<-1xf32>) -> () { return() : () -> () }",
        "graph @main(%x: tensor<[2 - 3]xf32>) -> () { return() : () -> () }",
        "graph @main(%x: tensor<99999999999999999999xf32>) -> () {}",
        "graph @main(%x: tensor<2xf31>) -> () { return() : () -> () }",
        "graph @a() -> () { return() : () -> () }\n"
        "graph @a() -> () { return() : () -> () }",
        "graph @main(%x: index, %x: index) -> () { return() : () -> () }",
        "module @m attributes {a = dense<tensor<2xf32>, [1.0]>}",
        "module @m attributes {a = dense<tensor<2xf32>, \"00\">}",
        "module @m attributes {a = dense<tensor<[N]xf32>, []>}",
        "module @m attributes {a = blob<tensor<2xf32>, \"00\">}",
        "module @m blobs \"../x\"", "module @m attributes {a = \"",
        "module @m attributes {a = 1, a = 2}", "\x01", "%", "@\"x"}) {
    EXPECT_FALSE(parse(text)) << text;
    EXPECT_NE(messages.find("error: "), std::string::npos) << text;
  }
  EXPECT_FALSE(parse("module @m attributes {a = " + std::string(10000, '[')));
  EXPECT_NE(messages.find("nested too deeply"), std::string::npos);
}
