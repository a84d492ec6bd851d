//===- ManifestReader.cpp ------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Processor.h"
#include "Manifest.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/JSON.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::cortexm;

namespace {

/// A value of the file and where it stands, for messages. An object's members
/// must all be asked for: what nobody asked for is a mistake.
class Node {
public:
  Node(const json::Value &value, std::string place)
      : value(value), place(std::move(place)) {}

  Error error(const Twine &message) const {
    return createStringError((place.empty() ? "manifest" : place) + ": " +
                             message);
  }

  /// The members \p keys, in that order, and behind them \p optional where
  /// there is one; an error where one is missing or there are others.
  Expected<std::vector<Node>> members(ArrayRef<StringRef> keys,
                                      StringRef optional = {}) const;
  Expected<std::vector<Node>> elements() const;
  Expected<std::string> string() const;
  Expected<int64_t> integer() const;
  /// An error where the text isn't \p expected.
  Error expect(StringRef expected) const;

private:
  const json::Value &value;
  std::string place;
};

} // namespace

Expected<std::vector<Node>> Node::members(ArrayRef<StringRef> keys,
                                          StringRef optional) const {
  const json::Object *object = value.getAsObject();
  if (!object)
    return error("expected an object");
  std::string prefix = place.empty() ? "" : place + ".";
  for (const auto &member : *object)
    if (!is_contained(keys, StringRef(member.first)) &&
        (optional.empty() || StringRef(member.first) != optional))
      return error("unknown member '" + StringRef(member.first) +
                   "'; there are " + join(keys, ", ") +
                   (optional.empty() ? "" : ", perhaps " + optional));
  std::vector<Node> out;
  for (StringRef key : keys) {
    const json::Value *member = object->get(key);
    if (!member)
      return error("member '" + key + "' is missing");
    out.emplace_back(*member, prefix + key.str());
  }
  if (const json::Value *member =
          optional.empty() ? nullptr : object->get(optional))
    out.emplace_back(*member, prefix + optional.str());
  return out;
}

Expected<std::vector<Node>> Node::elements() const {
  const json::Array *array = value.getAsArray();
  if (!array)
    return error("expected an array");
  std::vector<Node> out;
  for (auto [i, element] : enumerate(*array))
    out.emplace_back(element, place + "[" + std::to_string(i) + "]");
  return out;
}

Expected<std::string> Node::string() const {
  if (auto text = value.getAsString())
    return text->str();
  return error("expected a string");
}

Expected<int64_t> Node::integer() const {
  if (auto number = value.getAsInteger())
    return *number;
  return error("expected an integer");
}

Error Node::expect(StringRef expected) const {
  Expected<std::string> text = string();
  if (!text)
    return text.takeError();
  if (*text != expected)
    return error("'" + *text + "' doesn't agree with the rest, which makes '" +
                 expected + "'");
  return Error::success();
}

/// Reads an array with \p readElement(Node) -> Expected<T>.
template <typename T, typename Function>
static Error readArray(const Node &node, std::vector<T> &out,
                       Function readElement) {
  Expected<std::vector<Node>> elements = node.elements();
  if (!elements)
    return elements.takeError();
  for (const Node &element : *elements) {
    Expected<T> read = readElement(element);
    if (!read)
      return read.takeError();
    out.push_back(std::move(*read));
  }
  return Error::success();
}

template <typename T> static Error assign(T &to, Expected<T> value) {
  if (!value)
    return value.takeError();
  to = std::move(*value);
  return Error::success();
}

static Expected<TensorParameter> readTensor(const Node &node) {
  auto members = node.members(
      {"name", "parameter", "element_type", "c_type", "shape", "bytes"});
  if (!members)
    return members.takeError();
  TensorParameter t;
  std::string type;
  std::vector<int64_t> shape;
  if (Error e = assign(t.name, (*members)[0].string()))
    return e;
  if (Error e = assign(t.parameter, (*members)[1].string()))
    return e;
  if (Error e = assign(type, (*members)[2].string()))
    return e;
  if (Error e = readArray((*members)[4], shape,
                          [](const Node &n) { return n.integer(); }))
    return e;
  auto element = parseElementType(type);
  if (!element || !getCType(*element))
    return (*members)[2].error("no element type '" + type + "' here");
  t.type = *element;
  t.shape.assign(shape.begin(), shape.end());
  if (Error e = (*members)[3].expect(*getCType(*element)))
    return e;
  // What follows from the shape is compared once verify() has accepted that.
  return t;
}

