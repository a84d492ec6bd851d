//===- Export.cpp --------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Import/ONNX/Export.h"
#include "Downgrade.h"
#include "ImportError.h"
#include "TensorWriter.h"
#include "onnc/IR/Context.h"
#include "onnc/Import/ONNX/Import.h"
#include "onnc/Support/OutputFile.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/Path.h"
#include <climits>
#include <map>

using namespace llvm;
using namespace onnc;
using namespace onnc::onnx_import;

namespace {

/// The version of the file format that goes with operator set 28.
constexpr int64_t irVersion = 13;
/// External data is aligned to a page, as ONNX recommends for mapping it.
constexpr uint64_t externalAlignment = 4096;

/// Values by name that are visible in a region: those of a body must not hide
/// those around it, as that is how it refers to them.
struct NameScope {
  const NameScope *outer = nullptr;
  StringSet<> taken;

  bool isTaken(StringRef name) const {
    return taken.contains(name) || (outer && outer->isTaken(name));
  }
};

class Exporter {
public:
  Exporter(Module &module, const ExportOptions &options, StringRef dataFile)
      : module(module), options(options), dataFile(dataFile) {}

  LogicalResult run();
  LogicalResult serialize(std::string &bytes);
  bool hasExternalData() const { return !external.empty(); }
  void writeExternalData(raw_ostream &os) const;

private:
  LogicalResult checkOperators();
  LogicalResult fillGraph(Region &region, unsigned numCaptures,
                          NameScope &scope, onnx::GraphProto &proto);
  LogicalResult fillNode(Operation &op, NameScope &scope,
                         onnx::NodeProto &proto);
  LogicalResult downgrade(Operation &op, NameScope &scope,
                          onnx::NodeProto &node, onnx::GraphProto &graph);
  LogicalResult fillAttributes(Operation &op, onnx::NodeProto &proto);
  LogicalResult fillValueInfo(Value *value, StringRef name, Type type,
                              onnx::ValueInfoProto &proto);
  void fillConstant(ConstantAttr value, onnx::TensorProto &proto);
  void fillModel();
  void nameValues(Region &region, unsigned numCaptures, NameScope &scope);
  void nameValue(Value *value, NameScope &scope);
  InFlightDiagnostic error(Operation *op) {
    return op->emitError(DiagID::ExportUnsupported);
  }

  Module &module;
  const ExportOptions &options;
  std::string dataFile;
  onnx::ModelProto model;
  DenseMap<const Value *, std::string> names;
  /// Output names of the main graph, by value.
  DenseMap<const Value *, std::string> outputNames;
  std::vector<std::pair<uint64_t, ConstantAttr>> external;
  uint64_t externalSize = 0;
  /// Bytes of the constants inside the model.
  uint64_t embeddedSize = 0;
};

} // namespace

/// How many of the last operands of \p op are captured by its bodies.
static unsigned countCaptures(const Operation &op) {
  if (op.getNumRegions() == 0)
    return 0;
  if (op.getInfo().findAttr("num_captures"))
    return static_cast<unsigned>(op.getInt("num_captures", 0));
  return op.getNumOperands() - (op.getInfo().operands.size() - 1);
}

LogicalResult Exporter::checkOperators() {
  std::map<StringRef, std::pair<unsigned, Operation *>> foreign;
  module.getMain()->getBody().walk([&](Operation *op) {
    if (op->getInfo().onnxSince || op->hasTrait(OpTrait::Terminator))
      return;
    auto &[count, first] = foreign[op->getName()];
    if (count++ == 0)
      first = op;
  });
  if (foreign.empty())
    return success();
  auto diag =
      module.getContext().getDiagnostics().error(DiagID::ExportUnsupported);
  diag << foreign.size() << (foreign.size() == 1 ? " operator" : " operators")
       << " of the module can't be written as ONNX";
  for (const auto &[name, uses] : foreign)
    diag.attachNote("'" + name + "', used " + Twine(uses.first) +
                        (uses.first == 1 ? " time" : " times"),
                    uses.second->getLoc().toDiag());
  return diag;
}

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

