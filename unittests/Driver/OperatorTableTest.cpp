//===- OperatorTableTest.cpp ----------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Driver/OperatorTable.h"
#include "OperatorSamples.h"
#include "onnc/Driver/Compiler.h"
#include "onnc/IR/Context.h"
#include "onnc/Support/TemporaryDirectory.h"
#include "llvm/ADT/SmallString.h"
#include "gtest/gtest.h"

using namespace llvm;
using namespace onnc;

namespace {

uint64_t mask(std::initializer_list<ElementType> types) {
  uint64_t bits = 0;
  for (ElementType type : types)
    bits |= uint64_t(1) << unsigned(type);
  return bits;
}

class OperatorTableTest : public testing::Test {
protected:
  static const std::vector<std::string> quadruples;

  static void SetUpTestSuite() {
    context = new Context;
    targets = new TargetRegistry;
    registerAllTargets(*targets);
    table =
        new OperatorTable(*makeOperatorTable(*context, *targets, quadruples));
  }
  static void TearDownTestSuite() {
    delete table;
    delete targets;
    delete context;
  }

  static const OperatorSupport &get(StringRef name, StringRef target) {
    const OperatorRow *row = table->lookup(name);
    EXPECT_TRUE(row) << name.str();
    return row->targets[find(quadruples, target) - quadruples.begin()];
  }

  static Context *context;
  static TargetRegistry *targets;
  static OperatorTable *table;
};

const std::vector<std::string> OperatorTableTest::quadruples = {
    "mlu100", "cortex-m4", "x86_64_v3"};
Context *OperatorTableTest::context;
TargetRegistry *OperatorTableTest::targets;
OperatorTable *OperatorTableTest::table;

/// Compiles to the end and tells what was reported.
class Attempt {
public:
  Attempt(Context &context, const TargetRegistry &targets, StringRef quadruple)
      : context(context), compiler(context, targets) {
    EXPECT_TRUE(succeeded(compiler.setQuadruple(quadruple)));
    options.noCrashReproducer = true;
    pipeline = std::move(*compiler.getPipeline(options, OptLevel::O2));
  }

  bool compile(const OperatorSample &sample) {
    auto handler = context.getDiagnostics().exchangeHandler(
        [&](const Diagnostic &diag) { messages += diag.message + "\n"; });
    auto module = sample.module->clone();
    bool ok = succeeded(compiler.compile(*module, pipeline, options)) &&
              emit(*module);
    context.getDiagnostics().exchangeHandler(std::move(handler));
    return ok;
  }

  std::string messages;

private:
  bool emit(const Module &module) {
    const OutputKind &kind = compiler.getTarget()->getOutputKinds().front();
    if (kind.isDirectory) {
      auto scratch = cantFail(TemporaryDirectory::create("onnc-table"));
      return succeeded(
          compiler.emitDirectory(module, kind.name, scratch->getPath("op")));
    }
    SmallString<0> bytes;
    raw_svector_ostream os(bytes);
    return succeeded(compiler.emit(module, kind.name, os));
  }

  Context &context;
  Compiler compiler;
  Pipeline pipeline;
  PassOptions options;
};

} // namespace

TEST_F(OperatorTableTest, HasARowForEachOperator) {
  size_t operators = 0;
  for (const OpInfo *info : context->getOps()) {
    operators += info->onnxSince != 0;
    EXPECT_EQ(table->lookup(info->name) != nullptr, info->onnxSince != 0)
        << info->name.str();
  }
  EXPECT_EQ(table->rows.size(), operators);
  EXPECT_GE(operators, 200u);
}

/// Also says that each type has a sample that is valid.
TEST_F(OperatorTableTest, InterpreterRunsAllTypes) {
  for (const OperatorRow &row : table->rows) {
    uint64_t lacking = 0;
    if (row.info->name == "onnx.Resize")
      lacking =
          mask({ElementType::String, ElementType::C64, ElementType::C128});
    EXPECT_EQ(row.types & ~row.interpreter.types, lacking)
        << row.info->name.str() << ": " << row.interpreter.refusal;
    EXPECT_NE(row.types, 0u) << row.info->name.str();
  }
}

