//===- PayloadScanner.cpp ------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PayloadScanner.h"
#include "WireFormat.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Endian.h"

using namespace llvm;
using namespace onnc::onnx_import;

namespace {

/// The messages of onnx.proto and onnx-data.proto (ONNX 1.23).
enum class Kind : uint8_t {
  None,
  Model,
  Graph,
  Node,
  Attribute,
  Tensor,
  SparseTensor,
  Function,
  ValueInfo,
  Type,
  TensorType,
  NestedType,
  MapType,
  Shape,
  Dimension,
  OperatorSetId,
  StringEntry,
  Annotation,
  Sequence,
  Map,
  Optional,
};

enum class Action : uint8_t {
  // Scalars, which protobuf parses. It would move one of the wrong wire type,
  // or an unknown value of an enumeration, out of sight.
  Number,
  Numbers,
  Float,
  Floats,
  Bytes,
  /// Ends at Field::limit.
  Enum,
  /// A message of kind Field::child.
  Enter,
  /// Holds nothing that compiling needs: documentation, names of tools.
  Drop,
  /// The same, but the user might expect an effect.
  Warn,
  /// The payload of a tensor.
  Payload,
  /// Can't be ignored and isn't supported.
  Refuse,
};

struct Field {
  uint32_t number;
  const char *name;
  Action action;
  Kind child = Kind::None;
  uint8_t limit = 0;
};

struct Schema {
  Kind kind;
  const char *name;
  ArrayRef<Field> fields;
};

} // namespace

// metadata_props of all messages are dropped: they are notes of tools to
// themselves and have no meaning in ONNX.

