//===- CompileAndRun.cpp --------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CompileAndRun.h"
#include "Artifact/Artifact.h"
#include "Board/BoardProgram.h"
#include "onnc/Driver/Compiler.h"
#include "onnc/IR/Ops/Quant.h"
#include "onnc/IR/Verifier.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "gtest/gtest.h"
#include <dlfcn.h>

using namespace llvm;
using namespace onnc;

CortexMGraph::CortexMGraph(unsigned seed)
    : random(seed + 1), graph(module.addGraph("main")) {
  random.discard(20);
  context.getDiagnostics().setHandler([this](const Diagnostic &diag) {
    raw_string_ostream os(diagnostics);
    diag.print(os);
  });
  registerAllTargets(targets);
  module.setProperties({Property::Imported});
  builder.setInsertionPointToEnd(graph.getBody());
}

CortexMGraph::Shape CortexMGraph::shape(unsigned rank, int64_t high) {
  Shape out;
  for (unsigned i = 0; i < rank; ++i)
    out.push_back(pick(1, high));
  return out;
}

TensorValue CortexMGraph::numbers(ElementType type, ArrayRef<int64_t> shape,
                                  double low, double high) {
  int64_t count = 1;
  for (int64_t size : shape)
    count *= size;
  auto fill = [&]<typename T>(auto next) {
    std::vector<T> values(count);
    for (T &value : values)
      value = T(next());
    return TensorValue::of<T>(type, shape, values);
  };
  auto whole = [&] { return pick(int64_t(low), int64_t(high)); };
  switch (type) {
  case ElementType::F32:
    return fill.operator()<float>([&] { return real(low, high); });
  case ElementType::I8:
    return fill.operator()<int8_t>(whole);
  case ElementType::U8:
  case ElementType::Bool:
    return fill.operator()<uint8_t>(whole);
  case ElementType::I16:
    return fill.operator()<int16_t>(whole);
  case ElementType::I64:
    return fill.operator()<int64_t>(whole);
  case ElementType::U32:
    return fill.operator()<uint32_t>(whole);
  default:
    return fill.operator()<int32_t>(whole);
  }
}

Value *CortexMGraph::input(ElementType type, ArrayRef<int64_t> shape,
                           double low, double high) {
  inputs.push_back(numbers(type, shape, low, high));
  return graph.getBody().addArgument(TensorType::get(context, type, shape),
                                     "in" + std::to_string(inputs.size()));
}

Value *CortexMGraph::constant(ElementType type, ArrayRef<int64_t> shape,
                              double low, double high) {
  return builder.constant(numbers(type, shape, low, high).toConstant(context));
}

ConstantAttr CortexMGraph::scalar(ElementType type, int64_t value) {
  return numbers(type, {}, double(value), double(value)).toConstant(context);
}

Value *CortexMGraph::make(StringRef op, ArrayRef<Value *> operands,
                          ArrayRef<NamedAttr> attrs, unsigned results) {
  std::string name = op.contains('.') ? op.str() : "onnx." + op.str();
  Operation *made = builder.createInferred(name, operands, attrs, results);
  if (!made)
    report_fatal_error(StringRef("an invalid " + name + ": " + diagnostics));
  return made->getResult();
}

Value *CortexMGraph::requantize(Value *acc, int64_t channels,
                                double magnitude) {
  ElementType type = oneOf({ElementType::I8, ElementType::I8, ElementType::U8});
  int64_t low = quant::getLowest(type), high = quant::getHighest(type);
  // Results spread over the whole type, and beyond it.
  double factor = 200 / magnitude;
  SmallVector<NamedAttr, 8> attrs = {
      {"zero_point", scalar(type, pick(low, high))}};
  if (flip()) {
    attrs.push_back({"channel_scales", numbers(ElementType::F32, {channels},
                                               factor / 4, factor * 2)
                                           .toConstant(context)});
  } else {
    attrs.push_back({"numerators", FloatsAttr::get({double(float(factor))})});
  }
  if (flip())
    attrs.push_back(
        {"denominators", FloatsAttr::get({double(float(real(0.5, 2)))})});
  if (flip())
    attrs.push_back({"min", IntAttr::get(pick(low, low + 100))});
  SmallVector<Value *, 2> operands = {acc};
  if (flip())
    operands.push_back(
        constant(ElementType::I32, {channels}, -magnitude / 2, magnitude / 2));
  else
    operands.push_back(nullptr);
  return make("quant.Requantize", operands, attrs);
}

void CortexMGraph::finish(ArrayRef<Value *> outputs) {
  builder.createReturn(outputs);
  std::vector<std::string> names;
  for (size_t i = 0; i < outputs.size(); ++i)
    names.push_back("out" + std::to_string(i));
  graph.setOutputNames(names);
  ASSERT_TRUE(succeeded(verify(module))) << diagnostics;
}

bool CortexMGraph::compile(StringRef quadruple, StringRef directory) {
  std::unique_ptr<Module> copy = module.clone();
  Compiler compiler(context, targets);
  if (failed(compiler.setQuadruple(quadruple)))
    return false;
  PassOptions options;
  options.verifyEach = true;
  auto pipeline =
      compiler.getPipeline(options, flip() ? OptLevel::O2 : OptLevel::O1);
  return pipeline && succeeded(compiler.compile(*copy, *pipeline, options)) &&
         succeeded(compiler.emitDirectory(*copy, "c", directory));
}