void Exporter::nameValue(Value *value, NameScope &scope) {
  std::string wanted = value->getName().str();
  if (auto it = outputNames.find(value); it != outputNames.end()) {
    // Reserved when the graph was entered.
    names[value] = it->second;
    return;
  }
  if (wanted.empty())
    wanted = "v";
  std::string name = wanted;
  for (unsigned i = 1; scope.isTaken(name); ++i)
    name = wanted + "_" + std::to_string(i);
  scope.taken.insert(name);
  names[value] = name;
}

void Exporter::nameValues(Region &region, unsigned numCaptures,
                          NameScope &scope) {
  unsigned numInputs = region.getNumArguments() - numCaptures;
  for (unsigned i = 0; i < numInputs; ++i)
    nameValue(region.getArgument(i), scope);
  for (Operation &op : region.getOps()) {
    const auto &declared = op.getInfo().results;
    bool variadic =
        !declared.empty() && declared.back().arity == Arity::Variadic;
    for (Value *result : op.getResults())
      // An unused result needs a name only where names count results.
      if (variadic || result->hasUses() || !result->getName().empty())
        nameValue(result, scope);
  }
}

//===----------------------------------------------------------------------===//
// Graphs and nodes
//===----------------------------------------------------------------------===//

LogicalResult Exporter::fillValueInfo(Value *value, StringRef name, Type type,
                                      onnx::ValueInfoProto &proto) {
  proto.set_name(name.str());
  DiagLocation loc;
  if (Operation *op = value->getDefiningOp())
    loc = op->getLoc().toDiag();
  return report(module.getContext().getDiagnostics(), loc,
                writeType(type, *proto.mutable_type()));
}

void Exporter::fillConstant(ConstantAttr value, onnx::TensorProto &proto) {
  TensorType type = value.getType();
  auto size = type.getByteSize();
  if (dataFile.empty() || type.getElementType() == ElementType::String ||
      !size || static_cast<uint64_t>(*size) < options.externalThreshold) {
    // A splat of a few bytes may stand for more than memory holds; what can't
    // be serialized isn't written out.
    embeddedSize = SaturatingAdd<uint64_t>(embeddedSize, size.value_or(0));
    if (embeddedSize <= INT_MAX)
      writeTensor(type, value.getData(), proto);
    return;
  }
  writeTensorHeader(type, proto);
  uint64_t offset = alignTo(externalSize, externalAlignment);
  proto.set_data_location(onnx::TensorProto::EXTERNAL);
  auto add = [&](const char *key, const std::string &text) {
    auto *entry = proto.add_external_data();
    entry->set_key(key);
    entry->set_value(text);
  };
  add("location", sys::path::filename(dataFile).str());
  add("offset", std::to_string(offset));
  add("length", std::to_string(*size));
  external.emplace_back(offset, value);
  externalSize = offset + *size;
}

/// A constant that importing an initializer would make: one that stands, with
/// others, at the beginning of its region and has no node's name of its own.
static bool isInitializer(const Operation &op) {
  return op.getName() == "onnx.Constant" && !op.getLoc().getName().empty() &&
         op.getLoc().getName() == op.getResult()->getName();
}

