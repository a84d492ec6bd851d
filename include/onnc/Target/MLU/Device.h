//===- Device.h - Loads and runs code objects -------------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The runtime: a simulated MLU100 with a code object loaded.
///
///   auto device = Device::load(std::move(buffer));
///   device->setInput("x", bytes);
///   device->run();
///   auto y = device->getOutput("y");
///   device->report().print(outs());
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_TARGET_MLU_DEVICE_H
#define ONNC_TARGET_MLU_DEVICE_H

#include "onnc/Target/MLU/CodeObject.h"
#include "onnc/Target/MLU/Report.h"
#include "llvm/Support/MemoryBuffer.h"

namespace onnc::mlu {

struct DeviceOptions {
  std::string machine;  ///< Empty: the one the object was compiled for.
  unsigned threads = 0; ///< Of the host; 0: one per host core.
  /// Reports accesses whose order no wait guarantees as errors. Costs little.
  bool checkHazards = true;
  bool timeline = false; ///< Collects RunReport::timeline.
  /// Times every launch cycle by cycle as well; a difference is an error.
  bool referenceTiming = false;
  /// Per launch and core; exceeding one is an error.
  uint64_t maxInstructions = uint64_t(1) << 28;
  uint64_t maxQueued = uint64_t(1) << 22; ///< Of queues, and waits.
  uint64_t maxCycles = uint64_t(1) << 34;
};

/// Owns device memory, cores and the code object. Device memory and
/// scratchpads are zero at first and keep their contents from run to run.
/// Results, reports and errors do not depend on the number of host threads.
class Device {
public:
  static llvm::Expected<std::unique_ptr<Device>>
  load(std::unique_ptr<llvm::MemoryBuffer> object,
       const DeviceOptions &options = {});
  /// The same for an object in memory, whose constants must stay alive unless
  /// it owns them.
  static llvm::Expected<std::unique_ptr<Device>>
  create(CodeObject object, const DeviceOptions &options = {});
  ~Device();

  const CodeObject &object() const;
  /// In the order of the code object.
  llvm::ArrayRef<const TensorDesc *> inputs() const;
  llvm::ArrayRef<const TensorDesc *> outputs() const;

  /// Converts dense host elements of the input's host type to the device's
  /// type and layout. \p bytes must have exactly hostBytes() bytes. To FP16
  /// and FP32 rounded to nearest even; to integers truncated and saturated.
  llvm::Error setInput(size_t index, llvm::ArrayRef<uint8_t> bytes);
  llvm::Error setInput(llvm::StringRef name, llvm::ArrayRef<uint8_t> bytes);

  /// Sets DeviceOptions::timeline for the runs to come.
  void setTimeline(bool timeline);

  /// Executes all launches. Errors name core, pc and instruction; the outputs
  /// are undefined then.
  llvm::Error run();

  /// The output's elements, dense, in its host type.
  std::vector<uint8_t> getOutput(size_t index) const;
  llvm::Expected<std::vector<uint8_t>> getOutput(llvm::StringRef name) const;

  /// Device memory as it is, for tests.
  llvm::ArrayRef<uint8_t> memory() const;

  /// Of the last run.
  const RunReport &report() const;

private:
  struct Impl;
  explicit Device(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl;
};

} // namespace onnc::mlu

#endif // ONNC_TARGET_MLU_DEVICE_H
