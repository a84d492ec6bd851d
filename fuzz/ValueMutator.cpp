//===- ValueMutator.cpp - Attributes, types and constants of models -------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ModelMutator.h"
#include "onnc/Support/ElementType.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/MathExtras.h"
#include <cstring>
#include <limits>

using namespace llvm;
using namespace onnc;
using namespace onnc::fuzz;

/// A mutant's constant has at most so many elements.
static constexpr int64_t maxElements = 4096;

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

int64_t ModelMutator::drawInt() {
  static constexpr int64_t small[] = {0, 1, 2, 3, 4, 5, 7, 8, 16, -1, -2, -3};
  static constexpr int64_t large[] = {31,
                                      64,
                                      100,
                                      255,
                                      256,
                                      1000,
                                      32767,
                                      65536,
                                      1 << 20,
                                      INT32_MAX,
                                      INT32_MIN,
                                      int64_t(1) << 32,
                                      int64_t(1) << 40,
                                      int64_t(1) << 61,
                                      int64_t(1) << 62,
                                      INT64_MAX,
                                      INT64_MAX - 1,
                                      INT64_MIN,
                                      INT64_MIN + 1};
  return random.below(4) ? random.pick(small) : random.pick(large);
}

float ModelMutator::drawFloat() {
  using Limits = std::numeric_limits<float>;
  static constexpr float values[] = {0,
                                     -0.0f,
                                     1,
                                     -1,
                                     0.5f,
                                     2,
                                     -3.7f,
                                     1e-6f,
                                     100,
                                     65536,
                                     1e10f,
                                     -1e20f,
                                     Limits::max(),
                                     Limits::denorm_min(),
                                     Limits::infinity(),
                                     -Limits::infinity(),
                                     Limits::quiet_NaN()};
  return random.pick(values);
}

std::string ModelMutator::drawString() {
  static constexpr StringLiteral values[] = {"",
                                             "a",
                                             "linear",
                                             "cubic",
                                             "nearest",
                                             "constant",
                                             "reflect",
                                             "wrap",
                                             "edge",
                                             "SAME_UPPER",
                                             "SAME_LOWER",
                                             "VALID",
                                             "NOTSET",
                                             "forward",
                                             "reverse",
                                             "bidirectional",
                                             "ij,jk->ik",
                                             "...i,i...",
                                             "ii->i",
                                             "bij,bjk",
                                             "none",
                                             "add",
                                             "mul",
                                             "max",
                                             "min",
                                             "mean",
                                             "sum",
                                             "half_pixel",
                                             "asymmetric",
                                             "DCR",
                                             "CRD",
                                             "align_corners",
                                             "TF",
                                             "IDF",
                                             "TFIDF",
                                             "(a*)*b",
                                             "[a-z]+@.*",
                                             "UTF-8",
                                             "Relu",
                                             "Tanh",
                                             "Affine",
                                             "LeakyRelu",
                                             "BRANCH_LEQ",
                                             "LEAF",
                                             "SOFTMAX",
                                             "PROBIT",
                                             "tf_crop_and_resize",
                                             "\xff\xfe",
                                             "zeros",
                                             "border",
                                             "RGB",
                                             "fastgelu",
                                             "circular",
                                             "gated_delta",
                                             "delta"};
  return random.pick(values).str();
}

int32_t ModelMutator::drawElementType() {
  // The common ones more often.
  static constexpr int32_t common[] = {1, 7, 6, 9, 8, 2, 3, 10, 11};
  return random.oneIn(4) ? int32_t(random.below(28)) : random.pick(common);
}

