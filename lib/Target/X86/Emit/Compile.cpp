//===- Compile.cpp --------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Compile.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Verifier.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/ThreadPool.h"
#include "llvm/Target/TargetMachine.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::x86;
using onnc::x86::IRModule;

static constexpr const char *triple = "x86_64-pc-linux-gnu";

static std::unique_ptr<TargetMachine> createMachine(StringRef cpu,
                                                    StringRef features) {
  initializeLLVM();
  std::string error;
  const llvm::Target *target = TargetRegistry::lookupTarget(triple, error);
  return std::unique_ptr<TargetMachine>(target->createTargetMachine(
      triple, cpu, features, TargetOptions(), Reloc::PIC_, CodeModel::Small,
      CodeGenOptLevel::Aggressive));
}

/// Register tiles are vectors already, and as long as they should be: what
/// unrolls or vectorizes could only spoil them.
static void optimize(llvm::Module &module, TargetMachine &machine) {
  PipelineTuningOptions tuning;
  tuning.LoopVectorization = false;
  tuning.SLPVectorization = false;
  tuning.LoopUnrolling = false;
  tuning.LoopInterleaving = false;
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager calls;
  ModuleAnalysisManager modules;
  PassBuilder builder(&machine, tuning);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(calls);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, calls, modules);
  builder.buildPerModuleDefaultPipeline(OptimizationLevel::O2)
      .run(module, modules);
}

/// Null, with \p error set, where a module isn't well-formed: a bug of ours.
static std::unique_ptr<TargetMachine>
prepare(IRModule &ir, const Processor &cpu, std::string &error) {
  auto machine = createMachine(cpu.cpu, cpu.features);
  ir.module->setTargetTriple(triple);
  ir.module->setDataLayout(machine->createDataLayout());
  ir.module->setPICLevel(PICLevel::BigPIC);
  raw_string_ostream os(error);
  if (verifyModule(*ir.module, &os))
    return nullptr;
  optimize(*ir.module, *machine);
  return machine;
}

static ObjectFile emitObject(llvm::Module &module, TargetMachine &machine) {
  ObjectFile object;
  raw_svector_ostream os(object);
  legacy::PassManager passes;
  [[maybe_unused]] bool failed = machine.addPassesToEmitFile(
      passes, os, nullptr, CodeGenFileType::ObjectFile);
  assert(!failed && "objects can be written on x86-64");
  passes.run(module);
  return object;
}

Expected<std::vector<ObjectFile>> x86::compileProgram(IRProgram &program,
                                                      const Processor &cpu) {
  std::vector<ObjectFile> objects(program.modules.size());
  std::vector<std::string> errors(program.modules.size());
  DefaultThreadPool pool(hardware_concurrency());
  for (auto [i, ir] : enumerate(program.modules))
    pool.async([&, i = i] {
      IRModule &module = program.modules[i];
      if (auto machine = prepare(module, cpu, errors[i]))
        objects[i] = emitObject(*module.module, *machine);
    });
  pool.wait();
  for (const std::string &error : errors)
    if (!error.empty())
      return createStringError("the generated code isn't well-formed: " +
                               error);
  return objects;
}

Error x86::printProgram(IRProgram &program, const Processor &cpu,
                        raw_ostream &os) {
  for (IRModule &ir : program.modules) {
    std::string error;
    if (!prepare(ir, cpu, error))
      return createStringError("the generated code isn't well-formed: " +
                               error);
    ir.module->print(os, nullptr);
  }
  return Error::success();
}

/// The object of a module that is assembly only.
static Expected<ObjectFile> assemble(const std::string &text) {
  LLVMContext context;
  llvm::Module module("data", context);
  auto machine = createMachine("x86-64", "");
  module.setTargetTriple(triple);
  module.setDataLayout(machine->createDataLayout());
  module.setModuleInlineAsm(text);
  return emitObject(module, *machine);
}

Expected<ObjectFile> x86::wrapFile(StringRef symbol, StringRef path) {
  return assemble(".section .onnc.weights,\"a\",@progbits\n.p2align 6\n"
                  ".globl " +
                  symbol.str() + "\n.hidden " + symbol.str() + "\n" +
                  symbol.str() + ":\n.incbin \"" + path.str() + "\"\n");
}

Expected<ObjectFile> x86::wrapText(StringRef section, StringRef text) {
  std::string escaped;
  raw_string_ostream os(escaped);
  for (unsigned char c : text) {
    if (isPrint(c) && c != '"' && c != '\\')
      os << c;
    else
      os << '\\' << char('0' + c / 64) << char('0' + c / 8 % 8)
         << char('0' + c % 8);
  }
  return assemble(".section " + section.str() + ",\"aR\",@progbits\n.asciz \"" +
                  escaped + "\"\n");
}