static constexpr Field modelFields[] = {
    {1, "ir_version", Action::Number},
    {2, "producer_name", Action::Bytes},
    {3, "producer_version", Action::Bytes},
    {4, "domain", Action::Bytes},
    {5, "model_version", Action::Number},
    {6, "doc_string", Action::Drop},
    {7, "graph", Action::Enter, Kind::Graph},
    {8, "opset_import", Action::Enter, Kind::OperatorSetId},
    {14, "metadata_props", Action::Drop},
    {20, "training_info", Action::Warn},
    {25, "functions", Action::Enter, Kind::Function},
    {26, "configuration", Action::Warn},
};
static constexpr Field graphFields[] = {
    {1, "node", Action::Enter, Kind::Node},
    {2, "name", Action::Bytes},
    {5, "initializer", Action::Enter, Kind::Tensor},
    {10, "doc_string", Action::Drop},
    {11, "input", Action::Enter, Kind::ValueInfo},
    {12, "output", Action::Enter, Kind::ValueInfo},
    {13, "value_info", Action::Enter, Kind::ValueInfo},
    {14, "quantization_annotation", Action::Drop},
    {15, "sparse_initializer", Action::Enter, Kind::SparseTensor},
    {16, "metadata_props", Action::Drop},
};
static constexpr Field nodeFields[] = {
    {1, "input", Action::Bytes},
    {2, "output", Action::Bytes},
    {3, "name", Action::Bytes},
    {4, "op_type", Action::Bytes},
    {5, "attribute", Action::Enter, Kind::Attribute},
    {6, "doc_string", Action::Drop},
    {7, "domain", Action::Bytes},
    {8, "overload", Action::Bytes},
    {9, "metadata_props", Action::Drop},
    {10, "device_configurations", Action::Warn},
};
static constexpr Field attributeFields[] = {
    {1, "name", Action::Bytes},
    {2, "f", Action::Float},
    {3, "i", Action::Number},
    {4, "s", Action::Bytes},
    {5, "t", Action::Enter, Kind::Tensor},
    {6, "g", Action::Enter, Kind::Graph},
    {7, "floats", Action::Floats},
    {8, "ints", Action::Numbers},
    {9, "strings", Action::Bytes},
    {10, "tensors", Action::Enter, Kind::Tensor},
    {11, "graphs", Action::Enter, Kind::Graph},
    {13, "doc_string", Action::Drop},
    {14, "tp", Action::Enter, Kind::Type},
    {15, "type_protos", Action::Enter, Kind::Type},
    {20, "type", Action::Enum, Kind::None, 14},
    {21, "ref_attr_name", Action::Bytes},
    {22, "sparse_tensor", Action::Enter, Kind::SparseTensor},
    {23, "sparse_tensors", Action::Enter, Kind::SparseTensor},
};
static constexpr Field tensorFields[] = {
    {1, "dims", Action::Numbers},
    {2, "data_type", Action::Number},
    {3, "segment", Action::Refuse},
    {4, "float_data", Action::Payload},
    {5, "int32_data", Action::Numbers},
    {6, "string_data", Action::Bytes},
    {7, "int64_data", Action::Numbers},
    {8, "name", Action::Bytes},
    {9, "raw_data", Action::Payload},
    {10, "double_data", Action::Payload},
    {11, "uint64_data", Action::Numbers},
    {12, "doc_string", Action::Drop},
    {13, "external_data", Action::Enter, Kind::StringEntry},
    {14, "data_location", Action::Enum, Kind::None, 1},
    {16, "metadata_props", Action::Drop},
};
static constexpr Field sparseTensorFields[] = {
    {1, "values", Action::Enter, Kind::Tensor},
    {2, "indices", Action::Enter, Kind::Tensor},
    {3, "dims", Action::Numbers},
};
static constexpr Field functionFields[] = {
    {1, "name", Action::Bytes},
    {4, "input", Action::Bytes},
    {5, "output", Action::Bytes},
    {6, "attribute", Action::Bytes},
    {7, "node", Action::Enter, Kind::Node},
    {8, "doc_string", Action::Drop},
    {9, "opset_import", Action::Enter, Kind::OperatorSetId},
    {10, "domain", Action::Bytes},
    {11, "attribute_proto", Action::Enter, Kind::Attribute},
    {12, "value_info", Action::Enter, Kind::ValueInfo},
    {13, "overload", Action::Bytes},
    {14, "metadata_props", Action::Drop},
};
static constexpr Field valueInfoFields[] = {
    {1, "name", Action::Bytes},
    {2, "type", Action::Enter, Kind::Type},
    {3, "doc_string", Action::Drop},
    {4, "metadata_props", Action::Drop},
};
static constexpr Field typeFields[] = {
    {1, "tensor_type", Action::Enter, Kind::TensorType},
    {4, "sequence_type", Action::Enter, Kind::NestedType},
    {5, "map_type", Action::Enter, Kind::MapType},
    {6, "denotation", Action::Drop},
    {7, "opaque_type", Action::Refuse},
    {8, "sparse_tensor_type", Action::Enter, Kind::TensorType},
    {9, "optional_type", Action::Enter, Kind::NestedType},
};
static constexpr Field tensorTypeFields[] = {
    {1, "elem_type", Action::Number},
    {2, "shape", Action::Enter, Kind::Shape},
};
static constexpr Field nestedTypeFields[] = {
    {1, "elem_type", Action::Enter, Kind::Type},
};
static constexpr Field mapTypeFields[] = {
    {1, "key_type", Action::Number},
    {2, "value_type", Action::Enter, Kind::Type},
};
static constexpr Field shapeFields[] = {
    {1, "dim", Action::Enter, Kind::Dimension},
};
static constexpr Field dimensionFields[] = {
    {1, "dim_value", Action::Number},
    {2, "dim_param", Action::Bytes},
    {3, "denotation", Action::Drop},
};
static constexpr Field operatorSetIdFields[] = {
    {1, "domain", Action::Bytes},
    {2, "version", Action::Number},
};
static constexpr Field stringEntryFields[] = {
    {1, "key", Action::Bytes},
    {2, "value", Action::Bytes},
};
static constexpr Field sequenceFields[] = {
    {1, "name", Action::Bytes},
    {2, "elem_type", Action::Number},
    {3, "tensor_values", Action::Enter, Kind::Tensor},
    {4, "sparse_tensor_values", Action::Refuse},
    {5, "sequence_values", Action::Enter, Kind::Sequence},
    {6, "map_values", Action::Enter, Kind::Map},
    {7, "optional_values", Action::Enter, Kind::Optional},
};
static constexpr Field mapFields[] = {
    {1, "name", Action::Bytes},
    {2, "key_type", Action::Number},
    {3, "keys", Action::Numbers},
    {4, "string_keys", Action::Bytes},
    {5, "values", Action::Enter, Kind::Sequence},
};
static constexpr Field optionalFields[] = {
    {1, "name", Action::Bytes},
    {2, "elem_type", Action::Number},
    {3, "tensor_value", Action::Enter, Kind::Tensor},
    {4, "sparse_tensor_value", Action::Refuse},
    {5, "sequence_value", Action::Enter, Kind::Sequence},
    {6, "map_value", Action::Enter, Kind::Map},
    {7, "optional_value", Action::Enter, Kind::Optional},
};

