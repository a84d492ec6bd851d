//===- StringTest.cpp ---------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InterpFixture.h"

using namespace onnc;

namespace {
class StringTest : public InterpFixture {};
} // namespace

static TensorValue strings(llvm::ArrayRef<int64_t> shape,
                           std::vector<std::string> values) {
  return TensorValue::of<std::string>(ElementType::String, shape, values);
}

TEST_F(StringTest, ConcatBroadcasts) {
  expectOp("onnx.StringConcat",
           {strings({2, 1}, {"a", "b"}), strings({2}, {"x", "\xc3\xa9"})}, "",
           strings({2, 2}, {"ax", "a\xc3\xa9", "bx", "b\xc3\xa9"}));
}

TEST_F(StringTest, ContentsCountAsMemory) {
  RunOptions options;
  options.byteLimit = 1 << 20;
  // Refused before a string is copied to many places.
  RuntimeValue text = strings({1}, {std::string(1 << 12, 'a')});
  EXPECT_NE(opError("onnx.Expand", {text, i64({1}, {1000})}, "",
                    "tensor<*xstring>", options)
                .find("1000 strings of up to 4096 bytes exceed the limit of "
                      "1048576 bytes"),
            std::string::npos);
  // Each doubling fits, all of them together don't.
  auto module = parse(R"(
graph @main(%n: tensor<i64>, %s: tensor<1xstring>) -> ("s") {
  %y = onnx.Loop(%n, _, %s) ({
    ^(%i: tensor<i64>, %go: tensor<bool>, %v: tensor<1xstring>)
    %w = onnx.StringConcat(%v, %v) : (tensor<1xstring>, tensor<1xstring>) -> (tensor<1xstring>)
    return(%go, %w) : (tensor<bool>, tensor<1xstring>) -> ()
  }) : (tensor<i64>, none, tensor<1xstring>) -> (tensor<1xstring>)
  return(%y) : (tensor<1xstring>) -> ()
})");
  ASSERT_TRUE(module);
  auto results = run(*module->getMain(), {i64({}, {8}), text}, options);
  ASSERT_FALSE(bool(results));
  EXPECT_NE(llvm::toString(results.takeError()).find("exceed"),
            std::string::npos);
  results = run(*module->getMain(), {i64({}, {7}), text}, options);
  EXPECT_TRUE(bool(results)) << llvm::toString(results.takeError());
}

TEST_F(StringTest, Split) {
  auto check = [&](const char *attributes, std::vector<std::string> text,
                   std::vector<std::string> parts,
                   std::vector<int64_t> counts) {
    auto results = tryOp("onnx.StringSplit", {strings({2}, text)}, attributes,
                         "tensor<*xstring>; tensor<*xi64>");
    ASSERT_TRUE(bool(results)) << llvm::toString(results.takeError());
    const int64_t most = parts.size() / 2;
    auto y = compare((*results)[0], strings({2, most}, parts));
    EXPECT_TRUE(bool(y)) << y.firstMismatch;
    EXPECT_TRUE(compare((*results)[1], i64({2}, counts)));
  };
  check("", {" a  b\t", ""}, {"a", "b", "", ""}, {2, 0});
  // An ideographic space, and a byte that is no UTF-8.
  check("", {"a\xe3\x80\x80\xff", "b"}, {"a", "\xff", "b", ""}, {2, 1});
  check("{maxsplit = 1}", {"  a  b c ", "d "}, {"a", "b c ", "d", ""}, {2, 1});
  check("{maxsplit = 0}", {" a b ", " "}, {"a b ", ""}, {1, 0});
  check("{delimiter = \", \"}", {"a, , b", ""}, {"a", "", "b", "", "", ""},
        {3, 1});
  check("{delimiter = \"-\", maxsplit = 1}", {"a-b-c", "-"},
        {"a", "b-c", "", ""}, {2, 2});
}

TEST_F(StringTest, Normalizer) {
  expectOp("onnx.StringNormalizer",
           {strings({3}, {"Stra\xc3\x9f"
                          "e",
                          "\xc3\x89t\xc3\xa9", "a"})},
           "{case_change_action = \"UPPER\", stopwords = [\"A\"]}",
           strings({2}, {"STRA\xc3\x9f"
                         "E",
                         "\xc3\x89T\xc3\x89"}));
  expectOp("onnx.StringNormalizer", {strings({1, 2}, {"A", "a"})},
           "{is_case_sensitive = 1, stopwords = [\"a\"]}",
           strings({1, 1}, {"A"}));
  expectOp("onnx.StringNormalizer", {strings({1, 1}, {"a"})},
           "{stopwords = [\"a\"]}", strings({1, 1}, {""}));
  EXPECT_NE(opError("onnx.StringNormalizer", {strings({2, 1}, {"a", "b"})}, "",
                    "tensor<*xstring>")
                .find("matrix with one row"),
            std::string::npos);
}

