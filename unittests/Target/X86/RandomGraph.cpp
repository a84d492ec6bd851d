//===- RandomGraph.cpp --------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RandomGraph.h"
#include "onnc/Driver/Compiler.h"
#include "onnc/IR/Verifier.h"
#include "onnc/Interp/Interpreter.h"
#include "onnc/Target/Program.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/TargetParser/Host.h"

using namespace llvm;
using namespace onnc;

X86Graph::X86Graph(unsigned seed)
    : random(seed + 1), graph(module.addGraph("main")) {
  // Neighbouring seeds start alike.
  random.discard(20);
  context.getDiagnostics().setHandler([this](const Diagnostic &diag) {
    raw_string_ostream os(diagnostics);
    diag.print(os);
  });
  registerAllTargets(targets);
  module.setProperties({Property::Imported});
  builder.setInsertionPointToEnd(graph.getBody());
}

X86Graph::Shape X86Graph::shape(unsigned rank, int64_t high) {
  Shape out;
  for (unsigned i = 0; i < rank; ++i)
    out.push_back(pick(1, high));
  return out;
}

std::vector<float> X86Graph::numbers(int64_t count, float low, float high) {
  std::vector<float> out(count);
  for (float &value : out)
    value = pick(std::lround(low * 16), std::lround(high * 16)) / 16.0f;
  return out;
}

Value *X86Graph::input(ArrayRef<int64_t> shape, float low, float high) {
  auto type = TensorType::get(context, ElementType::F32, shape);
  inputs.push_back(TensorValue::of<float>(
      ElementType::F32, shape, numbers(*type.getNumElements(), low, high)));
  return graph.getBody().addArgument(type, "x" + std::to_string(inputs.size()));
}

Value *X86Graph::weights(ArrayRef<int64_t> shape, float low, float high) {
  auto type = TensorType::get(context, ElementType::F32, shape);
  auto tensor = TensorValue::of<float>(
      ElementType::F32, shape, numbers(*type.getNumElements(), low, high));
  return builder.constant(tensor.toConstant(context));
}

Value *X86Graph::make(StringRef op, ArrayRef<Value *> operands,
                      ArrayRef<NamedAttr> attrs) {
  Operation *made =
      builder.createInferred(("onnx." + op).str(), operands, attrs, 1);
  if (!made)
    report_fatal_error(
        StringRef("an invalid " + op.str() + ": " + diagnostics));
  return made->getResult();
}

void X86Graph::finish(ArrayRef<Value *> outputs) {
  builder.createReturn(outputs);
  std::vector<std::string> names;
  for (size_t i = 0; i < outputs.size(); ++i)
    names.push_back("y" + std::to_string(i));
  graph.setOutputNames(names);
  ASSERT_TRUE(succeeded(verify(module))) << diagnostics;
}

std::unique_ptr<Program> X86Graph::compile(StringRef processor, OptLevel level,
                                           unsigned threads) {
  std::unique_ptr<Module> copy = module.clone();
  Compiler compiler(context, targets);
  if (failed(compiler.setQuadruple(processor)))
    return nullptr;
  PassOptions options;
  options.verifyEach = true;
  auto pipeline = compiler.getPipeline(options, level);
  SmallString<0> bytes;
  raw_svector_ostream os(bytes);
  if (!pipeline || failed(compiler.compile(*copy, *pipeline, options)) ||
      failed(compiler.emit(*copy, "obj", os)))
    return nullptr;
  LoadOptions load;
  load.threads = threads;
  auto program = targets.lookup(compiler.getQuadruple())
                     .load(MemoryBuffer::getMemBufferCopy(bytes), load);
  if (!program) {
    diagnostics += toString(program.takeError());
    return nullptr;
  }
  return std::move(*program);
}

void X86Graph::check(ArrayRef<Value *> outputs, Tolerance tolerance) {
  ASSERT_NO_FATAL_FAILURE(finish(outputs));
  std::string text;
  raw_string_ostream os(text);
  module.print(os);
  SCOPED_TRACE(text);
  auto expected = run(graph, inputs);
  ASSERT_TRUE(bool(expected)) << toString(expected.takeError());
  struct Way {
    const char *processor;
    OptLevel level;
    unsigned threads;
  };
  // The last is for vectors of eight, which any processor of today has.
  static constexpr Way ways[] = {{"x86_64", OptLevel::O2, 1},
                                 {"x86_64", OptLevel::O0, 3},
                                 {"x86_64_v3", OptLevel::O2, 2}};
  bool hasAVX2 = sys::getHostCPUFeatures().lookup("avx2");
  for (const Way &way : ways) {
    if (!hasAVX2 && StringRef(way.processor) != "x86_64")
      continue;
    SCOPED_TRACE(way.processor);
    auto program = compile(way.processor, way.level, way.threads);
    ASSERT_TRUE(program) << diagnostics;
    auto actual = program->run(inputs);
    ASSERT_TRUE(bool(actual)) << toString(actual.takeError());
    for (size_t i = 0; i < expected->size(); ++i) {
      auto result = compare((*actual)[i], (*expected)[i], tolerance);
      EXPECT_TRUE(bool(result))
          << "output " << i << ": " << result.mismatches << " of "
          << result.compared << " differ, by up to " << result.maxError
          << ", first " << result.firstMismatch;
    }
  }
}

std::string X86Graph::getRefusal(ArrayRef<Value *> outputs) {
  finish(outputs);
  EXPECT_FALSE(compile("x86_64", OptLevel::O2, 1));
  return diagnostics;
}
