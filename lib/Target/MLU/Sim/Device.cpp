//===- Device.cpp - The runtime -------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Target/MLU/Device.h"
#include "Simulator.h"
#include "TensorConversion.h"
#include "llvm/Support/Memory.h"

using namespace llvm;

namespace onnc::mlu {

struct Device::Impl {
  std::unique_ptr<MemoryBuffer> buffer; ///< Owns the constants, or null.
  CodeObject object;
  const MachineParams *machine = nullptr;
  sys::OwningMemoryBlock block; ///< Zero pages that exist once touched.
  MutableArrayRef<uint8_t> memory;
  std::vector<const TensorDesc *> inputs, outputs;
  std::unique_ptr<Simulator> simulator;
  RunReport report;

  Error prepare(const DeviceOptions &options);
};

Error Device::Impl::prepare(const DeviceOptions &options) {
  if (Error error = validate(object))
    return error;
  StringRef name = options.machine.empty() ? StringRef(object.machine)
                                           : StringRef(options.machine);
  machine = findMachine(name);
  if (!machine)
    return createStringError("unknown machine '" + name + "'");
  if (object.memorySize) {
    std::error_code code;
    sys::MemoryBlock mapped = sys::Memory::allocateMappedMemory(
        object.memorySize, nullptr,
        sys::Memory::MF_READ | sys::Memory::MF_WRITE, code);
    if (code)
      return createStringError("cannot allocate " + Twine(object.memorySize) +
                               " bytes of device memory: " + code.message());
    block = sys::OwningMemoryBlock(mapped);
    memory = MutableArrayRef(static_cast<uint8_t *>(block.base()),
                             object.memorySize);
  }
  for (const Constant &constant : object.constants)
    if (!constant.bytes.empty())
      std::memcpy(memory.data() + constant.address, constant.bytes.data(),
                  constant.bytes.size());
  for (const TensorDesc &tensor : object.tensors)
    if (tensor.kind == TensorKind::Input)
      inputs.push_back(&tensor);
    else if (tensor.kind == TensorKind::Output)
      outputs.push_back(&tensor);
  simulator = std::make_unique<Simulator>(*machine, object, memory, options);
  report.machine = machine;
  return Error::success();
}

Device::Device(std::unique_ptr<Impl> impl) : impl(std::move(impl)) {}
Device::~Device() = default;

Expected<std::unique_ptr<Device>>
Device::load(std::unique_ptr<MemoryBuffer> buffer,
             const DeviceOptions &options) {
  Expected<CodeObject> object = readCodeObject(*buffer);
  if (!object)
    return object.takeError();
  auto device = create(std::move(*object), options);
  if (device)
    (*device)->impl->buffer = std::move(buffer);
  return device;
}

Expected<std::unique_ptr<Device>> Device::create(CodeObject object,
                                                 const DeviceOptions &options) {
  auto impl = std::make_unique<Impl>();
  impl->object = std::move(object);
  if (Error error = impl->prepare(options))
    return error;
  return std::unique_ptr<Device>(new Device(std::move(impl)));
}

const CodeObject &Device::object() const { return impl->object; }
ArrayRef<const TensorDesc *> Device::inputs() const { return impl->inputs; }
ArrayRef<const TensorDesc *> Device::outputs() const { return impl->outputs; }
ArrayRef<uint8_t> Device::memory() const { return impl->memory; }
const RunReport &Device::report() const { return impl->report; }

/// The index of the tensor called \p name.
static Expected<size_t> find(ArrayRef<const TensorDesc *> tensors,
                             StringRef name, const char *what) {
  for (auto [i, tensor] : enumerate(tensors))
    if (tensor->name == name)
      return i;
  return createStringError("the code object has no " + Twine(what) + " '" +
                           name + "'");
}

Error Device::setInput(size_t index, ArrayRef<uint8_t> bytes) {
  if (index >= impl->inputs.size())
    return createStringError("the code object has " +
                             Twine(impl->inputs.size()) + " inputs");
  const TensorDesc &tensor = *impl->inputs[index];
  if (bytes.size() != tensor.hostBytes())
    return createStringError("input '" + tensor.name + "' takes " +
                             Twine(tensor.hostBytes()) + " bytes, not " +
                             Twine(bytes.size()));
  toDevice(tensor, bytes.data(), impl->memory.data());
  return Error::success();
}

Error Device::setInput(StringRef name, ArrayRef<uint8_t> bytes) {
  Expected<size_t> index = find(impl->inputs, name, "input");
  return index ? setInput(*index, bytes) : index.takeError();
}

void Device::setTimeline(bool timeline) {
  impl->simulator->setTimeline(timeline);
}

Error Device::run() {
  Expected<RunReport> report = impl->simulator->run();
  if (!report)
    return report.takeError();
  impl->report = std::move(*report);
  for (ArrayRef<const TensorDesc *> tensors : {inputs(), outputs()})
    for (const TensorDesc *tensor : tensors)
      impl->report.hostBytes +=
          tensor->numElements() * elemSize(tensor->deviceType);
  return Error::success();
}

std::vector<uint8_t> Device::getOutput(size_t index) const {
  assert(index < impl->outputs.size() && "no such output");
  const TensorDesc &tensor = *impl->outputs[index];
  std::vector<uint8_t> host(tensor.hostBytes());
  toHost(tensor, impl->memory.data(), host.data());
  return host;
}

Expected<std::vector<uint8_t>> Device::getOutput(StringRef name) const {
  Expected<size_t> index = find(impl->outputs, name, "output");
  if (!index)
    return index.takeError();
  return getOutput(*index);
}

} // namespace onnc::mlu