LogicalResult Exporter::fillGraph(Region &region, unsigned numCaptures,
                                  NameScope &scope, onnx::GraphProto &proto) {
  nameValues(region, numCaptures, scope);
  for (unsigned i = 0, e = region.getNumArguments() - numCaptures; i < e; ++i) {
    Value *argument = region.getArgument(i);
    if (failed(fillValueInfo(argument, names[argument], argument->getType(),
                             *proto.add_input())))
      return failure();
  }
  bool atStart = true;
  Operation *terminator = region.getTerminator();
  for (Operation &op : region.getOps()) {
    if (&op == terminator)
      break;
    atStart &= isInitializer(op);
    // A renamed constant would come back with another location. The node of old
    // operator sets is for floating-point numbers only.
    const bool hasNoNode = op.getName() == "onnx.Constant" && options.opset &&
                           options.opset < 9 && names.contains(op.getResult());
    if (hasNoNode ||
        (atStart && names[op.getResult()] == op.getResult()->getName())) {
      auto *tensor = proto.add_initializer();
      tensor->set_name(names[op.getResult()]);
      fillConstant(op.getAttrOfType<ConstantAttr>("value"), *tensor);
      continue;
    }
    atStart = false;
    onnx::NodeProto &node = *proto.add_node();
    if (failed(fillNode(op, scope, node)) ||
        failed(downgrade(op, scope, node, proto)))
      return failure();
    for (Value *result : op.getResults())
      if (names.contains(result) && !result->getType().isNone() &&
          failed(fillValueInfo(result, names[result], result->getType(),
                               *proto.add_value_info())))
        return failure();
  }

  // Outputs: a name may stand once, and the main graph's are given.
  StringSet<> used;
  const Graph *main = region.isTopLevel() ? region.getParentGraph() : nullptr;
  for (auto [i, value] : enumerate(terminator->getOperands())) {
    std::string name = names.lookup(value);
    std::string wanted = main ? main->getOutputNames()[i] : name;
    if (name != wanted || used.contains(wanted)) {
      while (used.contains(wanted) || (!main && scope.isTaken(wanted)))
        wanted += "_out";
      scope.taken.insert(wanted);
      auto *copy = proto.add_node();
      copy->set_op_type("Identity");
      copy->add_input(name);
      copy->add_output(wanted);
    }
    used.insert(wanted);
    if (failed(fillValueInfo(value, wanted, value->getType(),
                             *proto.add_output())))
      return failure();
  }
  // What is declared as an output need not be declared again.
  auto *infos = proto.mutable_value_info();
  infos->erase(std::remove_if(infos->begin(), infos->end(),
                              [&](const onnx::ValueInfoProto &info) {
                                return used.contains(info.name());
                              }),
               infos->end());
  return success();
}

/// Into the form of an older operator set.
LogicalResult Exporter::downgrade(Operation &op, NameScope &scope,
                                  onnx::NodeProto &node,
                                  onnx::GraphProto &graph) {
  if (!options.opset)
    return success();
  auto addConstant = [&](ConstantAttr value, StringRef wanted) {
    std::string name = wanted.str();
    for (unsigned i = 1; scope.isTaken(name); ++i)
      name = (wanted + "_" + Twine(i)).str();
    scope.taken.insert(name);
    auto *tensor = graph.add_initializer();
    tensor->set_name(name);
    fillConstant(value, *tensor);
    return name;
  };
  OldNode old{op, node, addConstant};
  if (Error e = downgradeNode(old, options.opset))
    return error(&op) << "can't be written in operator set " << options.opset
                      << ": " << toString(std::move(e));
  return success();
}

LogicalResult Exporter::fillNode(Operation &op, NameScope &scope,
                                 onnx::NodeProto &proto) {
  const OpInfo &info = op.getInfo();
  proto.set_op_type(info.getShortName().str());
  if (!info.onnxDomain.empty())
    proto.set_domain(info.onnxDomain.str());
  proto.set_name(op.getLoc().getName().str());

  unsigned numCaptures = countCaptures(op);
  unsigned numInputs = op.getNumOperands() - numCaptures;
  while (numInputs && !op.getOperand(numInputs - 1))
    --numInputs;
  for (unsigned i = 0; i < numInputs; ++i)
    proto.add_input(names.lookup(op.getOperand(i)));
  unsigned numOutputs = op.getNumResults();
  while (numOutputs && !names.contains(op.getResult(numOutputs - 1)))
    --numOutputs;
  for (unsigned i = 0; i < numOutputs; ++i)
    proto.add_output(names.lookup(op.getResult(i)));

  if (failed(fillAttributes(op, proto)))
    return failure();
  for (unsigned i = 0; i < op.getNumRegions(); ++i) {
    Region &body = op.getRegion(i);
    // Captured values go by their outer names again.
    unsigned first = body.getNumArguments() - numCaptures;
    for (unsigned j = 0; j < numCaptures; ++j) {
      std::string outer =
          names.lookup(op.getOperand(op.getNumOperands() - numCaptures + j));
      names[body.getArgument(first + j)] = std::move(outer);
    }
    auto *attr = proto.add_attribute();
    attr->set_name(info.regions[i].str());
    attr->set_type(onnx::AttributeProto::GRAPH);
    attr->mutable_g()->set_name(info.regions[i].str());
    NameScope inner{&scope, {}};
    if (failed(fillGraph(body, numCaptures, inner, *attr->mutable_g())))
      return failure();
  }
  return success();
}