TEST_F(OperatorTableTest, KnowsVersions) {
  auto check = [&](StringRef name, unsigned i, int first, int last,
                   ArrayRef<int> conversions) {
    const OperatorVersions &versions = table->lookup(name)->history[i];
    EXPECT_EQ(versions.first, first) << name.str();
    EXPECT_EQ(versions.last, last) << name.str();
    EXPECT_EQ(ArrayRef<int>(versions.conversions), conversions) << name.str();
  };
  check("onnx.Clip", 0, 1, 28, {6, 11});
  check("onnx.Relu", 0, 1, 28, {6});
  // Two steps make the form of version 7.
  check("onnx.Add", 0, 1, 28, {6, 7});
  // Tile-1 repeats along one axis.
  check("onnx.Tile", 0, 6, 28, {});
  check("onnx.SwiGLU", 0, 28, 28, {});
  check("onnx.LinearAttention", 0, 27, 28, {});
  check("onnx.Resize", 0, 10, 28, {11, 13});
  ASSERT_EQ(table->lookup("onnx.Resize")->history.size(), 2u);
  EXPECT_EQ(table->lookup("onnx.Resize")->history[1].name, "Upsample");
  check("onnx.Resize", 1, 7, 9, {9});
  check("onnx_ml.LabelEncoder", 0, 1, 5, {2});
  check("onnx_preview.FlexAttention", 0, 1, 1, {});
}

TEST_F(OperatorTableTest, KnowsTargets) {
  const uint64_t halves = mask({ElementType::F32, ElementType::F16}),
                 reals = mask({ElementType::F32, ElementType::F64});
  EXPECT_EQ(get("onnx.Conv", "mlu100").types, halves);
  EXPECT_EQ(get("onnx.Gemm", "mlu100").types, halves);
  EXPECT_EQ(get("onnx.QLinearConv", "mlu100").types, mask({ElementType::I8}));
  EXPECT_EQ(get("onnx.Conv", "x86_64_v3").types, reals);
  EXPECT_EQ(get("onnx.Softmax", "cortex-m4").types, mask({ElementType::F32}));
  // An If stays one where its condition isn't known.
  for (const std::string &target : quadruples)
    EXPECT_EQ(get("onnx.If", target).getAll(), 0u);
  EXPECT_EQ(get("onnx.If", "mlu100").refusal, "control flow isn't supported");
  // Only its definition runs.
  EXPECT_EQ(get("onnx.GroupNormalization", "x86_64_v3").types, 0u);
  EXPECT_EQ(get("onnx.GroupNormalization", "x86_64_v3").expanded, reals);
}

/// Each column is checked on a part of the rows: compiling and emitting does
/// what the cell says, for the reason that it gives.
TEST_F(OperatorTableTest, AgreesWithTheCompiler) {
  constexpr size_t stride = 6;
  for (const std::string &target : quadruples) {
    unsigned accepted = 0, refused = 0;
    for (size_t i = 0; i < table->rows.size(); ++i) {
      const OperatorRow &row = table->rows[i];
      const bool isNamed =
          row.info->name == "onnx.Pad" || row.info->name == "onnx.Gemm";
      if (i % stride && !isNamed)
        continue;
      const OperatorSupport &support = get(row.info->name, target);
      std::string messages;
      for (unsigned bit = 0; row.types >> bit; ++bit) {
        if (!(row.types >> bit & 1))
          continue;
        Attempt attempt(*context, *targets, target);
        bool works = false;
        for (const OperatorSample &sample :
             makeSamples(*context, *row.info, static_cast<ElementType>(bit)))
          works = works || attempt.compile(sample);
        EXPECT_EQ(works, bool(support.types >> bit & 1))
            << row.info->name.str() << " of "
            << getName(static_cast<ElementType>(bit)).str() << " for " << target
            << ": " << attempt.messages;
        ++(works ? accepted : refused);
        messages += attempt.messages;
      }
      if (support.types != row.types) {
        EXPECT_NE(messages.find(support.refusal), std::string::npos)
            << row.info->name.str() << " for " << target << ": '"
            << support.refusal << "' isn't in " << messages;
      }
    }
    EXPECT_GT(accepted, 20u) << target;
    EXPECT_GT(refused, 20u) << target;
  }
}

TEST_F(OperatorTableTest, WrongQuadruplesAreErrors) {
  Context other;
  std::string message;
  other.getDiagnostics().setHandler(
      [&](const Diagnostic &diag) { message = diag.message; });
  EXPECT_FALSE(makeOperatorTable(other, *targets, {"toaster"}));
  EXPECT_NE(message.find("unknown processor"), std::string::npos) << message;
}