template <typename List, typename Draw>
void ModelMutator::mutateList(List &list, Draw draw) {
  const int size = list.size();
  switch (random.below(size ? 6 : 1)) {
  case 0:
    if (size < 64)
      *list.Add() = draw();
    return;
  case 1:
    list.RemoveLast();
    return;
  case 2:
    list.SwapElements(random.below(size), random.below(size));
    return;
  default:
    *list.Mutable(random.below(size)) = draw();
  }
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

void ModelMutator::drawAttribute(onnx::AttributeProto &attr) {
  const std::string name = attr.name();
  attr.Clear();
  attr.set_name(name);
  switch (random.below(7)) {
  case 0:
  case 1:
    attr.set_type(onnx::AttributeProto::INT);
    attr.set_i(drawInt());
    return;
  case 2:
    attr.set_type(onnx::AttributeProto::FLOAT);
    attr.set_f(drawFloat());
    return;
  case 3:
    attr.set_type(onnx::AttributeProto::STRING);
    attr.set_s(drawString());
    return;
  case 4:
    attr.set_type(onnx::AttributeProto::INTS);
    for (size_t i = 0, count = random.below(5); i != count; ++i)
      attr.add_ints(drawInt());
    return;
  case 5:
    attr.set_type(onnx::AttributeProto::FLOATS);
    for (size_t i = 0, count = random.below(5); i != count; ++i)
      attr.add_floats(drawFloat());
    return;
  default:
    attr.set_type(onnx::AttributeProto::TENSOR);
    attr.mutable_t()->set_data_type(1);
    attr.mutable_t()->add_dims(1);
    attr.mutable_t()->set_raw_data(std::string(4, '\0'));
    mutateTensor(*attr.mutable_t());
  }
}

void ModelMutator::mutateAttribute(const Body &body) {
  onnx::NodeProto *node = pickNode(body);
  if (!node)
    return;
  auto &attributes = *node->mutable_attribute();
  if (attributes.empty() || random.oneIn(10)) {
    // One that another node has.
    std::vector<Body> bodies = collectBodies();
    onnx::NodeProto *donor = pickNode(random.pick(bodies));
    if (!donor || donor->attribute().empty())
      return;
    const onnx::AttributeProto attr = random.pick(donor->attribute());
    if (attr.ByteSizeLong() < 10000 &&
        none_of(attributes,
                [&](const auto &own) { return own.name() == attr.name(); }))
      *attributes.Add() = attr;
    return;
  }
  const int at = random.below(attributes.size());
  onnx::AttributeProto &attr = attributes[at];
  if (random.oneIn(8))
    return (void)attributes.DeleteSubrange(at, 1);
  if (random.oneIn(16))
    return drawAttribute(attr);
  switch (attr.type()) {
  case onnx::AttributeProto::INT:
    return attr.set_i(random.oneIn(2) ? drawInt() : attr.i() ^ 1);
  case onnx::AttributeProto::FLOAT:
    return attr.set_f(drawFloat());
  case onnx::AttributeProto::STRING:
    return attr.set_s(drawString());
  case onnx::AttributeProto::INTS:
    return mutateList(*attr.mutable_ints(), [&] { return drawInt(); });
  case onnx::AttributeProto::FLOATS:
    return mutateList(*attr.mutable_floats(), [&] { return drawFloat(); });
  case onnx::AttributeProto::STRINGS:
    return mutateList(*attr.mutable_strings(), [&] { return drawString(); });
  case onnx::AttributeProto::TENSOR:
    return mutateTensor(*attr.mutable_t());
  case onnx::AttributeProto::TYPE_PROTO:
    return mutateType(*attr.mutable_tp());
  case onnx::AttributeProto::GRAPH:
    // Its nodes are reached as a body.
    if (attr.g().input_size() > 1 && random.oneIn(2))
      return attr.mutable_g()->mutable_input()->SwapElements(
          0, random.below(attr.g().input_size()));
    return attr.mutable_g()->mutable_input()->Clear();
  default:
    return drawAttribute(attr);
  }
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

void ModelMutator::mutateType(onnx::TypeProto &type) {
  if (random.oneIn(16)) {
    // Wrapped, or what is inside.
    onnx::TypeProto inner = type;
    if (type.has_sequence_type())
      inner = type.sequence_type().elem_type();
    else if (type.has_optional_type())
      inner = type.optional_type().elem_type();
    else if (random.oneIn(2))
      *inner.mutable_sequence_type()->mutable_elem_type() = type;
    else
      *inner.mutable_optional_type()->mutable_elem_type() = type;
    type = inner;
    return;
  }
  if (type.has_sequence_type())
    return mutateType(*type.mutable_sequence_type()->mutable_elem_type());
  if (type.has_optional_type())
    return mutateType(*type.mutable_optional_type()->mutable_elem_type());
  auto &tensor = *type.mutable_tensor_type();
  if (random.oneIn(3))
    return tensor.set_elem_type(drawElementType());
  if (random.oneIn(16))
    return tensor.clear_shape();
  auto &dims = *tensor.mutable_shape()->mutable_dim();
  mutateList(dims, [&] {
    onnx::TensorShapeProto::Dimension dim;
    switch (random.below(5)) {
    case 0:
      dim.set_dim_param(random.oneIn(2) ? "N" : "M");
      break;
    case 1:
      break;
    default:
      dim.set_dim_value(drawInt());
    }
    return dim;
  });
}

void ModelMutator::mutateInput(const Body &body) {
  if (!body.graph || body.graph->input().empty())
    return;
  auto &inputs = *body.graph->mutable_input();
  if (random.oneIn(12))
    return inputs.SwapElements(random.below(inputs.size()),
                               random.below(inputs.size()));
  const int at = random.below(inputs.size());
  // What has an initializer and is no input is a constant.
  if (random.oneIn(12))
    return (void)inputs.DeleteSubrange(at, 1);
  mutateType(*inputs[at].mutable_type());
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

/// Bytes that \p count elements take in raw_data; 0 for strings and for what
/// ONNX doesn't know.
static size_t getRawSize(int32_t type, int64_t count) {
  std::optional<ElementType> element = getElementTypeFromOnnx(type);
  if (!element || *element == ElementType::String)
    return 0;
  return divideCeil(uint64_t(count) * getBitWidth(*element), 8);
}

/// The elements repeat where there are too few.
static void resize(std::string &bytes, size_t size) {
  const size_t have = bytes.size();
  bytes.resize(size, '\0');
  for (size_t i = have; have && i < size; ++i)
    bytes[i] = bytes[i - have];
}
template <typename List> static void resizeList(List &list, int64_t size) {
  if (list.empty())
    return;
  while (list.size() > size)
    list.RemoveLast();
  for (int i = 0; list.size() < size; ++i)
    *list.Add() = list[i];
}

static void fitPayload(onnx::TensorProto &tensor) {
  int64_t count = 1;
  for (int64_t dim : tensor.dims())
    if (dim < 0 || dim > maxElements || (count *= dim) > maxElements)
      return;
  if (tensor.has_raw_data())
    resize(*tensor.mutable_raw_data(), getRawSize(tensor.data_type(), count));
  resizeList(*tensor.mutable_float_data(), count);
  resizeList(*tensor.mutable_int32_data(), count);
  resizeList(*tensor.mutable_int64_data(), count);
  resizeList(*tensor.mutable_double_data(), count);
  resizeList(*tensor.mutable_uint64_data(), count);
  resizeList(*tensor.mutable_string_data(), count);
}

void ModelMutator::mutateElements(onnx::TensorProto &tensor) {
  auto drawI = [&] { return drawInt(); };
  auto drawF = [&] { return drawFloat(); };
  if (!tensor.float_data().empty())
    *tensor.mutable_float_data()->Mutable(
        random.below(tensor.float_data_size())) = drawF();
  if (!tensor.int32_data().empty())
    *tensor.mutable_int32_data()->Mutable(
        random.below(tensor.int32_data_size())) = drawI();
  if (!tensor.int64_data().empty())
    *tensor.mutable_int64_data()->Mutable(
        random.below(tensor.int64_data_size())) = drawI();
  if (!tensor.double_data().empty())
    *tensor.mutable_double_data()->Mutable(
        random.below(tensor.double_data_size())) = drawF();
  if (!tensor.string_data().empty())
    *tensor.mutable_string_data(random.below(tensor.string_data_size())) =
        drawString();
  std::string &bytes = *tensor.mutable_raw_data();
  if (bytes.empty()) {
    tensor.clear_raw_data();
    return;
  }
  auto put = [&](auto value) {
    if (bytes.size() >= sizeof(value))
      memcpy(&bytes[random.below(bytes.size() / sizeof(value)) * sizeof(value)],
             &value, sizeof(value));
  };
  switch (tensor.data_type()) {
  case onnx::TensorProto::FLOAT:
    return put(drawFloat());
  case onnx::TensorProto::DOUBLE:
    return put(double(drawFloat()));
  case onnx::TensorProto::INT64:
  case onnx::TensorProto::UINT64:
    return put(drawInt());
  case onnx::TensorProto::INT32:
  case onnx::TensorProto::UINT32:
    return put(int32_t(drawInt()));
  default:
    return put(uint8_t(random.below(256)));
  }
}

void ModelMutator::mutateTensor(onnx::TensorProto &tensor) {
  switch (random.below(8)) {
  case 0:
  case 1:
    mutateList(*tensor.mutable_dims(), [&] { return drawInt(); });
    if (random.below(4))
      fitPayload(tensor);
    return;
  case 2:
    tensor.set_data_type(drawElementType());
    return fitPayload(tensor);
  default:
    return mutateElements(tensor);
  }
}

void ModelMutator::mutateConstant(const Body &body) {
  if (!body.graph || body.graph->initializer().empty())
    return;
  onnx::TensorProto &tensor = random.pick(*body.graph->mutable_initializer());
  if (random.oneIn(16)) {
    tensor.set_name(pickName(body));
    return;
  }
  mutateTensor(tensor);
}
