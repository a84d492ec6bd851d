//===- AsmPrinter.cpp -----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/IR/AsmPrinter.h"
#include "ElementText.h"
#include "onnc/IR/Context.h"
#include "onnc/Support/OutputFile.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"
#include <cmath>

using namespace llvm;
using namespace onnc;

namespace {

/// Gives every value of one region its printed name. An open region goes on
/// with the names of the one around it.
class Names {
public:
  explicit Names(const Region &region, const Names *outer = nullptr);
  /// Lives as long as this.
  StringRef lookup(const Value *value) const {
    auto it = names.find(value);
    if (it != names.end())
      return it->second;
    return outer ? outer->lookup(value) : StringRef();
  }

private:
  void add(const Value *value);
  bool isTaken(StringRef name) const {
    return taken.contains(name) || (outer && outer->isTaken(name));
  }
  const Names *outer;
  DenseMap<const Value *, std::string> names;
  StringSet<> taken;
  unsigned next = 0;
};

class Printer {
public:
  Printer(raw_ostream &os, const PrintOptions &options)
      : os(os), options(options) {}

  void printModule(const Module &module);
  void printOperation(const Operation &op, const Names &names, unsigned indent);
  void printAttr(const Attribute &attr);

private:
  void printGraph(const Graph &graph);
  void printBody(const Region &region, const Names &names, unsigned indent);
  void printRegion(const Region &region, const Names *outer, unsigned indent);
  void printArguments(const Region &region, const Names &names);
  void printTypes(ArrayRef<Type> types);
  void printDict(ArrayRef<NamedAttr> entries);
  void printConstant(ConstantAttr attr);
  void printFloat(double value);
  void printQuoted(StringRef text) {
    os << '"';
    printEscapedString(text, os);
    os << '"';
  }

  raw_ostream &os;
  const PrintOptions &options;
};

} // namespace

static bool isPlainName(StringRef name) {
  return !name.empty() && (isAlpha(name[0]) || name[0] == '_') &&
         all_of(name,
                [](char c) { return isAlnum(c) || c == '_' || c == '.'; }) &&
         name != "_";
}

Names::Names(const Region &region, const Names *outer)
    : outer(outer), next(outer ? outer->next : 0) {
  for (Value *argument : region.getArguments())
    add(argument);
  for (const Operation &op : region.getOps())
    for (Value *result : op.getResults())
      add(result);
}

