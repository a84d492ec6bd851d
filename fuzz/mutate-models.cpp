//===- mutate-models.cpp - libFuzzer's hooks for models -------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// For harnesses whose inputs are models: mutants by structure, and one in
/// sixteen by bytes.
///
//===----------------------------------------------------------------------===//

#include "ModelMutator.h"
#include <cstring>

using namespace onnc::fuzz;

extern "C" size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t maxSize);

static size_t write(const onnx::ModelProto &model, uint8_t *to, size_t size) {
  std::string bytes;
  if (!model.SerializePartialToString(&bytes) || bytes.size() > size)
    return 0;
  std::memcpy(to, bytes.data(), bytes.size());
  return bytes.size();
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size,
                                          size_t maxSize, unsigned seed) {
  onnx::ModelProto model;
  if (seed % 16 == 0 || !model.ParseFromArray(data, int(size)))
    return LLVMFuzzerMutate(data, size, maxSize);
  ModelMutator(model, seed).mutate();
  const size_t written = write(model, data, maxSize);
  return written ? written : size;
}

extern "C" size_t LLVMFuzzerCustomCrossOver(const uint8_t *data, size_t size,
                                            const uint8_t *donorData,
                                            size_t donorSize, uint8_t *out,
                                            size_t maxSize, unsigned seed) {
  onnx::ModelProto model, donor;
  if (!model.ParseFromArray(data, int(size)) ||
      !donor.ParseFromArray(donorData, int(donorSize)))
    return 0;
  ModelMutator(model, seed).splice(donor);
  return write(model, out, maxSize);
}