static const Schema &getSchema(Kind kind) {
  static constexpr Schema schemas[] = {
      {Kind::Model, "ModelProto", modelFields},
      {Kind::Graph, "GraphProto", graphFields},
      {Kind::Node, "NodeProto", nodeFields},
      {Kind::Attribute, "AttributeProto", attributeFields},
      {Kind::Tensor, "TensorProto", tensorFields},
      {Kind::SparseTensor, "SparseTensorProto", sparseTensorFields},
      {Kind::Function, "FunctionProto", functionFields},
      {Kind::ValueInfo, "ValueInfoProto", valueInfoFields},
      {Kind::Type, "TypeProto", typeFields},
      {Kind::TensorType, "TypeProto.Tensor", tensorTypeFields},
      {Kind::NestedType, "TypeProto.Sequence", nestedTypeFields},
      {Kind::MapType, "TypeProto.Map", mapTypeFields},
      {Kind::Shape, "TensorShapeProto", shapeFields},
      {Kind::Dimension, "TensorShapeProto.Dimension", dimensionFields},
      {Kind::OperatorSetId, "OperatorSetIdProto", operatorSetIdFields},
      {Kind::StringEntry, "StringStringEntryProto", stringEntryFields},
      {Kind::Sequence, "SequenceProto", sequenceFields},
      {Kind::Map, "MapProto", mapFields},
      {Kind::Optional, "OptionalProto", optionalFields},
  };
  return *find_if(schemas, [&](const Schema &s) { return s.kind == kind; });
}

std::string PayloadMarker::encode() const {
  std::string out(encodedSize, kind);
  support::endian::write64le(out.data() + 1, offset);
  support::endian::write64le(out.data() + 9, size);
  return out;
}

PayloadMarker PayloadMarker::decode(StringRef rawData) {
  assert(rawData.size() == encodedSize && "not written by the scanner");
  return {static_cast<Kind>(rawData[0]),
          support::endian::read64le(rawData.data() + 1),
          support::endian::read64le(rawData.data() + 9)};
}

