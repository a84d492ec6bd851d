//===- UpgradeTest.cpp - A test per conversion ----------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Each step of the importer's tables has a model of an old operator set in
/// UpgradeCases.def. It is imported and computes what the same model in its
/// newest form computes. That the case is about its step is tested, too: in the
/// operator set of the step, which then isn't taken, the old form is refused,
/// or means something else.
///
//===----------------------------------------------------------------------===//

#include "Upgrade/Upgrade.h"
#include "ImportTestUtil.h"
#include "onnc/IR/AsmPrinter.h"
#include "onnc/Import/ONNX/Export.h"
#include "onnc/Interp/Compare.h"
#include "onnc/Interp/Interpreter.h"
#include "onnc/Testing/ModelGenerator.h"
#include "llvm/ADT/StringSet.h"
#include <onnx/defs/parser.h>

using namespace llvm;
using namespace onnc;
using namespace onnc::test;

namespace {

struct UpgradeCase {
  const char *domain;
  const char *op;
  /// The operator set whose form the step produces.
  int version;
  const char *signature;
  const char *oldForm;
  /// Null: the old form is refused, for \c reason.
  const char *newForm;
  const char *reason;
};

const UpgradeCase cases[] = {
#define CONVERSION(OP, VERSION, SIGNATURE, OLD, NEW)                           \
  {"", OP, VERSION, SIGNATURE, OLD, NEW, nullptr},
#define REFUSAL(OP, VERSION, SIGNATURE, OLD, REASON)                           \
  {"", OP, VERSION, SIGNATURE, OLD, nullptr, REASON},
#define ML_CONVERSION(OP, VERSION, SIGNATURE, OLD, NEW)                        \
  {"ai.onnx.ml", OP, VERSION, SIGNATURE, OLD, NEW, nullptr},
#include "UpgradeCases.def"
};

std::string getKey(StringRef domain, StringRef op, int version) {
  return (domain + (domain.empty() ? "" : ".") + op + "-" + Twine(version))
      .str();
}

/// A graph "g" of \p body in operator set \p opset of the case's domain, and of
/// an operator set that knows all else.
std::unique_ptr<Module> import(Context &context, const UpgradeCase &test,
                               StringRef body, int64_t opset) {
  const bool isMl = *test.domain != 0;
  std::string text;
  raw_string_ostream(text) << "<ir_version: 7, opset_import: [\"\" : "
                           << (isMl ? newestOnnxOpset : opset)
                           << ", \"ai.onnx.ml\" : "
                           << (isMl ? opset : newestOnnxMlOpset) << "]>\ng "
                           << test.signature << "\n{ " << body << " }\n";
  onnx::ModelProto model;
  auto status = onnx::OnnxParser::Parse(model, text.c_str());
  if (!status.IsOK()) {
    ADD_FAILURE() << text << status.ErrorMessage();
    return nullptr;
  }
  std::string bytes = model.SerializeAsString();
  BlobRef blob(new Blob(std::vector<char>(bytes.begin(), bytes.end())));
  return importModel(context, blob, "case.onnx");
}

/// Inputs follow from the names, so that all forms of a case have the same.
Expected<RuntimeValues> execute(const Module &module) {
  auto inputs = smith::makeInputs(module);
  if (!inputs)
    return inputs.takeError();
  return run(*module.getMain(), *inputs);
}

/// The first difference; "" where there is none.
std::string findDifference(const RuntimeValues &a, const RuntimeValues &b) {
  if (a.size() != b.size())
    return "other numbers of outputs";
  for (size_t i = 0; i != a.size(); ++i)
    if (ComparisonResult result = compare(a[i], b[i]); !result)
      return result.firstMismatch;
  return {};
}

std::string print(const Module &module) {
  std::string text;
  raw_string_ostream os(text);
  printModule(module, os);
  return text;
}

/// Is the step one that only gives the operator its new name?
bool isRenaming(const UpgradeCase &test) {
  return any_of(onnx_import::getRenamings(), [&](const auto &renaming) {
    return renaming.oldName == test.op && renaming.last + 1 == test.version;
  });
}

/// The form of the case is one that the old operator set doesn't have: another
/// axis than the last, operands that aren't constant.
bool hasNoWayBack(const UpgradeCase &test) {
  static constexpr StringRef keys[] = {"DFT-20", "GroupNormalization-21",
                                       "Hardmax-13", "LogSoftmax-13",
                                       "Softmax-13"};
  return is_contained(keys, getKey(test.domain, test.op, test.version));
}

class UpgradeTest : public testing::TestWithParam<UpgradeCase> {};

TEST_P(UpgradeTest, OldFormBecomesNewest) {
  const UpgradeCase &test = GetParam();
  TestContext context;
  auto old = import(context, test, test.oldForm, test.version - 1);
  if (!test.newForm) {
    EXPECT_FALSE(old);
    EXPECT_NE(context.messages.find(test.reason), std::string::npos)
        << context.messages;
    return;
  }
  ASSERT_TRUE(old) << context.messages;
  const bool isMl = *test.domain != 0;
  auto newest = import(context, test, test.newForm,
                       isMl ? newestOnnxMlOpset : newestOnnxOpset);
  ASSERT_TRUE(newest) << context.messages;
  auto actual = execute(*old), expected = execute(*newest);
  ASSERT_TRUE(bool(actual)) << toString(actual.takeError());
  ASSERT_TRUE(bool(expected)) << toString(expected.takeError());
  EXPECT_EQ(findDifference(*actual, *expected), "");
}

TEST_P(UpgradeTest, CaseNeedsItsStep) {
  const UpgradeCase &test = GetParam();
  TestContext context;
  auto unchanged = import(context, test, test.oldForm, test.version);
  if (!test.newForm) {
    EXPECT_EQ(context.messages.find(test.reason), std::string::npos);
    return;
  }
  // Of a new name the importer knows without its step.
  if (!unchanged || isRenaming(test))
    return;
  auto old = import(context, test, test.oldForm, test.version - 1);
  ASSERT_TRUE(old) << context.messages;
  EXPECT_NE(print(*unchanged), print(*old))
      << "the old form becomes the same without the step";
}

/// The way back: the exporter writes the newest form in the old operator set.
TEST_P(UpgradeTest, NewestFormIsWrittenInOldSet) {
  const UpgradeCase &test = GetParam();
  if (!test.newForm || *test.domain || hasNoWayBack(test))
    return;
  TestContext context;
  auto newest = import(context, test, test.newForm, newestOnnxOpset);
  ASSERT_TRUE(newest) << context.messages;
  ExportOptions options;
  options.opset = test.version - 1;
  auto bytes = exportModelToBytes(*newest, options);
  ASSERT_TRUE(bytes) << context.messages;
  BlobRef blob(new Blob(std::vector<char>(bytes->begin(), bytes->end())));
  auto old = importModel(context, blob, "old.onnx");
  ASSERT_TRUE(old) << context.messages;
  auto actual = execute(*old), expected = execute(*newest);
  ASSERT_TRUE(bool(actual)) << toString(actual.takeError());
  ASSERT_TRUE(bool(expected)) << toString(expected.takeError());
  EXPECT_EQ(findDifference(*actual, *expected), "");
  // Where the step isn't taken, it is another model.
  onnx::ModelProto model;
  ASSERT_TRUE(model.ParseFromString(*bytes));
  model.mutable_opset_import(0)->set_version(test.version);
  std::string wrong = model.SerializeAsString();
  BlobRef wrongBlob(new Blob(std::vector<char>(wrong.begin(), wrong.end())));
  auto other = importModel(context, wrongBlob, "wrong.onnx");
  // Selu-6 with all attributes is that of any set.
  if (other && !isRenaming(test) && StringRef(test.op) != "Selu") {
    EXPECT_NE(print(*other), print(*old));
  }
}

/// Each instance adds up as many elements as its sequence has.
TEST(BatchedScan, StatesEndWithTheirSequences) {
  UpgradeCase test = {"", "", 0, "(float[3] x) => (float[3] t)"};
  TestContext context;
  auto module = import(
      context, test,
      "l = Constant<value = int64[3] {2, 0, 4}>() "
      "s = Constant<value = float[3] {10, 20, 30}>() "
      "v = Constant<value = float[3,4] {1, 2, 4, 8, 1, 2, 4, 8, 1, 2, 4, 8}>() "
      "u, z = Scan<num_scan_inputs=1, body = b (float i, float j) => "
      "(float o, float p) { o = Add(i, j) p = Identity(o) }>(l, s, v) "
      "t = Add(u, x)",
      8);
  ASSERT_TRUE(module) << context.messages;
  auto zeros = TensorValue::of<float>(ElementType::F32, {3}, {0, 0, 0});
  auto results = run(*module->getMain(), {zeros});
  ASSERT_TRUE(bool(results)) << toString(results.takeError());
  auto expected = TensorValue::of<float>(ElementType::F32, {3}, {13, 20, 45});
  EXPECT_EQ(compare(results->front(), expected).firstMismatch, "");
}

TEST(Downgrade, WhatHasNoOldFormIsRefused) {
  for (auto [body, opset, reason] :
       {std::tuple("y = Softmax<axis=0>(x)", 12,
                   "it isn't along the last axis"),
        std::tuple("y = Gelu(x)", 19, "it appeared in operator set 20"),
        std::tuple("s = Shape(x) z = Reshape(x, s) y = Relu(z)", 4,
                   "'onnx.Reshape' can't be written in operator set 4: its "
                   "shape isn't constant")}) {
    UpgradeCase test = {"", "", 0, "(float[2,3] x) => (float[2,3] y)"};
    TestContext context;
    auto module = import(context, test, body, newestOnnxOpset);
    ASSERT_TRUE(module) << context.messages;
    ExportOptions options;
    options.opset = opset;
    EXPECT_FALSE(exportModelToBytes(*module, options));
    EXPECT_NE(context.messages.find(reason), std::string::npos)
        << context.messages;
  }
}

/// What GoogleTest prints of a case.
void PrintTo(const UpgradeCase &test, std::ostream *os) {
  *os << getKey(test.domain, test.op, test.version);
}

std::string getName(const testing::TestParamInfo<UpgradeCase> &info) {
  return info.param.op + ("_" + std::to_string(info.param.version)) +
         (info.param.newForm ? "" : "_refused");
}

INSTANTIATE_TEST_SUITE_P(Steps, UpgradeTest, testing::ValuesIn(cases), getName);

/// All steps that the importer may take, "Clip-11".
StringSet<> getSteps() {
  Context context;
  StringSet<> keys;
  auto add = [&](StringRef domain, StringRef op) {
    for (const auto *step : onnx_import::getSteps(domain, op))
      if (step->upgrade)
        keys.insert(getKey(domain, op, step->version));
  };
  for (const OpInfo *info : context.getOps())
    if (info->onnxSince)
      add(info->onnxDomain, info->getShortName());
  for (const auto &renaming : onnx_import::getRenamings())
    add("", renaming.oldName);
  return keys;
}

TEST(UpgradeTables, EachStepHasACase) {
  StringSet<> steps = getSteps(), tested;
  EXPECT_GT(steps.size(), 80u);
  for (const UpgradeCase &test : cases)
    tested.insert(getKey(test.domain, test.op, test.version));
  for (const auto &step : steps)
    EXPECT_TRUE(tested.contains(step.getKey()))
        << "the conversion " << step.getKey().str()
        << " has no case in UpgradeCases.def";
  for (const auto &key : tested)
    EXPECT_TRUE(steps.contains(key.getKey()))
        << "UpgradeCases.def has a case of " << key.getKey().str()
        << ", which isn't a conversion";
}

} // namespace