LogicalResult Exporter::fillAttributes(Operation &op, onnx::NodeProto &proto) {
  for (const NamedAttr &named : op.getAttrs()) {
    // Facts that passes attach, and what the operands tell.
    if (named.name.starts_with("onnc.") || named.name == "num_captures")
      continue;
    auto *out = proto.add_attribute();
    out->set_name(named.name.str());
    Attribute value = named.value;
    const AttrInfo *spec = op.getInfo().findAttr(named.name);
    switch (value.getKind()) {
    case AttrKind::Int:
      out->set_type(onnx::AttributeProto::INT);
      out->set_i(cast<IntAttr>(value).getValue());
      break;
    case AttrKind::Float:
      out->set_type(onnx::AttributeProto::FLOAT);
      out->set_f(static_cast<float>(cast<FloatAttr>(value).getValue()));
      break;
    case AttrKind::String:
      out->set_type(onnx::AttributeProto::STRING);
      out->set_s(cast<StringAttr>(value).getValue().str());
      break;
    case AttrKind::Ints:
      out->set_type(onnx::AttributeProto::INTS);
      for (int64_t v : cast<IntsAttr>(value).getValue())
        out->add_ints(v);
      break;
    case AttrKind::Floats:
      out->set_type(onnx::AttributeProto::FLOATS);
      for (double v : cast<FloatsAttr>(value).getValue())
        out->add_floats(static_cast<float>(v));
      break;
    case AttrKind::Strings:
      out->set_type(onnx::AttributeProto::STRINGS);
      for (const std::string &v : cast<StringsAttr>(value).getValue())
        out->add_strings(v);
      break;
    case AttrKind::Constant:
      out->set_type(onnx::AttributeProto::TENSOR);
      fillConstant(cast<ConstantAttr>(value), *out->mutable_t());
      break;
    case AttrKind::Type:
      out->set_type(onnx::AttributeProto::TYPE_PROTO);
      if (failed(report(
              module.getContext().getDiagnostics(), op.getLoc().toDiag(),
              writeType(cast<TypeAttr>(value).getValue(), *out->mutable_tp()))))
        return failure();
      break;
    case AttrKind::Array:
      if (cast<ArrayAttr>(value).getValue().empty() && spec) {
        out->set_type(
            spec->kind == AttrKind::Floats    ? onnx::AttributeProto::FLOATS
            : spec->kind == AttrKind::Strings ? onnx::AttributeProto::STRINGS
                                              : onnx::AttributeProto::INTS);
        break;
      }
      [[fallthrough]];
    default:
      return error(&op) << "has the attribute '" << named.name
                        << "' of a kind that ONNX doesn't have";
    }
  }
  return success();
}

//===----------------------------------------------------------------------===//
// The model
//===----------------------------------------------------------------------===//

void Exporter::fillModel() {
  model.set_ir_version(irVersion);
  auto text = [&](StringRef name) {
    auto attr = dyn_cast_or_null<StringAttr>(module.getAttr(name));
    return attr ? attr.getValue().str() : std::string();
  };
  if (std::string s = text("onnx.producer_name"); !s.empty())
    model.set_producer_name(s);
  if (std::string s = text("onnx.producer_version"); !s.empty())
    model.set_producer_version(s);
  if (std::string s = text("onnx.domain"); !s.empty())
    model.set_domain(s);
  if (auto v = dyn_cast_or_null<IntAttr>(module.getAttr("onnx.model_version")))
    model.set_model_version(v.getValue());

  std::map<StringRef, int64_t> opsets = {
      {"", options.opset ? options.opset : newestOnnxOpset}};
  module.getMain()->getBody().walk([&](Operation *op) {
    const OpInfo &info = op->getInfo();
    if (info.onnxSince && !info.onnxDomain.empty())
      opsets[info.onnxDomain] =
          std::max<int64_t>(opsets[info.onnxDomain], info.onnxSince);
  });
  for (auto [domain, version] : opsets) {
    auto *id = model.add_opset_import();
    id->set_domain(domain.str());
    id->set_version(version);
  }
}

