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
  Error writeTrace(raw_ostream &os) const override {
    device->report().writeTrace(os);
    return Error::success();
  }

private:
  static ProgramValueInfo describe(const TensorDesc &desc);

  std::unique_ptr<Device> device;
  std::vector<ProgramValueInfo> inputs, outputs;
};
} // namespace

ProgramValueInfo MLUProgram::describe(const TensorDesc &desc) {
  ProgramValueInfo info;
  info.name = desc.name;
  // Host types have the numbers of ONNX.
  info.elementType = getElementTypeFromOnnx(static_cast<int>(desc.hostType));
  info.shape.emplace(desc.shape.begin(), desc.shape.end());
  info.type = "tensor<";
  for (int64_t dim : desc.shape)
    info.type += std::to_string(dim) + "x";
  info.type += getName(*info.elementType).str() + ">";
  return info;
}

Expected<std::vector<RuntimeValue>>
MLUProgram::run(ArrayRef<RuntimeValue> values) {
  for (auto [i, info] : enumerate(inputs)) {
    const TensorValue *tensor =
        values[i].isTensor() ? &values[i].getTensor() : nullptr;
    if (!tensor || tensor->getElementType() != *info.elementType ||
        tensor->getShape() != ArrayRef<int64_t>(*info.shape))
      return createStringError("input '" + info.name + "' must be a " +
                               info.type);
    ArrayRef<char> bytes = tensor->getBytes();
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
mlu::loadProgram(std::unique_ptr<MemoryBuffer> file) {
  auto device = Device::load(std::move(file));
  if (!device)
    return device.takeError();
  return std::make_unique<MLUProgram>(std::move(*device));
}