void Names::add(const Value *value) {
  std::string name = value->getName().str();
  if (name.empty()) {
    names[value] = std::to_string(next++);
    return;
  }
  // A name that stands twice gets a suffix, which it keeps when it is parsed.
  for (unsigned i = 1; isTaken(name); ++i)
    name = (value->getName() + "_" + Twine(i)).str();
  taken.insert(name);
  if (isPlainName(name)) {
    names[value] = std::move(name);
    return;
  }
  std::string quoted;
  raw_string_ostream os(quoted);
  os << '"';
  printEscapedString(name, os);
  os << '"';
  names[value] = std::move(quoted);
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

void Printer::printFloat(double value) {
  if (!std::isfinite(value)) {
    os << "0x" << utohexstr(bit_cast<uint64_t>(value), true, 16) << ":f64";
    return;
  }
  float narrow = static_cast<float>(value);
  if (static_cast<double>(narrow) == value)
    os << floatToText(narrow);
  else
    os << doubleToText(value) << ":f64";
}

void Printer::printConstant(ConstantAttr attr) {
  TensorType type = attr.getType();
  const ConstantData &data = attr.getData();
  ElementType element = type.getElementType();
  int64_t count = *type.getNumElements();
  if (element == ElementType::String) {
    os << "dense<" << type << ", [";
    interleaveComma(data.getStrings(), os,
                    [&](const std::string &s) { printQuoted(s); });
    os << "]>";
    return;
  }
  if (data.isSplat()) {
    os << "splat<" << type << ", ";
    printElement(os, element, data, 0);
    os << '>';
    return;
  }
  ArrayRef<char> bytes = data.getBytes();
  if (options.elide && count > 16) {
    os << "dense<" << type << ", ...>";
    return;
  }
  if (options.blobs && bytes.size() > options.maxInlineBytes) {
    os << "blob<" << type << ", \"" << options.blobs->add(bytes) << "\">";
    return;
  }
  os << "dense<" << type << ", ";
  if (bytes.size() > options.maxInlineBytes) {
    os << '"' << toHex(StringRef(bytes.data(), bytes.size()), true) << "\">";
    return;
  }
  os << '[';
  for (int64_t i = 0; i < count; ++i) {
    os << (i ? ", " : "");
    printElement(os, element, data, i);
  }
  os << "]>";
}

void Printer::printDict(ArrayRef<NamedAttr> entries) {
  os << '{';
  interleaveComma(entries, os, [&](const NamedAttr &entry) {
    if (isPlainName(entry.name))
      os << entry.name;
    else
      printQuoted(entry.name);
    if (!isa<UnitAttr>(entry.value)) {
      os << " = ";
      printAttr(entry.value);
    }
  });
  os << '}';
}

void Printer::printAttr(const Attribute &attr) {
  switch (attr.getKind()) {
  case AttrKind::Unit:
    os << "unit";
    return;
  case AttrKind::Bool:
    os << (cast<BoolAttr>(attr).getValue() ? "true" : "false");
    return;
  case AttrKind::Int:
    os << cast<IntAttr>(attr).getValue();
    return;
  case AttrKind::Float:
    printFloat(cast<FloatAttr>(attr).getValue());
    return;
  case AttrKind::String:
    printQuoted(cast<StringAttr>(attr).getValue());
    return;
  case AttrKind::Type:
    os << cast<TypeAttr>(attr).getValue();
    return;
  case AttrKind::Symbol: {
    StringRef name = cast<SymbolAttr>(attr).getValue();
    os << '@';
    isPlainName(name) ? void(os << name) : printQuoted(name);
    return;
  }
  case AttrKind::Ints:
    os << '[';
    interleaveComma(cast<IntsAttr>(attr).getValue(), os);
    os << ']';
    return;
  case AttrKind::Floats:
    os << '[';
    interleaveComma(cast<FloatsAttr>(attr).getValue(), os,
                    [&](double v) { printFloat(v); });
    os << ']';
    return;
  case AttrKind::Strings:
    os << '[';
    interleaveComma(cast<StringsAttr>(attr).getValue(), os,
                    [&](const std::string &s) { printQuoted(s); });
    os << ']';
    return;
  case AttrKind::Array:
    os << '[';
    interleaveComma(cast<ArrayAttr>(attr).getValue(), os,
                    [&](const Attribute &a) { printAttr(a); });
    os << ']';
    return;
  case AttrKind::Dict:
    printDict(cast<DictAttr>(attr).getValue());
    return;
  case AttrKind::Constant:
    printConstant(cast<ConstantAttr>(attr));
    return;
  case AttrKind::Affine:
    os << "affine<";
    cast<AffineAttr>(attr).getValue().print(os);
    os << '>';
    return;
  case AttrKind::Box:
    os << "box<";
    onnc::print(os, cast<BoxAttr>(attr).getValue());
    os << '>';
    return;
  }
  llvm_unreachable("unknown attribute kind");
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

void Printer::printTypes(ArrayRef<Type> types) {
  os << '(';
  interleaveComma(types, os);
  os << ')';
}

void Printer::printArguments(const Region &region, const Names &names) {
  os << '(';
  interleaveComma(region.getArguments(), os, [&](Value *argument) {
    os << '%' << names.lookup(argument) << ": " << argument->getType();
  });
  os << ')';
}

void Printer::printRegion(const Region &region, const Names *outer,
                          unsigned indent) {
  Names names(region, outer);
  os << '{';
  if (region.getNumArguments()) {
    os << " ^";
    printArguments(region, names);
  }
  os << '\n';
  printBody(region, names, indent + 2);
  os.indent(indent) << '}';
}

void Printer::printOperation(const Operation &op, const Names &names,
                             unsigned indent) {
  if (op.getNumResults()) {
    interleaveComma(op.getResults(), os,
                    [&](Value *v) { os << '%' << names.lookup(v); });
    os << " = ";
  }
  os << op.getName() << '(';
  auto operands = op.getOperands();
  interleaveComma(operands, os, [&](Value *v) {
    if (v)
      os << '%' << names.lookup(v);
    else
      os << '_';
  });
  os << ')';
  if (!op.getAttrs().empty()) {
    os << ' ';
    printDict(op.getAttrs());
  }
  if (op.getNumRegions()) {
    os << " (";
    for (unsigned i = 0; i < op.getNumRegions(); ++i) {
      os << (i ? ", " : "");
      printRegion(op.getRegion(i),
                  op.hasTrait(OpTrait::Transparent) ? &names : nullptr, indent);
    }
    os << ')';
  }
  // Programs of the tile level are read for their loops: what they say of
  // types is where values are defined.
  bool isShort = op.getInfo().getDialect() == "tile" ||
                 (op.hasTrait(OpTrait::Terminator) && !op.getNumOperands());
  if (!isShort) {
    os << " : ";
    SmallVector<Type, 4> types;
    for (Value *v : operands)
      types.push_back(v ? v->getType() : NoneType::get(op.getContext()));
    printTypes(types);
  }
  if (!isShort || op.getNumResults()) {
    os << " -> ";
    if (op.getNumResults() == 1)
      os << op.getResult()->getType();
    else
      printTypes(op.getResultTypes());
  }
  if (!op.getLoc().getName().empty()) {
    os << " loc(";
    printQuoted(op.getLoc().getName());
    os << ')';
  }
}

void Printer::printBody(const Region &region, const Names &names,
                        unsigned indent) {
  for (const Operation &op : region.getOps()) {
    os.indent(indent);
    printOperation(op, names, indent);
    os << '\n';
  }
}

//===----------------------------------------------------------------------===//
// Graphs and modules
//===----------------------------------------------------------------------===//

void Printer::printGraph(const Graph &graph) {
  const Region &body = graph.getBody();
  Names names(body);
  os << "\ngraph @";
  isPlainName(graph.getName()) ? void(os << graph.getName())
                               : printQuoted(graph.getName());
  printArguments(body, names);
  os << " -> (";
  for (unsigned i = 0; i < graph.getNumOutputs(); ++i) {
    os << (i ? ", " : "");
    if (i < graph.getOutputNames().size())
      printQuoted(graph.getOutputNames()[i]);
    else
      os << "\"\"";
  }
  os << ") {\n";
  printBody(body, names, 2);
  os << "}\n";
}

void Printer::printModule(const Module &module) {
  os << "module @";
  isPlainName(module.getName()) ? void(os << module.getName())
                                : printQuoted(module.getName());
  if (!module.getProperties().empty()) {
    os << " properties [";
    ListSeparator comma;
    for (unsigned i = 0; i < numProperties; ++i)
      if (module.has(static_cast<Property>(i)))
        os << comma << onnc::getName(static_cast<Property>(i));
    os << ']';
  }
  if (!module.getSymbolRanges().empty()) {
    std::map<std::string, DimRange> sorted;
    for (const auto &entry : module.getSymbolRanges())
      sorted[entry.first().str()] = entry.second;
    os << " symbols {";
    ListSeparator comma;
    for (const auto &[name, range] : sorted) {
      os << comma;
      isPlainName(name) ? void(os << name) : printQuoted(name);
      os << " = [" << range.lo;
      if (range.isBounded())
        os << ", " << range.hi;
      os << ']';
    }
    os << '}';
  }
  if (!module.getAttrs().empty()) {
    os << " attributes ";
    SmallVector<NamedAttr> attrs;
    for (const auto &[name, value] : module.getAttrs())
      attrs.push_back({name, value});
    printDict(attrs);
  }
  if (options.blobs && !options.blobFile.empty()) {
    os << " blobs ";
    printQuoted(options.blobFile);
  }
  os << '\n';
  for (auto &graph : module.getGraphs())
    printGraph(*graph);
}

void onnc::printModule(const Module &module, raw_ostream &os,
                       const PrintOptions &options) {
  Printer(os, options).printModule(module);
}

void Attribute::print(raw_ostream &os) const {
  Printer(os, {}).printAttr(*this);
}

void Operation::print(raw_ostream &os) const {
  PrintOptions options;
  options.elide = true;
  if (!parent) {
    os << getName() << " (not in a region)";
    return;
  }
  // The regions whose names it may use, innermost first.
  SmallVector<const Region *, 4> regions = {parent};
  for (Operation *owner = getParentOp();
       owner && owner->hasTrait(OpTrait::Transparent) &&
       owner->getParentRegion();
       owner = owner->getParentOp())
    regions.push_back(owner->getParentRegion());
  std::vector<std::unique_ptr<Names>> names;
  for (const Region *region : reverse(regions))
    names.push_back(std::make_unique<Names>(
        *region, names.empty() ? nullptr : names.back().get()));
  Printer(os, options).printOperation(*this, *names.back(), 0);
}

static bool hasLargeConstant(const Module &module, size_t limit) {
  bool found = false;
  const_cast<Module &>(module).walk([&](Operation *op) {
    for (const NamedAttr &attr : op->getAttrs())
      if (auto constant = dyn_cast<ConstantAttr>(attr.value))
        found |= constant.getData().getBytes().size() > limit;
  });
  return found;
}

Error onnc::writeModuleFile(const Module &module, StringRef path,
                            StringRef header) {
  PrintOptions options;
  BlobWriter blobs;
  std::string blobPath = (path + ".blobs").str();
  bool separate =
      canHaveSideFile(path) && hasLargeConstant(module, options.maxInlineBytes);
  if (separate) {
    options.blobs = &blobs;
    options.blobFile = sys::path::filename(blobPath).str();
  }
  std::string text;
  raw_string_ostream os(text);
  os << header;
  printModule(module, os, options);
  // The constants first: the text must never name a file that isn't there.
  if (separate)
    if (Error error = writeOutputFile(blobPath, [&](raw_pwrite_stream &out) {
          blobs.write(out);
          return Error::success();
        }))
      return error;
  return writeOutputFile(path, [&](raw_pwrite_stream &out) {
    out << text;
    return Error::success();
  });
}