/// The artifact as a shared object with a function that takes its tensors as
/// arrays.
Expected<RuntimeValues> CortexMGraph::runOnHost(StringRef directory) {
  SmallString<128> path(directory);
  sys::path::append(path, "model.json");
  auto buffer = errorOrToExpected(MemoryBuffer::getFile(path));
  if (!buffer)
    return buffer.takeError();
  auto artifact = cortexm::Artifact::load(**buffer);
  if (!artifact)
    return artifact.takeError();
  const cortexm::Manifest &m = artifact->manifest;
  std::string source = artifact->getPath("call.c"),
              object = artifact->getPath("call.so");
  {
    std::error_code code;
    raw_fd_ostream os(source, code);
    os << "#include \"model.c\"\nvoid call(void *arena, void **in, void **out);"
          "\nvoid call(void *arena, void **in, void **out) {\n  "
       << m.getEntry() << "(arena";
    for (size_t i = 0; i < m.inputs.size(); ++i)
      os << ", in[" << i << "]";
    for (size_t i = 0; i < m.outputs.size(); ++i)
      os << ", out[" << i << "]";
    os << ");\n}\n";
  }
  auto cc = sys::findProgramByName(pick(0, 3) ? "cc" : "clang-19");
  if (!cc)
    cc = sys::findProgramByName("cc");
  if (!cc)
    return createStringError("there is no C compiler");
  std::string errors = artifact->getPath("errors"), why;
  std::optional<StringRef> redirects[] = {std::nullopt, std::nullopt,
                                          StringRef(errors)};
  if (sys::ExecuteAndWait(
          *cc,
          {*cc, "-std=c99", "-O1", "-Wall", "-Wextra", "-Werror", "-shared",
           "-fPIC", "-ffp-contract=off", "-fsanitize=undefined",
           "-fsanitize-undefined-trap-on-error", source, "-o", object},
          std::nullopt, redirects, 0, 0, &why)) {
    auto text = MemoryBuffer::getFile(errors);
    return createStringError("the C doesn't compile: " + why +
                             (text ? (*text)->getBuffer() : ""));
  }
  void *handle = dlopen(object.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle)
    return createStringError(StringRef(dlerror()));
  auto *call = reinterpret_cast<void (*)(void *, void **, void **)>(
      dlsym(handle, "call"));
  std::vector<std::vector<char>> in, out;
  std::vector<void *> ins, outs;
  for (const RuntimeValue &value : inputs) {
    ArrayRef<char> bytes = value.getTensor().getBytes();
    ins.push_back(in.emplace_back(bytes.begin(), bytes.end()).data());
  }
  for (const cortexm::TensorParameter &t : m.outputs)
    outs.push_back(out.emplace_back(t.getNumBytes()).data());
  // What lies around the arena stays as it is.
  constexpr size_t margin = 64;
  std::vector<char> arena(m.arenaBytes + 2 * margin, 0x5a);
  call(arena.data() + margin, ins.data(), outs.data());
  for (size_t i = 0; i < margin; ++i)
    if (arena[i] != 0x5a || arena[arena.size() - 1 - i] != 0x5a)
      return createStringError("the model wrote outside of its arena");
  for (auto [before, after] : zip_equal(inputs, in))
    if (before.getTensor().getBytes() != ArrayRef<char>(after))
      return createStringError("the model wrote to its inputs");
  RuntimeValues results;
  for (auto [t, bytes] : zip_equal(m.outputs, out)) {
    auto value = TensorValue::fromPackedBytes(t.type, t.shape, bytes);
    if (!value)
      return value.takeError();
    results.push_back(*value);
  }
  dlclose(handle);
  return results;
}

Expected<RuntimeValues> CortexMGraph::runOnBoard(StringRef directory) {
  SmallString<128> path(directory);
  sys::path::append(path, "model.json");
  auto buffer = errorOrToExpected(MemoryBuffer::getFile(path));
  if (!buffer)
    return buffer.takeError();
  auto program = cortexm::loadProgram(std::move(*buffer), {});
  if (!program)
    return program.takeError();
  auto results = (*program)->run(inputs);
  if (!results)
    return results.takeError();
  return RuntimeValues(results->begin(), results->end());
}

void CortexMGraph::check(ArrayRef<Value *> outputs, Tolerance tolerance,
                         StringRef quadruple, bool onBoard) {
  finish(outputs);
  auto expected = onnc::run(graph, inputs);
  ASSERT_TRUE(bool(expected)) << toString(expected.takeError());
  SmallString<128> directory, model;
  ASSERT_FALSE(sys::fs::createUniqueDirectory("cortexm-run", directory));
  model = directory;
  sys::path::append(model, "model");
  if (!compile(quadruple, model)) {
    std::string text;
    raw_string_ostream os(text);
    module.print(os);
    sys::fs::remove_directories(directory);
    FAIL() << diagnostics << text;
  }
  auto actual = onBoard ? runOnBoard(model) : runOnHost(model);
  if (!actual) {
    FAIL() << toString(actual.takeError()) << " in " << directory.str().str();
  }
  for (auto [a, e] : zip_equal(*actual, *expected)) {
    ComparisonResult result = compare(a, e, tolerance);
    if (!result) {
      std::string text;
      raw_string_ostream os(text);
      module.print(os);
      ADD_FAILURE() << result.firstMismatch << " in " << directory.str().str()
                    << "\n"
                    << text.substr(0, 4000);
      return;
    }
  }
  sys::fs::remove_directories(directory);
}

std::string CortexMGraph::getRefusal(ArrayRef<Value *> outputs) {
  finish(outputs);
  SmallString<128> directory;
  if (sys::fs::createUniqueDirectory("cortexm-run", directory))
    return "no directory";
  bool compiled = compile("cortex-m4", directory);
  sys::fs::remove_directories(directory);
  return compiled ? "" : diagnostics;
}