LogicalResult Exporter::run() {
  Graph *main = module.getMain();
  if (!main || !main->getBody().getTerminator())
    return module.getContext().getDiagnostics().error(DiagID::ExportUnsupported)
           << "the module has no graph 'main' to write";
  if (failed(checkOperators()))
    return failure();
  fillModel();
  NameScope scope;
  for (unsigned i = 0; i < main->getNumOutputs(); ++i) {
    const std::string &name = main->getOutputNames()[i];
    Value *value = main->getOutput(i);
    if (value->isArgument() && value->getName() == name)
      continue;
    scope.taken.insert(name);
    if (!value->isArgument())
      outputNames.try_emplace(value, name);
  }
  model.mutable_graph()->set_name(module.getName().str());
  return fillGraph(main->getBody(), 0, scope, *model.mutable_graph());
}

LogicalResult Exporter::serialize(std::string &bytes) {
  if (embeddedSize > INT_MAX || model.ByteSizeLong() > INT_MAX ||
      !model.SerializeToString(&bytes))
    return module.getContext().getDiagnostics().error(DiagID::ExportUnsupported)
           << "the model would be larger than protobuf's 2 GB; keep its "
              "constants in external data";
  return success();
}

void Exporter::writeExternalData(raw_ostream &os) const {
  uint64_t position = 0;
  for (const auto &[offset, value] : external) {
    os.write_zeros(offset - position);
    std::vector<char> splat;
    ArrayRef<char> bytes = value.getData().getBytes();
    if (value.getData().isSplat()) {
      splat = value.getData().materialize(value.getType());
      bytes = splat;
    }
    os.write(bytes.data(), bytes.size());
    position = offset + bytes.size();
  }
}

std::optional<std::string>
onnc::exportModelToBytes(Module &module, const ExportOptions &options) {
  Exporter exporter(module, options, "");
  std::string bytes;
  if (failed(exporter.run()) || failed(exporter.serialize(bytes)))
    return std::nullopt;
  return bytes;
}

LogicalResult onnc::exportModel(Module &module, StringRef path,
                                const ExportOptions &options) {
  std::string dataFile = (path + ".data").str();
  Exporter exporter(module, options, dataFile);
  std::string bytes;
  if (failed(exporter.run()) || failed(exporter.serialize(bytes)))
    return failure();
  Error e = Error::success();
  if (exporter.hasExternalData())
    e = writeOutputFile(dataFile, [&](raw_ostream &os) {
      exporter.writeExternalData(os);
      return Error::success();
    });
  if (!e)
    e = writeOutputFile(path, [&](raw_ostream &os) {
      os << bytes;
      return Error::success();
    });
  return reportError(module.getContext().getDiagnostics(), DiagID::InputOutput,
                     std::move(e), {.file = path.str()});
}

std::optional<std::string> onnc::getOpsetRefusal(const Operation &op,
                                                 int64_t opset) {
  // Steps change the node and ask the operation: names will do.
  onnx::NodeProto node;
  for (unsigned i = 0; i < op.getNumOperands(); ++i)
    node.add_input(op.getOperand(i) ? "x" : "");
  for (unsigned i = 0; i < op.getNumResults(); ++i)
    node.add_output("y");
  for (const NamedAttr &attr : op.getAttrs())
    node.add_attribute()->set_name(attr.name.str());
  auto addConstant = [](ConstantAttr, StringRef name) { return name.str(); };
  OldNode old{op, node, addConstant};
  if (Error error = downgradeNode(old, opset))
    return toString(std::move(error));
  return std::nullopt;
}
