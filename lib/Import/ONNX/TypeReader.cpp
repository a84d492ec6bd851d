//===- TypeReader.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TypeReader.h"
#include "ImportError.h"
#include "onnc/IR/Context.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::onnx_import;

Error TypeReader::fixDimension(StringRef name, int64_t value) {
  auto [it, isNew] =
      dimensions.try_emplace(name, DimExpr::constant(context, value));
  if (!isNew && it->second.getConstant() != value)
    return importError(DiagID::ImportShape,
                       "dimension '" + name + "' would be both " +
                           it->second.str() + " and " + Twine(value));
  return Error::success();
}

/// A symbol named \p name, or like it where that is taken.
DimExpr TypeReader::makeSymbol(const Twine &name) {
  std::string unique = name.str();
  for (unsigned i = 1; !symbols.insert(unique).second; ++i)
    unique = (name + "_" + Twine(i)).str();
  return DimExpr::symbol(context, unique);
}

Expected<Type> TypeReader::readTensor(int32_t element, bool hasShape,
                                      const onnx::TensorShapeProto &shape) {
  if (element == 0)
    return Type();
  std::optional<ElementType> type = getElementTypeFromOnnx(element);
  if (!type)
    return malformed("unknown element type " + Twine(element));
  if (!hasShape)
    return TensorType::getUnranked(context, *type);
  SmallVector<DimExpr, 6> dims;
  for (const auto &[i, dim] : enumerate(shape.dim())) {
    if (dim.has_dim_value()) {
      if (dim.dim_value() < 0)
        return malformed("negative dimension " + Twine(dim.dim_value()));
      dims.push_back(DimExpr::constant(context, dim.dim_value()));
      continue;
    }
    StringRef name = dim.dim_param();
    auto known = dimensions.find(name);
    if (!name.empty() && known != dimensions.end())
      dims.push_back(known->second);
    else if (inputName.empty())
      dims.push_back(DimExpr::unknown(context));
    else if (name.empty())
      dims.push_back(makeSymbol(inputName + ".d" + Twine(i)));
    else
      dims.push_back(dimensions[name] = makeSymbol(name));
  }
  return TensorType::get(context, *type, dims);
}

Expected<Type> TypeReader::read(const onnx::TypeProto &type) {
  auto nested = [&](const onnx::TypeProto &element,
                    auto make) -> Expected<Type> {
    Expected<Type> t = read(element);
    if (!t || !*t)
      return t;
    return make(*t);
  };
  switch (type.value_case()) {
  case onnx::TypeProto::kTensorType:
    return readTensor(type.tensor_type().elem_type(),
                      type.tensor_type().has_shape(),
                      type.tensor_type().shape());
  case onnx::TypeProto::kSequenceType:
    // Elements of a sequence differ in shape, and exporters declare that of
    // whichever they saw: what all have in common is inferred instead.
    return nested(type.sequence_type().elem_type(), [](Type t) {
      if (auto tensor = dyn_cast<TensorType>(t))
        t = TensorType::getUnranked(t.getContext(), tensor.getElementType());
      return SequenceType::get(t);
    });
  case onnx::TypeProto::kOptionalType:
    return nested(type.optional_type().elem_type(),
                  [](Type t) { return OptionalType::get(t); });
  case onnx::TypeProto::kMapType: {
    auto key = getElementTypeFromOnnx(type.map_type().key_type());
    if (!key || !(isInteger(*key) || *key == ElementType::String))
      return malformed("a map's key can't have the element type " +
                       Twine(type.map_type().key_type()));
    return nested(type.map_type().value_type(),
                  [&](Type t) { return MapType::get(*key, t); });
  }
  case onnx::TypeProto::kSparseTensorType:
    return unsupported("sparse tensors are supported as constants only");
  case onnx::TypeProto::kOpaqueType:
    return unsupported("opaque types");
  case onnx::TypeProto::VALUE_NOT_SET:
    return Type();
  }
  llvm_unreachable("unknown kind of type");
}

Expected<Type> TypeReader::readInput(const onnx::ValueInfoProto &input) {
  inputName = input.name();
  Expected<Type> type = read(input.type());
  inputName = {};
  if (type && !*type)
    return malformed("the input has no type");
  return type;
}