namespace {

class Scanner {
public:
  /// Appends \p message, which stands at \p base, stripped to \p out.
  Error strip(Kind kind, StringRef message, uint64_t base, unsigned depth,
              std::string &out);
  StrippedMessage result;

private:
  Error stripField(const Schema &schema, const Field &spec,
                   const WireField &field, unsigned depth, std::string &out);
  Error stripPayload(const WireField &field, std::string &out);
};

Error errorAt(uint64_t offset, const Twine &message) {
  return createStringError(inconvertibleErrorCode(),
                           "byte " + Twine(offset) + ": " + message);
}

bool hasWireType(Action action, WireType type) {
  switch (action) {
  case Action::Number:
  case Action::Enum:
    return type == WireType::Varint;
  case Action::Numbers:
    return type == WireType::Varint || type == WireType::Length;
  case Action::Float:
    return type == WireType::Fixed32;
  case Action::Floats:
    return type == WireType::Fixed32 || type == WireType::Length;
  case Action::Bytes:
    return type == WireType::Length;
  default:
    llvm_unreachable("not a scalar");
  }
}

/// A tensor may have its payload in one piece in one field; other forms
/// (float_data in several pieces) are left to protobuf.
Error checkPayloads(StringRef message, uint64_t base, bool &takeTyped) {
  WireReader reader(message, base);
  unsigned raw = 0, typed = 0;
  takeTyped = true;
  while (!reader.atEnd()) {
    Expected<WireField> field = reader.next();
    if (!field)
      return field.takeError();
    if (field->number == 9)
      ++raw;
    if (field->number == 4 || field->number == 10) {
      ++typed;
      takeTyped &= field->type == WireType::Length;
      auto unpacked =
          field->number == 4 ? WireType::Fixed32 : WireType::Fixed64;
      if (field->type != WireType::Length && field->type != unpacked)
        return errorAt(field->offset, "tensor data has the wrong wire type");
    }
    if (raw > 1 || (raw && typed))
      return errorAt(field->offset,
                     "the tensor has its data twice (raw_data and others)");
  }
  takeTyped &= typed == 1;
  return Error::success();
}

Error Scanner::stripPayload(const WireField &field, std::string &out) {
  auto kind = field.number == 4    ? PayloadMarker::Floats
              : field.number == 10 ? PayloadMarker::Doubles
                                   : PayloadMarker::Raw;
  if (field.type != WireType::Length)
    return errorAt(field.offset, "raw_data must be bytes");
  PayloadMarker marker{kind, field.payloadOffset, field.payload.size()};
  writeLengthField(out, 9, marker.encode());
  return Error::success();
}

Error Scanner::stripField(const Schema &schema, const Field &spec,
                          const WireField &field, unsigned depth,
                          std::string &out) {
  auto name = [&] { return (Twine(schema.name) + "." + spec.name).str(); };
  switch (spec.action) {
  case Action::Number:
  case Action::Numbers:
  case Action::Float:
  case Action::Floats:
  case Action::Bytes:
  case Action::Enum:
    if (!hasWireType(spec.action, field.type))
      return errorAt(field.offset, name() + " has the wrong wire type");
    if (spec.action == Action::Enum && field.value > spec.limit)
      return errorAt(field.offset,
                     name() + " has the unknown value " + Twine(field.value));
    out.append(field.encoded.data(), field.encoded.size());
    return Error::success();
  case Action::Drop:
    return Error::success();
  case Action::Warn:
    if (!is_contained(result.ignored, name()))
      result.ignored.push_back(name());
    return Error::success();
  case Action::Payload:
    return stripPayload(field, out);
  case Action::Refuse:
    return errorAt(field.offset, name() + " isn't supported");
  case Action::Enter: {
    if (field.type != WireType::Length)
      return errorAt(field.offset, name() + " must be a message");
    std::string nested;
    if (Error e = strip(spec.child, field.payload, field.payloadOffset,
                        depth + 1, nested))
      return e;
    writeLengthField(out, field.number, nested);
    return Error::success();
  }
  }
  llvm_unreachable("unknown action");
}

Error Scanner::strip(Kind kind, StringRef message, uint64_t base,
                     unsigned depth, std::string &out) {
  if (depth >= maxMessageDepth)
    return errorAt(base, "messages are nested more than " +
                             Twine(maxMessageDepth) + " deep");
  bool takeTyped = false;
  if (kind == Kind::Tensor)
    if (Error e = checkPayloads(message, base, takeTyped))
      return e;
  const Schema &schema = getSchema(kind);
  WireReader reader(message, base);
  while (!reader.atEnd()) {
    Expected<WireField> field = reader.next();
    if (!field)
      return field.takeError();
    const Field *spec = find_if(schema.fields, [&](const Field &f) {
      return f.number == field->number;
    });
    if (spec == schema.fields.end())
      return errorAt(field->offset, Twine(schema.name) + " has no field " +
                                        Twine(field->number));
    if (spec->action == Action::Payload && field->number != 9 && !takeTyped)
      out.append(field->encoded.data(), field->encoded.size());
    else if (Error e = stripField(schema, *spec, *field, depth, out))
      return e;
  }
  return Error::success();
}

} // namespace

Expected<StrippedMessage> onnc::onnx_import::stripPayloads(StringRef file,
                                                           RootMessage root) {
  static constexpr Kind kinds[] = {Kind::Model, Kind::Tensor, Kind::Sequence,
                                   Kind::Map, Kind::Optional};
  Scanner scanner;
  if (Error e = scanner.strip(kinds[static_cast<unsigned>(root)], file, 0, 0,
                              scanner.result.bytes))
    return e;
  return std::move(scanner.result);
}