TEST_F(StringTest, RegexFullMatch) {
  expectOp("onnx.RegexFullMatch",
           {strings({4}, {"ab", "abc", "", "a\xc3\xa9"})}, "{pattern = \"a.\"}",
           boolean({4}, {1, 0, 0, 1}));
  EXPECT_NE(opError("onnx.RegexFullMatch", {strings({1}, {"a"})},
                    "{pattern = \"(a\"}", "tensor<*xbool>")
                .find("is no regular expression: missing ): (a"),
            std::string::npos);
  // Expressions that take others exponential time, or memory.
  std::string many(5000, 'a');
  expectOp("onnx.RegexFullMatch", {strings({1}, {many + "b"})},
           "{pattern = \"(a*)*(a|a)*c\"}", boolean({1}, {0}));
  EXPECT_NE(opError("onnx.RegexFullMatch", {strings({1}, {"a"})},
                    "{pattern = \"((a{1000}){1000}){1000}\"}", "tensor<*xbool>")
                .find("is no regular expression"),
            std::string::npos);
}

TEST_F(StringTest, TfIdfVectorizer) {
  // The pool: b, a; a b, b b.
  auto attributes = [](const char *mode, const char *rest = "") {
    return std::string("{min_gram_length = 1, max_gram_length = 2, "
                       "max_skip_count = 1, ngram_counts = [0, 2], "
                       "ngram_indexes = [3, 2, 0, 1], "
                       "pool_strings = [\"b\", \"a\", \"a\", \"b\", \"b\", "
                       "\"b\"], weights = [0.5, 2.0, 4.0, 8.0], mode = \"") +
           mode + "\"" + rest + "}";
  };
  RuntimeValue x = strings({2, 4}, {"a", "b", "x", "b", "x", "x", "a", "a"});
  // As many skips as there are numbers, in time that the row gives.
  std::string patient = attributes("TF");
  patient.replace(patient.find("count = 1"), 9, "count = 9223372036854775807");
  expectOp("onnx.TfIdfVectorizer", {x}, patient,
           f32({2, 4}, {2, 1, 1, 2, 0, 0, 2, 0}));
  RunOptions options;
  options.maxWork = 1000;
  EXPECT_NE(opError("onnx.TfIdfVectorizer",
                    {strings({100}, std::vector<std::string>(100, "b"))},
                    patient, "tensor<*xf32>", options)
                .find("the run exceeds 1000 steps"),
            std::string::npos);
  expectOp("onnx.TfIdfVectorizer", {x}, attributes("TF"),
           f32({2, 4}, {1, 1, 1, 2, 0, 0, 2, 0}));
  expectOp("onnx.TfIdfVectorizer", {x}, attributes("IDF"),
           f32({2, 4}, {4, 8, 2, 0.5, 0, 0, 2, 0}));
  expectOp("onnx.TfIdfVectorizer", {x}, attributes("TFIDF"),
           f32({2, 4}, {4, 8, 2, 1, 0, 0, 4, 0}));
  auto expectError = [&](std::string attributes, const char *from,
                         const char *to, const char *text) {
    attributes.replace(attributes.find(from), strlen(from), to);
    std::string error =
        opError("onnx.TfIdfVectorizer", {x}, attributes, "tensor<*xf32>");
    EXPECT_NE(error.find(text), std::string::npos) << error;
  };
  expectError(attributes("TF"), "[0, 2]", "[0, 3]", "the 2-grams stand at");
  expectError(attributes("TF"), "[3, 2, 0, 1]", "[3, 2, 0]",
              "'ngram_indexes' has 3 elements for 4 n-grams");
  expectError(attributes("TF"), "[3, 2, 0, 1]", "[3, -2, 0, 1]",
              "has the column -2");
  expectError(attributes("TF"), "weights = [0.5,", "weights = [", "'weights'");
  expectError(attributes("TF"), "max_skip_count = 1", "max_skip_count = -1",
              "with up to -1");
}
