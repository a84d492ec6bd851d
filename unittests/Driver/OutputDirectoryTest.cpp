//===- OutputDirectoryTest.cpp -------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// A target whose output is a directory: a file "words" and a manifest that
/// names it.
///
//===----------------------------------------------------------------------===//

#include "OutputDirectory.h"
#include "Divergence.h"
#include "onnc/CodeGen/BufferModel.h"
#include "onnc/Driver/Compiler.h"
#include "onnc/Support/OutputFile.h"
#include "onnc/Support/TemporaryDirectory.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "gtest/gtest.h"

using namespace llvm;
using namespace onnc;

namespace {

struct AcceptAll : OperatorModel {
  std::optional<std::string> getRefusal(const Operation &) const override {
    return std::nullopt;
  }
  OperationCost getCost(const Operation &) const override { return {}; }
};

std::string joinPath(StringRef directory, StringRef name) {
  SmallString<128> path(directory);
  sys::path::append(path, name);
  return path.str().str();
}

class Folder : public Target {
public:
  Folder() {
    ProcessingUnit unit;
    unit.name = "folder";
    unit.memories = {{"ram", 1024, 1, 1}};
    unit.operatingPoints = {{"only", 1, 1}};
    machine.units.push_back(unit);
  }
  const Machine &getMachine() const override { return machine; }
  const OperatorModel &getOperatorModel() const override { return operators; }
  void registerOps(Context &) const override {}
  void registerPasses(PassRegistry &) const override {}
  std::string getPipeline(OptLevel) const override { return ""; }
  ArrayRef<OutputKind> getOutputKinds() const override {
    static constexpr OutputKind kinds[] = {{"folder", "", "", true},
                                           {"file", ".f", ""}};
    return kinds;
  }
  Error emit(const Module &, StringRef, raw_pwrite_stream &os) const override {
    os << "one file";
    return Error::success();
  }
  Error emitDirectory(const Module &module, StringRef,
                      StringRef directory) const override {
    if (std::error_code ec = sys::fs::create_directories(directory))
      return createFileError(directory, ec);
    for (auto [name, text] :
         {std::pair("words", module.getName()), {"folder.json", "FOLDER"}})
      if (Error e = writeOutputFile(joinPath(directory, name),
                                    [text = text](raw_pwrite_stream &os) {
                                      os << text;
                                      return Error::success();
                                    }))
        return e;
    return Error::success();
  }

private:
  Machine machine;
  AcceptAll operators;
};

/// Its report is what "words" says.
struct FolderProgram : Program {
  std::string words;
  ArrayRef<ProgramValueInfo> getInputs() const override { return {}; }
  ArrayRef<ProgramValueInfo> getOutputs() const override { return {}; }
  Expected<std::vector<RuntimeValue>> run(ArrayRef<RuntimeValue>) override {
    return std::vector<RuntimeValue>();
  }
  void printReport(raw_ostream &os, bool) const override { os << words; }
};

Expected<std::unique_ptr<Program>> load(std::unique_ptr<MemoryBuffer> file,
                                        const LoadOptions &) {
  auto program = std::make_unique<FolderProgram>();
  StringRef directory = sys::path::parent_path(file->getBufferIdentifier());
  auto words = MemoryBuffer::getFile(joinPath(directory, "words"));
  if (!words)
    return errorCodeToError(words.getError());
  program->words = (*words)->getBuffer();
  return program;
}

class OutputDirectoryTest : public testing::Test {
protected:
  void SetUp() override {
    static constexpr StringRef tools[] = {"c"};
    static constexpr ProcessorInfo processors[] = {
        {"folder", "", "acme", "none", tools}};
    static constexpr TargetInfo info = {
        "Folder",
        "",
        processors,
        [](const Quadruple &) -> Expected<std::unique_ptr<Target>> {
          return std::make_unique<Folder>();
        },
        [](MemoryBufferRef file) { return file.getBuffer() == "FOLDER"; },
        load};
    cantFail(targets.add(info));
    temporary = cantFail(TemporaryDirectory::create("onnc-test"));
  }

  std::unique_ptr<Module> makeModule(StringRef properties) {
    std::string text = ("module @hello properties [" + properties +
                        "]\ngraph @main() -> () {\n  return() : () -> ()\n}\n")
                           .str();
    return readModel(context, text, "test");
  }
  std::string find() {
    auto found = findManifest(temporary->str(), targets);
    return found ? sys::path::filename(*found).str()
                 : toString(found.takeError());
  }

  Context context;
  TargetRegistry targets;
  std::unique_ptr<TemporaryDirectory> temporary;
};

} // namespace

TEST_F(OutputDirectoryTest, IsEmittedAndFound) {
  auto module = makeModule("selected, allocated");
  ASSERT_TRUE(module);
  Compiler compiler(context, targets);
  ASSERT_TRUE(succeeded(compiler.setQuadruple("folder")));
  std::string path = joinPath(temporary->str(), "new");
  ASSERT_TRUE(succeeded(compiler.emitDirectory(*module, "folder", path)));
  EXPECT_EQ(cantFail(findManifest(path, targets)),
            joinPath(path, "folder.json"));
  EXPECT_TRUE(sys::fs::exists(joinPath(path, "words")));
}

TEST_F(OutputDirectoryTest, IsCompiledAndLoaded) {
  auto module = makeModule("selected, allocated");
  ASSERT_TRUE(module);
  RunConfig config;
  config.quadruple = "folder";
  auto program = compileAndLoad(*module, targets, config);
  ASSERT_TRUE(program);
  std::string report;
  raw_string_ostream os(report);
  program->printReport(os, false);
  EXPECT_EQ(report, "hello");
}

TEST_F(OutputDirectoryTest, NeedsACompiledModule) {
  auto module = makeModule("imported");
  ASSERT_TRUE(module);
  Compiler compiler(context, targets);
  ASSERT_TRUE(succeeded(compiler.setQuadruple("folder")));
  std::string path = joinPath(temporary->str(), "new");
  EXPECT_TRUE(failed(compiler.emitDirectory(*module, "folder", path)));
  EXPECT_FALSE(sys::fs::exists(path));
}

TEST_F(OutputDirectoryTest, ManifestsAreRecognized) {
  EXPECT_TRUE(StringRef(find()).contains("it has no manifest (.json)"));
  cantFail(temporary->write("other.json", "{}"));
  cantFail(temporary->write("b.txt", "FOLDER"));
  EXPECT_TRUE(StringRef(find()).contains("it has no manifest (.json)"));
  cantFail(temporary->write("b.json", "FOLDER"));
  EXPECT_EQ(find(), "b.json");
  cantFail(temporary->write("a.json", "FOLDER"));
  EXPECT_TRUE(StringRef(find()).contains("several programs"));
}

TEST(TemporaryDirectoryTest, IsGoneInTheEnd) {
  auto directory = cantFail(TemporaryDirectory::create("onnc-test"));
  std::string path = directory->str().str();
  cantFail(directory->write("file", "text"));
  EXPECT_TRUE(sys::fs::exists(joinPath(path, "file")));
  directory.reset();
  EXPECT_FALSE(sys::fs::exists(path));
}
