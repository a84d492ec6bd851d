//===- model-seeds.cpp - Seeds for model-fuzzer ---------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Makes small models of what there is:
///
///   model-seeds OUT PATH...
///
/// writes into the directory OUT, for everything below each PATH:
///
///   model.onnx      a node test: the model with the first data set's tensors
///                   as default values of its inputs
///   other *.onnx    the model
///   *.onncir        a model for each graph that ONNX can express
///
/// What is larger than 32 kB is left out. Files are named by their contents.
///
//===----------------------------------------------------------------------===//

#include "onnc/IR/AsmParser.h"
#include "onnc/IR/AsmPrinter.h"
#include "onnc/IR/Context.h"
#include "onnc/Import/ONNX/Export.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/WithColor.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Support/xxhash.h"
#include <onnx/onnx_pb.h>
#include <optional>

using namespace llvm;
using namespace onnc;

static constexpr size_t maxSize = 32 << 10;

static std::optional<std::string> readFile(const Twine &path) {
  auto buffer = MemoryBuffer::getFile(path);
  if (!buffer)
    return std::nullopt;
  return (*buffer)->getBuffer().str();
}

namespace {
class SeedWriter {
public:
  explicit SeedWriter(StringRef directory) : directory(directory) {}

  Error addAll(StringRef path);
  unsigned getCount() const { return count; }

private:
  Error add(StringRef path);
  Error addNodeTest(StringRef path);
  Error addText(StringRef path);
  Error write(StringRef bytes);

  StringRef directory;
  unsigned count = 0;
};
} // namespace

Error SeedWriter::write(StringRef bytes) {
  if (bytes.size() > maxSize)
    return Error::success();
  SmallString<128> path(directory);
  sys::path::append(path, utohexstr(xxHash64(bytes)) + ".onnx");
  std::error_code ec;
  raw_fd_ostream os(path, ec);
  if (ec)
    return createFileError(path, ec);
  os << bytes;
  ++count;
  return Error::success();
}

Error SeedWriter::addNodeTest(StringRef path) {
  onnx::ModelProto model;
  if (auto bytes = readFile(path); !bytes || !model.ParseFromString(*bytes))
    return Error::success();
  const std::string data =
      (sys::path::parent_path(path) + "/test_data_set_0/input_").str();
  for (int i = 0; i != model.graph().input_size(); ++i) {
    const auto &input = model.graph().input(i);
    auto bytes = readFile(data + Twine(i) + ".pb");
    onnx::TensorProto tensor;
    if (!bytes || !input.type().has_tensor_type() ||
        !tensor.ParseFromString(*bytes))
      continue;
    tensor.set_name(input.name());
    *model.mutable_graph()->add_initializer() = tensor;
  }
  return write(model.SerializeAsString());
}

Error SeedWriter::addText(StringRef path) {
  auto text = readFile(path);
  if (!text)
    return Error::success();
  SmallVector<StringRef> parts;
  StringRef(*text).split(parts, "// -----");
  for (StringRef part : parts) {
    Context context;
    context.getDiagnostics().setHandler([](const Diagnostic &) {});
    auto all = parseModule(context, part, path, sys::path::parent_path(path));
    if (!all)
      continue;
    for (const auto &graph : all->getGraphs()) {
      // Alone, and under the name of a model's graph.
      auto alone = all->clone();
      while (alone->getGraphs().size() > 1)
        alone->eraseGraph(
            *alone->getGraphs()[alone->getGraphs()[0]->getName() ==
                                graph->getName()]);
      std::string printed;
      raw_string_ostream os(printed);
      printModule(*alone, os);
      const std::string head = ("graph @" + graph->getName() + "(").str();
      const size_t at = printed.find(head);
      if (at == std::string::npos)
        continue;
      printed.replace(at, head.size(), "graph @main(");
      auto module =
          parseModule(context, printed, path, sys::path::parent_path(path));
      auto bytes = module ? exportModelToBytes(*module) : std::nullopt;
      if (bytes)
        if (Error error = write(*bytes))
          return error;
    }
  }
  return Error::success();
}

Error SeedWriter::add(StringRef path) {
  if (sys::path::filename(path) == "model.onnx")
    return addNodeTest(path);
  if (path.ends_with(".onncir"))
    return addText(path);
  if (!path.ends_with(".onnx"))
    return Error::success();
  auto bytes = readFile(path);
  return bytes ? write(*bytes) : Error::success();
}

Error SeedWriter::addAll(StringRef path) {
  if (!sys::fs::is_directory(path))
    return add(path);
  std::vector<std::string> files;
  std::error_code ec;
  for (sys::fs::recursive_directory_iterator it(path, ec), end;
       !ec && it != end; it.increment(ec))
    if (it->type() == sys::fs::file_type::regular_file)
      files.push_back(it->path());
  if (ec)
    return createFileError(path, ec);
  llvm::sort(files);
  for (const std::string &file : files)
    if (Error error = add(file))
      return error;
  return Error::success();
}

int main(int argc, char **argv) {
  if (argc < 3) {
    WithColor::error(errs(), argv[0]) << "expected OUT PATH...\n";
    return 1;
  }
  Error error = Error::success();
  if (std::error_code ec = sys::fs::create_directories(argv[1]))
    error = createFileError(argv[1], ec);
  SeedWriter writer(argv[1]);
  for (int i = 2; i != argc && !error; ++i)
    error = writer.addAll(argv[i]);
  if (error) {
    WithColor::error(errs(), argv[0]) << toString(std::move(error)) << '\n';
    return 1;
  }
  outs() << writer.getCount() << " seeds\n";
  return 0;
}
