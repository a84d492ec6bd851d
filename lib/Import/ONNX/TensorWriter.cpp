//===- TensorWriter.cpp --------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TensorWriter.h"
#include "ImportError.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::onnx_import;

void onnx_import::writeTensorHeader(TensorType type, onnx::TensorProto &proto) {
  proto.set_data_type(getOnnxNumber(type.getElementType()));
  auto shape = *type.getStaticShape();
  for (int64_t dim : shape)
    proto.add_dims(dim);
}

void onnx_import::writeTensor(TensorType type, const ConstantData &data,
                              onnx::TensorProto &proto) {
  writeTensorHeader(type, proto);
  if (type.getElementType() == ElementType::String) {
    for (const std::string &text : data.getStrings())
      proto.add_string_data(text);
    return;
  }
  if (data.isSplat()) {
    std::vector<char> bytes = data.materialize(type);
    proto.set_raw_data(bytes.data(), bytes.size());
    return;
  }
  ArrayRef<char> bytes = data.getBytes();
  proto.set_raw_data(bytes.data(), bytes.size());
}

Error onnx_import::writeType(Type type, onnx::TypeProto &proto) {
  switch (type.getKind()) {
  case TypeKind::Tensor: {
    auto tensor = cast<TensorType>(type);
    auto *out = proto.mutable_tensor_type();
    out->set_elem_type(getOnnxNumber(tensor.getElementType()));
    if (!tensor.hasRank())
      return Error::success();
    auto *shape = out->mutable_shape();
    for (DimExpr dim : tensor.getShape()) {
      auto *d = shape->add_dim();
      if (auto size = dim.getConstant())
        d->set_dim_value(*size);
      else if (auto symbol = dim.getSymbol())
        d->set_dim_param(symbol->str());
    }
    return Error::success();
  }
  case TypeKind::Sequence:
    return writeType(cast<SequenceType>(type).getElementType(),
                     *proto.mutable_sequence_type()->mutable_elem_type());
  case TypeKind::Optional:
    return writeType(cast<OptionalType>(type).getElementType(),
                     *proto.mutable_optional_type()->mutable_elem_type());
  case TypeKind::Map: {
    auto map = cast<MapType>(type);
    proto.mutable_map_type()->set_key_type(getOnnxNumber(map.getKeyType()));
    return writeType(map.getValueType(),
                     *proto.mutable_map_type()->mutable_value_type());
  }
  case TypeKind::None:
  case TypeKind::Index:
  case TypeKind::Token:
  case TypeKind::Buffer:
    return importError(DiagID::ExportUnsupported,
                       "ONNX has no type '" + type.str() + "'");
  }
  llvm_unreachable("unknown kind of type");
}
