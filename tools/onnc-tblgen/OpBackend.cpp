//===- OpBackend.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Operators: --gen-op-decls (views), --gen-op-defs (OpInfo tables),
/// --gen-op-docs (reference). The schema is onnc/IR/OpBase.td.
///
//===----------------------------------------------------------------------===//

#include "Backends.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/TableGen/Error.h"
#include "llvm/TableGen/Record.h"
#include "llvm/TableGen/TableGenBackend.h"

using namespace llvm;
using namespace onnc::tblgen;

namespace {

struct ValueSpec {
  StringRef name, arity, var;
  const Record *elementTypes;
};

struct AttrSpec {
  StringRef name, kind, defaultText;
  bool required;
};

/// One operator record, read and checked.
struct OpRecord {
  const Record *def;
  const Record *dialect;
  std::string view;
  std::string fullName;
  std::vector<ValueSpec> operands, results;
  std::vector<AttrSpec> attributes;
  std::vector<StringRef> regions;

  explicit OpRecord(const Record *def);
  StringRef ns() const { return dialect->getValueAsString("cppNamespace"); }
  bool hasVariadicResult() const {
    return !results.empty() && results.back().arity == "Variadic";
  }
};

} // namespace

static std::vector<ValueSpec> readValues(const Record *def, StringRef field) {
  std::vector<ValueSpec> out;
  for (const Record *r : def->getValueAsListOfDefs(field)) {
    if (!out.empty() && out.back().arity == "Variadic")
      PrintFatalError(def->getLoc(),
                      "only the last of the " + field + " may be variadic");
    out.push_back({r->getValueAsString("name"), r->getValueAsString("arity"),
                   r->getValueAsString("var"),
                   r->getValueAsDef("elementTypes")});
  }
  return out;
}

OpRecord::OpRecord(const Record *def)
    : def(def), dialect(def->getValueAsDef("dialect")) {
  StringRef mnemonic = def->getValueAsString("opName");
  StringRef prefix = dialect->getValueAsString("name");
  fullName = prefix.empty() ? mnemonic.str() : (prefix + "." + mnemonic).str();
  view = toCamelCase(mnemonic) + "Op";
  operands = readValues(def, "operands");
  results = readValues(def, "results");
  static const StringSet<> kinds = {"Unit",     "Bool",    "Int",    "Float",
                                    "String",   "Type",    "Symbol", "Ints",
                                    "Floats",   "Strings", "Array",  "Dict",
                                    "Constant", "Affine",  "Box"};
  for (const Record *r : def->getValueAsListOfDefs("attributes")) {
    attributes.push_back(
        {r->getValueAsString("name"), r->getValueAsString("kind"),
         r->getValueAsString("defaultText"), r->getValueAsBit("required")});
    if (!kinds.contains(attributes.back().kind))
      PrintFatalError(def->getLoc(), "attribute '" + attributes.back().name +
                                         "' has an unknown kind '" +
                                         attributes.back().kind + "'");
  }
  regions = def->getValueAsListOfStrings("regions");
  if (def->getValueAsBit("hasVerifier") && mnemonic.empty())
    PrintFatalError(def->getLoc(), "an operator needs a name");
}

static std::vector<OpRecord> readOps(const RecordKeeper &records) {
  std::vector<OpRecord> ops;
  for (const Record *def : records.getAllDerivedDefinitions("Op"))
    ops.emplace_back(def);
  StringSet<> seen;
  for (const OpRecord &op : ops)
    if (!seen.insert(op.fullName).second)
      PrintFatalError(op.def->getLoc(),
                      "operator '" + op.fullName + "' is declared twice");
  llvm::sort(ops, [](const OpRecord &a, const OpRecord &b) {
    return a.fullName < b.fullName;
  });
  return ops;
}

//===----------------------------------------------------------------------===//
// Views
//===----------------------------------------------------------------------===//

namespace {
/// How an attribute kind appears in C++.
struct AttrCpp {
  const char *type;     ///< what the accessor returns
  const char *argument; ///< what build takes
  const char *wrap;     ///< from argument to Attribute
};
} // namespace

