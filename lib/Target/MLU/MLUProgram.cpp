//===- MLUProgram.cpp -----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MLUProgram.h"
#include "onnc/Target/MLU/Device.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::mlu;

namespace {
class MLUProgram : public onnc::Program {
public:
  explicit MLUProgram(std::unique_ptr<Device> d) : device(std::move(d)) {
    for (const TensorDesc *desc : device->inputs())
      inputs.push_back(describe(*desc));
    for (const TensorDesc *desc : device->outputs())
      outputs.push_back(describe(*desc));
  }

  ArrayRef<ProgramValueInfo> getInputs() const override { return inputs; }
  ArrayRef<ProgramValueInfo> getOutputs() const override { return outputs; }
  Expected<std::vector<RuntimeValue>>
  run(ArrayRef<RuntimeValue> values) override;
  /// FP16 has 11 significant bits, and every layer rounds to it.
  Tolerance getTolerance() const override { return {1e-3, 1e-2, 1e-2}; }
  void printReport(raw_ostream &os, bool byOperator) const override {
    device->report().print(os, byOperator);
  }
  Error enableTrace() override {
    device->setTimeline(true);
    return Error::success();
  }
  void writeTrace(raw_ostream &os) const override {
    device->report().writeTrace(os);
  }

private:
  static ProgramValueInfo describe(const TensorDesc &desc);

  std::unique_ptr<Device> device;
  std::vector<ProgramValueInfo> inputs, outputs;
};
} // namespace

ProgramValueInfo MLUProgram::describe(const TensorDesc &desc) {
  // Host types have the numbers of ONNX.
  auto type = *getElementTypeFromOnnx(static_cast<int>(desc.hostType));
  SmallVector<int64_t, 6> shape(desc.shape.begin(), desc.shape.end());
  return ProgramValueInfo::ofTensor(desc.name, type, shape);
}

Expected<std::vector<RuntimeValue>>
MLUProgram::run(ArrayRef<RuntimeValue> values) {
  for (auto [i, info] : enumerate(inputs)) {
    if (Error error = info.checkTensor(values[i]))
      return error;
    ArrayRef<char> bytes = values[i].getTensor().getBytes();
    if (Error error = device->setInput(
            i, {reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size()}))
      return error;
  }
  if (Error error = device->run())
    return error;
  std::vector<RuntimeValue> out;
  for (auto [i, info] : enumerate(outputs)) {
    auto bytes = std::make_shared<std::vector<uint8_t>>(device->getOutput(i));
    const char *data = reinterpret_cast<const char *>(bytes->data());
    out.push_back(
        TensorValue::view(*info.elementType, *info.shape, data, bytes));
  }
  return out;
}

Expected<std::unique_ptr<onnc::Program>>
mlu::loadProgram(std::unique_ptr<MemoryBuffer> file, const LoadOptions &) {
  auto device = Device::load(std::move(file));
  if (!device)
    return device.takeError();
  return std::make_unique<MLUProgram>(std::move(*device));
}
