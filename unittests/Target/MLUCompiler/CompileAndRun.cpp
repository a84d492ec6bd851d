//===- CompileAndRun.cpp --------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CompileAndRun.h"
#include "../../../lib/Target/MLU/Compiler/DescribeMachine.h"
#include "../../../lib/Target/MLU/Compiler/EmitTiles.h"
#include "../../../lib/Target/MLU/Compiler/MLUTileModel.h"
#include "onnc/CodeGen/Passes.h"
#include "onnc/CodeGen/TileBufferModel.h"
#include "onnc/CodeGen/TilePasses.h"
#include "onnc/CodeGen/TileTransforms.h"
#include "onnc/Driver/Compiler.h"
#include "onnc/IR/Verifier.h"
#include "onnc/Interp/Interpreter.h"
#include "onnc/Pass/PassManager.h"
#include "onnc/Target/Program.h"
#include "onnc/Transforms/Passes.h"
#include "onnc/Transforms/Pipelines.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace llvm;
using namespace onnc;

MLUGraph::MLUGraph(unsigned seed)
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

MLUGraph::Shape MLUGraph::shape(unsigned rank, int64_t high) {
  Shape out;
  for (unsigned i = 0; i < rank; ++i)
    out.push_back(pick(1, high));
  return out;
}

std::vector<float> MLUGraph::numbers(int64_t count, float low, float high) {
  std::vector<float> out(count);
  for (float &value : out)
    value = pick(std::lround(low * 16), std::lround(high * 16)) / 16.0f;
  return out;
}

Value *MLUGraph::input(ArrayRef<int64_t> shape, float low, float high) {
  auto type = TensorType::get(context, ElementType::F32, shape);
  inputs.push_back(TensorValue::of<float>(
      ElementType::F32, shape, numbers(*type.getNumElements(), low, high)));
  return graph.getBody().addArgument(type, "x" + std::to_string(inputs.size()));
}

Value *MLUGraph::weights(ArrayRef<int64_t> shape, float low, float high) {
  auto type = TensorType::get(context, ElementType::F32, shape);
  auto tensor = TensorValue::of<float>(
      ElementType::F32, shape, numbers(*type.getNumElements(), low, high));
  return builder.constant(tensor.toConstant(context));
}

Value *MLUGraph::integers(ElementType type, ArrayRef<int64_t> shape,
                          int64_t low, int64_t high) {
  int64_t count = 1;
  for (int64_t extent : shape)
    count *= extent;
  std::vector<int64_t> values(count);
  for (int64_t &value : values)
    value = pick(low, high);
  auto make = [&]<typename T>(T) {
    return TensorValue::of<T>(type, shape,
                              std::vector<T>(values.begin(), values.end()));
  };
  TensorValue tensor =
      type == ElementType::I8 ? make(int8_t()) : make(int32_t());
  return builder.constant(tensor.toConstant(context));
}

Value *MLUGraph::byteInput(ArrayRef<int64_t> shape) {
  auto type = TensorType::get(context, ElementType::I8, shape);
  std::vector<int8_t> values(*type.getNumElements());
  for (int8_t &value : values)
    value = int8_t(pick(-128, 127));
  inputs.push_back(TensorValue::of<int8_t>(ElementType::I8, shape, values));
  return graph.getBody().addArgument(type, "x" + std::to_string(inputs.size()));
}

Value *MLUGraph::make(StringRef op, ArrayRef<Value *> operands,
                      ArrayRef<NamedAttr> attrs) {
  std::string name = op.contains('.') ? op.str() : ("onnx." + op).str();
  Operation *made = builder.createInferred(name, operands, attrs, 1);
  if (!made)
    report_fatal_error(
        StringRef("an invalid " + op.str() + ": " + diagnostics));
  return made->getResult();
}

