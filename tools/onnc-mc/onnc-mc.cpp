//===- onnc-mc.cpp - MLU assembler, disassembler, simulator ---------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#define ONNC_OPTIONS "onnc/Tools/MCOptions.inc"
#include "onnc/Driver/OptionTable.h"
#include "onnc/Support/OutputFile.h"
#include "onnc/Support/Version.h"
#include "onnc/Target/MLU/Assembler.h"
#include "onnc/Target/MLU/Device.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/Option/ArgList.h"
#include "llvm/Option/OptTable.h"
#include "llvm/Option/Option.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/WithColor.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace llvm::opt;
using namespace onnc;

namespace {

int fail(const Twine &message) {
  WithColor::error(errs(), "onnc-mc") << message << '\n';
  return 1;
}

int fail(Error error) { return fail(toString(std::move(error))); }

/// Reads the code object in \p buffer, or assembles it. Errors are printed.
std::optional<mlu::CodeObject> load(std::unique_ptr<MemoryBuffer> buffer,
                                    SourceMgr &source, bool binary) {
  std::string name = buffer->getBufferIdentifier().str();
  auto failIn = [&](Error error) {
    fail(name + ": " + toString(std::move(error)));
  };
  if (!binary) {
    source.AddNewSourceBuffer(std::move(buffer), SMLoc());
    std::optional<mlu::CodeObject> object = mlu::assemble(source);
    if (!object)
      return std::nullopt;
    if (Error error = mlu::validate(*object)) {
      failIn(std::move(error));
      return std::nullopt;
    }
    return object;
  }
  Expected<mlu::CodeObject> object = mlu::readCodeObject(*buffer);
  source.AddNewSourceBuffer(std::move(buffer), SMLoc()); // Owns the constants.
  if (!object) {
    failIn(object.takeError());
    return std::nullopt;
  }
  return std::move(*object);
}

/// Prints an output's elements as numbers, dense, on one line.
void printOutput(const mlu::TensorDesc &tensor, ArrayRef<uint8_t> bytes,
                 raw_ostream &os) {
  os << "output " << tensor.name << ":";
  bool isFloat = tensor.hostType == mlu::HostType::F32;
  unsigned size = mlu::hostTypeSize(tensor.hostType);
  for (size_t at = 0; at != bytes.size(); at += size) {
    if (isFloat) {
      float value;
      std::memcpy(&value, bytes.data() + at, 4);
      os << format(" %.9g", double(value));
      continue;
    }
    uint64_t bits = 0;
    std::memcpy(&bits, bytes.data() + at, size);
    os << ' ' << SignExtend64(bits, size * 8);
  }
  os << '\n';
}

Error writeFile(const opt::InputArgList &args, OptionID option,
                function_ref<void(raw_ostream &)> write) {
  if (!args.hasArg(option))
    return Error::success();
  return writeOutputFile(args.getLastArgValue(option), [&](raw_ostream &os) {
    write(os);
    return Error::success();
  });
}

Error simulate(mlu::CodeObject object, const opt::InputArgList &args) {
  mlu::DeviceOptions options;
  options.machine = args.getLastArgValue(OPT_machine_EQ).str();
  options.timeline = args.hasArg(OPT_trace_EQ);
  options.referenceTiming = args.hasArg(OPT_reference_timing);
  auto device = mlu::Device::create(std::move(object), options);
  if (!device)
    return device.takeError();
  if (Error error = (*device)->run())
    return error;
  const mlu::RunReport &report = (*device)->report();
  report.print(outs());
  if (args.hasArg(OPT_outputs))
    for (auto [i, tensor] : enumerate((*device)->outputs()))
      printOutput(*tensor, (*device)->getOutput(i), outs());
  if (Error error = writeFile(args, OPT_csv_EQ,
                              [&](raw_ostream &os) { report.writeCSV(os); }))
    return error;
  return writeFile(args, OPT_trace_EQ,
                   [&](raw_ostream &os) { report.writeTrace(os); });
}

int run(const opt::InputArgList &args) {
  std::vector<std::string> inputs = args.getAllArgValues(OPT_INPUT);
  if (inputs.size() != 1)
    return fail("expected one input file ('-' for standard input)");
  StringRef fileType = args.getLastArgValue(OPT_filetype_EQ, "asm");
  if (fileType != "asm" && fileType != "obj")
    return fail("unknown file type '" + fileType + "'");

  auto buffer = MemoryBuffer::getFileOrSTDIN(inputs[0]);
  if (!buffer)
    return fail(inputs[0] + ": " + buffer.getError().message());
  bool binary = args.hasArg(OPT_disassemble) ||
                (*buffer)->getBuffer().starts_with(ELF::ElfMagic);
  SourceMgr source;
  std::optional<mlu::CodeObject> object =
      load(std::move(*buffer), source, binary);
  if (!object)
    return 1;

  if (args.hasArg(OPT_run)) {
    Error error = simulate(std::move(*object), args);
    return error ? fail(std::move(error)) : 0;
  }
  Error error = writeOutputFile(
      args.getLastArgValue(OPT_o, "-"), [&](raw_ostream &os) -> Error {
        if (fileType == "obj")
          return mlu::writeCodeObject(*object, os);
        mlu::DisassembleOptions options;
        options.showEncoding = args.hasArg(OPT_show_encoding);
        return mlu::disassemble(*object, os, options);
      });
  return error ? fail(std::move(error)) : 0;
}

} // namespace

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  ToolOptTable table;
  unsigned missing, missingCount;
  opt::InputArgList args =
      table.ParseArgs(ArrayRef(argv, argc).drop_front(), missing, missingCount);
  if (missingCount)
    return fail(Twine("missing argument to '") + args.getArgString(missing) +
                "'");
  for (const opt::Arg *arg : args.filtered(OPT_UNKNOWN))
    return fail("unknown option '" + arg->getAsString(args) + "'");
  if (args.hasArg(OPT_help)) {
    table.printHelp(outs(), "onnc-mc [options] <file>",
                    "The MLU100's assembler, disassembler and simulator");
    return 0;
  }
  if (args.hasArg(OPT_version)) {
    outs() << "onnc " << getVersion() << '\n';
    return 0;
  }
  return run(args);
}