static AttrCpp attrCpp(StringRef kind) {
  return StringSwitch<AttrCpp>(kind)
      .Case("Unit", {"bool", "bool", "UnitAttr::get()"})
      .Case("Bool", {"bool", "bool", "BoolAttr::get({0})"})
      .Case("Int", {"int64_t", "int64_t", "IntAttr::get({0})"})
      .Case("Float", {"double", "double", "FloatAttr::get({0})"})
      .Case("String",
            {"llvm::StringRef", "llvm::StringRef", "StringAttr::get({0})"})
      .Case("Type", {"Type", "Type", "TypeAttr::get({0})"})
      .Case("Symbol",
            {"llvm::StringRef", "llvm::StringRef", "SymbolAttr::get({0})"})
      .Case("Ints", {"llvm::SmallVector<int64_t, 6>", "llvm::ArrayRef<int64_t>",
                     "IntsAttr::get({0})"})
      .Case("Floats", {"llvm::SmallVector<double, 6>", "llvm::ArrayRef<double>",
                       "FloatsAttr::get({0})"})
      .Case("Strings", {"Attribute", "llvm::ArrayRef<std::string>",
                        "StringsAttr::get({0})"})
      .Case("Array", {"Attribute", "Attribute", "{0}"})
      .Case("Dict", {"DictAttr", "DictAttr", "{0}"})
      .Case("Constant", {"ConstantAttr", "ConstantAttr", "{0}"})
      .Case("Affine",
            {"AffineExpr", "const AffineExpr &", "AffineAttr::get({0})"})
      .Case("Box", {"llvm::ArrayRef<AffineRange>",
                    "llvm::ArrayRef<AffineRange>", "BoxAttr::get({0})"});
}

/// The body of an attribute's accessor.
static std::string attrGetter(const AttrSpec &attr) {
  std::string name = quoted(attr.name);
  StringRef d = attr.defaultText;
  auto number = [&](StringRef none) { return d.empty() ? none : d; };
  if (attr.kind == "Unit")
    return formatv("return op->hasAttr({0});", name);
  if (attr.kind == "Bool")
    return formatv("auto a = op->getAttrOfType<BoolAttr>({0}); "
                   "return a ? a.getValue() : {1};",
                   name, number("false"));
  if (attr.kind == "Int")
    return formatv("return op->getInt({0}, {1});", name, number("0"));
  if (attr.kind == "Float")
    // ONNX's numbers are floats, so a default is rounded as a written one is.
    return formatv("return op->getFloat({0}, double(float({1})));", name,
                   number("0.0"));
  if (attr.kind == "String")
    return formatv("return op->getString({0}, {1});", name,
                   d.empty() ? "{}" : d);
  if (attr.kind == "Symbol")
    return formatv("auto a = op->getAttrOfType<SymbolAttr>({0}); "
                   "return a ? a.getValue() : llvm::StringRef();",
                   name);
  if (attr.kind == "Type")
    return formatv("auto a = op->getAttrOfType<TypeAttr>({0}); "
                   "return a ? a.getValue() : Type();",
                   name);
  if (attr.kind == "Affine")
    return formatv("auto a = op->getAttrOfType<AffineAttr>({0}); "
                   "return a ? a.getValue() : AffineExpr();",
                   name);
  if (attr.kind == "Box")
    return formatv("auto a = op->getAttrOfType<BoxAttr>({0}); "
                   "return a ? a.getValue() : llvm::ArrayRef<AffineRange>();",
                   name);
  if (attr.kind == "Ints" && !d.empty())
    return formatv("return op->getInts({0}, {{{1}});", name, d.trim("[] "));
  if (attr.kind == "Ints" || attr.kind == "Floats")
    return formatv("return op->get{0}({1});", attr.kind, name);
  if (attr.kind == "Dict" || attr.kind == "Constant")
    return formatv("return op->getAttrOfType<{0}Attr>({1});", attr.kind, name);
  return formatv("return op->getAttr({0});", name);
}

/// A C++ parameter name for the record's name \p name.
static std::string paramName(StringRef name) {
  static const StringSet<> keywords = {"default", "switch", "case", "bool",
                                       "float",   "int",    "op",   "else",
                                       "to",      "axis_",  "if",   "for"};
  std::string out = toCamelCase(name);
  out[0] = toLower(out[0]);
  if (keywords.contains(out))
    out += '_';
  return out;
}