static Error readArena(const Node &node, int64_t &bytes, int64_t &alignment) {
  auto members = node.members({"bytes", "alignment"});
  if (!members)
    return members.takeError();
  if (Error e = assign(bytes, (*members)[0].integer()))
    return e;
  return assign(alignment, (*members)[1].integer());
}

static Error readExternalArena(const Node &node, Manifest &m) {
  if (Error e = readArena(node, m.externalBytes, m.externalAlignment))
    return e;
  // One of 0 bytes would be a parameter that the entry doesn't have.
  if (!m.usesExternalRam())
    return node.error("has no bytes; without it, the entry has no such "
                      "parameter");
  return Error::success();
}

static Error checkVersion(const json::Value &value) {
  const json::Object *object = value.getAsObject();
  if (!object || object->getString("format") != StringRef(Manifest::format))
    return createStringError("format: expected '" + Manifest::format + "'");
  if (auto number = object->getInteger("version"); number != Manifest::version)
    return createStringError(
        "version: this onnc reads version " + Twine(Manifest::version) +
        (number ? " only, not " + std::to_string(*number) : " only"));
  return Error::success();
}

static Error readMembers(const Node &root, Manifest &m) {
  constexpr StringRef keys[] = {"format", "version", "model",  "processor",
                                "header", "sources", "flags",  "entry",
                                "arena",  "inputs",  "outputs"};
  auto members = root.members(keys, Manifest::externalParameter);
  if (!members)
    return members.takeError();
  ArrayRef<Node> nodes = *members;
  auto readString = [](const Node &n) { return n.string(); };
  std::string processor;
  if (Error e = assign(m.model, nodes[2].string()))
    return e;
  if (Error e = assign(processor, nodes[3].string()))
    return e;
  m.processor = findProcessor(processor);
  if (!m.processor)
    return nodes[3].error("unknown processor '" + processor + "'");
  if (Error e = nodes[4].expect(m.getHeader()))
    return e;
  if (Error e = readArray(nodes[5], m.sources, readString))
    return e;
  if (Error e = readArray(nodes[6], m.flags, readString))
    return e;
  if (Error e = nodes[7].expect(m.getEntry()))
    return e;
  if (Error e = readArena(nodes[8], m.arenaBytes, m.arenaAlignment))
    return e;
  if (nodes.size() > std::size(keys))
    if (Error e = readExternalArena(nodes.back(), m))
      return e;
  if (Error e = readArray(nodes[9], m.inputs, readTensor))
    return e;
  return readArray(nodes[10], m.outputs, readTensor);
}

/// That "bytes" is what type and shape make.
static Error checkBytes(const json::Value &value, StringRef list,
                        ArrayRef<TensorParameter> tensors) {
  const json::Array &array = *value.getAsObject()->getArray(list);
  for (auto [i, t] : enumerate(tensors)) {
    auto bytes = array[i].getAsObject()->getInteger("bytes");
    if (bytes != t.getNumBytes())
      return createStringError(list + "[" + Twine(i) +
                               "].bytes: type and shape make " +
                               Twine(t.getNumBytes()));
  }
  return Error::success();
}

/// The JSON parser recurses, so depth must be bounded before it runs.
static bool isNestedDeeply(StringRef text) {
  unsigned depth = 0;
  bool inString = false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (inString && c == '\\')
      ++i;
    else if (c == '"')
      inString = !inString;
    else if (!inString && (c == '[' || c == '{') && ++depth > 16)
      return true;
    else if (!inString && (c == ']' || c == '}') && depth)
      --depth;
  }
  return false;
}

Expected<Manifest> Manifest::read(StringRef text) {
  if (isNestedDeeply(text))
    return createStringError("brackets are nested too deeply for a manifest");
  Expected<json::Value> value = json::parse(text);
  if (!value)
    return value.takeError();
  if (Error e = checkVersion(*value))
    return e;
  Manifest m;
  if (Error e = readMembers(Node(*value, ""), m))
    return e;
  if (Error e = m.verify())
    return e;
  if (Error e = checkBytes(*value, "inputs", m.inputs))
    return e;
  if (Error e = checkBytes(*value, "outputs", m.outputs))
    return e;
  return m;
}

bool Manifest::recognize(StringRef text) {
  return text.ltrim().starts_with("{") &&
         text.take_front(4096).contains(("\"" + format + "\"").str());
}