void MLUGraph::finish(ArrayRef<Value *> outputs) {
  builder.createReturn(outputs);
  std::vector<std::string> names;
  for (size_t i = 0; i < outputs.size(); ++i)
    names.push_back("y" + std::to_string(i));
  graph.setOutputNames(names);
  ASSERT_TRUE(succeeded(verify(module))) << diagnostics;
}

std::unique_ptr<Program> MLUGraph::load(StringRef bytes) {
  auto program = targets.lookup(cantFail(targets.parse("mlu100")))
                     .load(MemoryBuffer::getMemBufferCopy(bytes), {});
  if (!program) {
    diagnostics += toString(program.takeError());
    return nullptr;
  }
  return std::move(*program);
}

std::unique_ptr<Program> MLUGraph::compile(OptLevel level,
                                           std::vector<std::string> knobs) {
  std::unique_ptr<Module> copy = module.clone();
  Compiler compiler(context, targets);
  if (failed(compiler.setQuadruple("mlu100")))
    return nullptr;
  PassOptions options;
  options.knobs = std::move(knobs);
  options.verifyEach = true;
  auto pipeline = compiler.getPipeline(options, level);
  SmallString<0> bytes;
  raw_svector_ostream os(bytes);
  if (!pipeline || failed(compiler.compile(*copy, *pipeline, options)) ||
      failed(compiler.emit(*copy, "obj", os)))
    return nullptr;
  return load(bytes);
}

std::unique_ptr<Program> MLUGraph::compileForSmallScratchpads() {
  mlu::MachineParams params = *mlu::findMachine("mlu100");
  params.nramBytes = 48 << 10;
  params.wramBytes = 16 << 10;
  const Machine machine = mlu::describeMachine(params);
  mlu::MLUTileModel model(params);
  TileOperatorModel operators(machine.units[0], model);
  TileBufferModel buffers(machine.units[0]);
  PassRegistry registry;
  cantFail(registerTransformsPasses(registry));
  cantFail(registerCodeGenPasses(registry, machine, operators, buffers));
  cantFail(registerTilePasses(registry, machine.units[0], model));
  cantFail(registerTileTransformsPasses(registry));
  auto pipeline = Pipeline::parse(
      getOptimizationPipeline(2) +
          ",partition,form-kernels,form-blocks{model-parallelism=3},tile,"
          "pipeline-loops,verify-tiles,schedule,allocate",
      registry, context.getDiagnostics());
  std::unique_ptr<Module> copy = module.clone();
  PassManager manager(registry);
  if (!pipeline || failed(manager.run(*pipeline, *copy)))
    return nullptr;
  auto object = mlu::emitTiles(*copy, params);
  SmallString<0> bytes;
  raw_svector_ostream os(bytes);
  Error error = object ? mlu::writeCodeObject(*object, os) : object.takeError();
  if (error) {
    diagnostics += toString(std::move(error));
    return nullptr;
  }
  return load(bytes);
}

void MLUGraph::check(ArrayRef<Value *> outputs, Tolerance tolerance) {
  ASSERT_NO_FATAL_FAILURE(finish(outputs));
  std::string text;
  raw_string_ostream os(text);
  module.print(os);
  SCOPED_TRACE(text);
  auto expected = run(graph, inputs);
  ASSERT_TRUE(bool(expected)) << toString(expected.takeError());
  std::function<std::unique_ptr<Program>()> ways[] = {
      [&] { return compile(OptLevel::O0, {}); },
      [&] { return compile(OptLevel::O2, {}); },
      [&] { return compileForSmallScratchpads(); }};
  for (auto [i, way] : enumerate(ways)) {
    SCOPED_TRACE(i == 0 ? "-O0" : i == 1 ? "-O2" : "small scratchpads");
    auto program = way();
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

std::string MLUGraph::getRefusal(ArrayRef<Value *> outputs) {
  finish(outputs);
  EXPECT_FALSE(compile(OptLevel::O2, {}));
  return diagnostics;
}