static void emitAccessors(const OpRecord &op, raw_ostream &os) {
  for (auto [i, v] : enumerate(op.operands)) {
    std::string getter = "get" + toCamelCase(v.name);
    if (v.arity == "Variadic")
      os << formatv("  llvm::SmallVector<Value *, 4> {0}() const {{ return "
                    "op->getOperandGroup({1}); }\n",
                    getter, i);
    else
      os << formatv("  Value *{0}() const {{ return op->getOperand({1}); }\n",
                    getter, i);
  }
  for (auto [i, v] : enumerate(op.results)) {
    // A result may have the name of an operand (BatchNormalization's do).
    std::string name = toCamelCase(v.name);
    for (const ValueSpec &o : op.operands)
      if (toCamelCase(o.name) == name) {
        name += "Result";
        break;
      }
    if (v.arity == "Variadic")
      continue;
    os << formatv("  Value *get{0}() const {{ return {1} < "
                  "op->getNumResults() ? op->getResult({1}) : nullptr; }\n",
                  name, i);
  }
  for (const AttrSpec &attr : op.attributes) {
    std::string name = toCamelCase(attr.name);
    for (const ValueSpec &v : op.operands)
      if (toCamelCase(v.name) == name)
        name += "Attr";
    os << formatv("  {0} get{1}() const {{ {2} }\n", attrCpp(attr.kind).type,
                  name, attrGetter(attr));
  }
  for (auto [i, name] : enumerate(op.regions))
    os << formatv("  Region &get{0}() const {{ return op->getRegion({1}); }\n",
                  toCamelCase(name), i);
}

/// `build(builder, operands…, required attributes…, extra)`: result types are
/// inferred where the operator can, else given.
static void emitBuild(const OpRecord &op, raw_ostream &os, bool declare) {
  bool infers =
      !op.def->getValueAsString("inferTypes").empty() || op.results.empty();
  bool simple = op.regions.empty();
  if (!simple)
    return; // Bodies are built by hand, through Builder::create.
  if (declare)
    os << "  /// Optional operands may be null; further attributes in "
          "\\p extra."
       << (infers ? " A null view, with\n  /// the error reported, where types "
                    "contradict."
                  : "")
       << "\n";
  os << (declare ? "  static " : "") << (declare ? op.view : op.view) << ' '
     << (declare ? "" : op.view + "::") << "build(Builder &builder";
  if (!infers)
    os << ", llvm::ArrayRef<Type> resultTypes";
  for (const ValueSpec &v : op.operands)
    os << ", "
       << (v.arity == "Variadic" ? "llvm::ArrayRef<Value *> " : "Value *")
       << paramName(v.name);
  for (const AttrSpec &attr : op.attributes)
    if (attr.required)
      os << ", " << attrCpp(attr.kind).argument << ' ' << paramName(attr.name)
         << "Attr";
  os << ", llvm::ArrayRef<NamedAttr> extra" << (declare ? " = {}" : "") << ")";
  if (declare) {
    os << ";\n";
    return;
  }
  os << " {\n  llvm::SmallVector<Value *, 4> operands;\n";
  for (const ValueSpec &v : op.operands)
    os << (v.arity == "Variadic" ? "  llvm::append_range(operands, "
                                 : "  operands.push_back(")
       << paramName(v.name) << ");\n";
  // Trailing absent operands aren't stored.
  if (llvm::any_of(op.operands,
                   [](const ValueSpec &v) { return v.arity == "Optional"; }))
    os << "  while (!operands.empty() && !operands.back())\n"
          "    operands.pop_back();\n";
  os << "  llvm::SmallVector<NamedAttr, 4> attrs(extra);\n";
  for (const AttrSpec &attr : op.attributes)
    if (attr.required)
      os << "  attrs.push_back({" << quoted(attr.name) << ", "
         << formatv(attrCpp(attr.kind).wrap, paramName(attr.name) + "Attr")
         << "});\n";
  if (infers)
    os << "  return " << op.view
       << "(builder.createInferred(getOperationName(), operands, attrs));\n";
  else
    os << "  return " << op.view
       << "(builder.create(getOperationName(), operands, resultTypes, "
          "attrs));\n";
  os << "}\n";
}

static void emitDecls(const RecordKeeper &records, raw_ostream &os) {
  emitSourceFileHeader("Views of operators", os, records);
  os << "namespace onnc {\n";
  StringSet<> inferFns, indexingFns;
  for (const OpRecord &op : readOps(records)) {
    os << "\nnamespace " << op.ns() << " {\n/// "
       << op.def->getValueAsString("summary") << ".\nclass " << op.view
       << " : public OpView {\npublic:\n  using OpView::OpView;\n"
       << "  static constexpr llvm::StringRef getOperationName() { return "
       << quoted(op.fullName) << "; }\n";
    emitAccessors(op, os);
    emitBuild(op, os, /*declare=*/true);
    os << "};\n";
    if (op.def->getValueAsBit("hasVerifier"))
      os << "llvm::LogicalResult verify" << op.view << "(Operation *op);\n";
    os << "} // namespace " << op.ns() << "\n";
    StringRef fn = op.def->getValueAsString("inferTypes");
    if (!fn.empty() && inferFns.insert(fn).second)
      os << "namespace infer {\nllvm::LogicalResult " << fn
         << "(Operation *op, llvm::SmallVectorImpl<Type> &types);\n"
            "} // namespace infer\n";
    StringRef indexing = op.def->getValueAsString("indexing");
    if (!indexing.empty() && indexingFns.insert(indexing).second)
      os << "namespace indexing {\nstd::optional<Indexing> " << indexing
         << "(const Operation *op);\n} // namespace indexing\n";
  }
  os << "\n} // namespace onnc\n";
}

//===----------------------------------------------------------------------===//
// OpInfo tables
//===----------------------------------------------------------------------===//

static std::string elementMask(const Record *types) {
  std::vector<StringRef> names = types->getValueAsListOfStrings("names");
  if (names.empty())
    return "~0ull";
  std::string out;
  for (StringRef name : names) {
    if (!out.empty())
      out += " | ";
    std::string upper = name.upper();
    if (name == "bool")
      upper = "Bool";
    if (name == "string")
      upper = "String";
    out += "1ull << unsigned(ElementType::" + upper + ")";
  }
  return out;
}

static void emitValueInfos(StringRef suffix, const OpRecord &op,
                           const std::vector<ValueSpec> &values,
                           raw_ostream &os) {
  if (values.empty())
    return;
  os << "static constexpr ValueInfo " << op.view << suffix << "[] = {\n";
  for (const ValueSpec &v : values)
    os << "  {" << quoted(v.name) << ", Arity::" << v.arity << ", "
       << elementMask(v.elementTypes) << ", " << quoted(v.var) << "},\n";
  os << "};\n";
}

static void emitDefs(const RecordKeeper &records, raw_ostream &os) {
  emitSourceFileHeader("Tables of operators", os, records);
  std::vector<OpRecord> ops = readOps(records);
  os << "#ifdef GET_OP_BUILDERS\n#undef GET_OP_BUILDERS\nnamespace onnc {\n";
  for (const OpRecord &op : ops) {
    os << "namespace " << op.ns() << " {\n";
    emitBuild(op, os, /*declare=*/false);
    os << "} // namespace " << op.ns() << "\n";
  }
  os << "} // namespace onnc\n#endif // GET_OP_BUILDERS\n\n"
        "#ifdef GET_OP_TABLE\n#undef GET_OP_TABLE\n";
  for (const OpRecord &op : ops) {
    os << "namespace onnc::" << op.ns() << " {\n";
    emitValueInfos("Operands", op, op.operands, os);
    emitValueInfos("Results", op, op.results, os);
    if (!op.attributes.empty()) {
      os << "static constexpr AttrInfo " << op.view << "Attrs[] = {\n";
      for (const AttrSpec &a : op.attributes)
        os << "  {" << quoted(a.name) << ", AttrKind::" << a.kind << ", "
           << (a.required ? "true" : "false") << ", " << quoted(a.defaultText)
           << "},\n";
      os << "};\n";
    }
    if (!op.regions.empty()) {
      os << "static constexpr llvm::StringRef " << op.view << "Regions[] = {";
      for (StringRef r : op.regions)
        os << quoted(r) << ", ";
      os << "};\n";
    }
    os << "} // namespace onnc::" << op.ns() << "\n";
  }
  os << "static const onnc::OpInfo opTable[] = {\n";
  for (const OpRecord &op : ops) {
    std::string scope = ("onnc::" + op.ns() + "::" + op.view).str();
    auto table = [&](bool empty, StringRef suffix) {
      return empty ? std::string("{}") : scope + suffix.str();
    };
    std::string traits;
    for (const Record *t : op.def->getValueAsListOfDefs("traits"))
      traits += (traits.empty() ? "onnc::OpTrait::" : " | onnc::OpTrait::") +
                t->getValueAsString("name").str();
    StringRef infer = op.def->getValueAsString("inferTypes");
    StringRef indexing = op.def->getValueAsString("indexing");
    bool isOnnx = op.dialect->getValueAsBit("isOnnx");
    os << "  {" << quoted(op.fullName) << ",\n   "
       << quoted(op.def->getValueAsString("summary")) << ",\n   "
       << table(op.operands.empty(), "Operands") << ", "
       << table(op.results.empty(), "Results") << ", "
       << table(op.attributes.empty(), "Attrs") << ", "
       << table(op.regions.empty(), "Regions") << ",\n   "
       << (traits.empty() ? "0" : traits) << ", "
       << (op.def->getValueAsBit("openAttributes") ? "true" : "false") << ", "
       << quoted(op.dialect->getValueAsString("domain")) << ", "
       << (isOnnx ? op.def->getValueAsInt("since") : 0) << ",\n   "
       << (op.def->getValueAsBit("hasVerifier")
               ? ("onnc::" + op.ns() + "::verify" + op.view).str()
               : "nullptr")
       << ", " << (infer.empty() ? "nullptr" : ("onnc::infer::" + infer).str())
       << ",\n   "
       << (indexing.empty() ? "nullptr" : ("onnc::indexing::" + indexing).str())
       << "},\n";
  }
  os << "};\n#endif // GET_OP_TABLE\n";
}

//===----------------------------------------------------------------------===//
// Reference
//===----------------------------------------------------------------------===//

static std::string typesForDocs(const ValueSpec &v) {
  std::vector<StringRef> names =
      v.elementTypes->getValueAsListOfStrings("names");
  std::string out;
  if (!v.var.empty())
    out = (v.var + ": ").str();
  return out + (names.empty() ? std::string("anything") : join(names, ", "));
}

static void emitDocs(const RecordKeeper &records, raw_ostream &os) {
  os << "# Operators\n\nGenerated from the records in `include/onnc/IR/Ops` "
        "and the targets' own.\n";
  for (const OpRecord &op : readOps(records)) {
    os << "\n## " << op.fullName << "\n\n"
       << op.def->getValueAsString("summary") << ".\n";
    StringRef text = op.def->getValueAsString("description");
    if (!text.trim().empty()) {
      os << '\n';
      SmallVector<StringRef> lines;
      text.ltrim('\n').rtrim().split(lines, '\n');
      size_t indent = lines[0].size() - lines[0].ltrim(' ').size();
      for (StringRef line : lines)
        os << line.drop_front(std::min(indent, line.size())).rtrim() << '\n';
    }
    auto values = [&](StringRef title, const std::vector<ValueSpec> &list) {
      if (list.empty())
        return;
      os << "\n| " << title << " | | element types |\n|---|---|---|\n";
      for (const ValueSpec &v : list)
        os << "| `" << v.name << "` | "
           << (v.arity == "One" ? "" : v.arity.lower()) << " | "
           << typesForDocs(v) << " |\n";
    };
    values("operand", op.operands);
    values("result", op.results);
    if (!op.attributes.empty()) {
      os << "\n| attribute | kind | default |\n|---|---|---|\n";
      for (const AttrSpec &a : op.attributes)
        os << "| `" << a.name << "` | " << a.kind.lower() << " | "
           << (a.required              ? "required"
               : a.defaultText.empty() ? ""
                                       : ("`" + a.defaultText + "`").str())
           << " |\n";
    }
    if (!op.regions.empty())
      os << "\nRegions: " << join(op.regions, ", ") << ".\n";
  }
}

static TableGen::Emitter::Opt declsOpt(
    "gen-op-decls", [](RecordKeeper &r, raw_ostream &os) { emitDecls(r, os); },
    "Generate views of operators");
static TableGen::Emitter::Opt defsOpt(
    "gen-op-defs", [](RecordKeeper &r, raw_ostream &os) { emitDefs(r, os); },
    "Generate tables of operators");
static TableGen::Emitter::Opt docsOpt(
    "gen-op-docs", [](RecordKeeper &r, raw_ostream &os) { emitDocs(r, os); },
    "Generate the reference of operators");
