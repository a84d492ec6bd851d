//===- PassBackend.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Passes: --gen-pass-decls (base classes), --gen-pass-defs (tables and
/// registration), --gen-pass-docs (reference). The schema is
/// onnc/Pass/PassBase.td.
///
//===----------------------------------------------------------------------===//

#include "Backends.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/TableGen/Error.h"
#include "llvm/TableGen/Record.h"
#include "llvm/TableGen/TableGenBackend.h"

using namespace llvm;
using namespace onnc::tblgen;

namespace {

struct OptionRecord {
  StringRef name, kind, defaultText, help;
  std::vector<StringRef> values;
};

struct KnobRecord {
  StringRef name, kind, help, tighten;
  std::vector<StringRef> values;
  int64_t min, max, step, defaultValue;
};

struct StatisticRecord {
  StringRef name, help;
};

/// One pass record, read and checked.
struct PassRecord {
  const Record *def;
  const Record *group;
  std::string base;
  StringRef name, summary, description;
  std::vector<OptionRecord> options;
  std::vector<KnobRecord> knobs;
  std::vector<StatisticRecord> statistics;

  explicit PassRecord(const Record *def);
  [[noreturn]] void fail(const Twine &message) const {
    PrintFatalError(def->getLoc(), "pass '" + name + "': " + message);
  }
  /// The type that the passes of the group are created from, or "".
  StringRef getParameter() const {
    return group->getValueAsString("parameter");
  }

private:
  void checkName(StringRef what, StringRef text) const;
  OptionRecord readOption(const Record *r) const;
  KnobRecord readKnob(const Record *r) const;
};

using Groups = MapVector<const Record *, std::vector<PassRecord>>;

} // namespace

/// "max-rows" → "maxRows".
static std::string toCamelBack(StringRef name) {
  std::string out = toCamelCase(name);
  out[0] = toLower(out[0]);
  return out;
}

/// Lower-case words joined by '-': what pipelines can spell and C++ can name.
static bool isKebabCase(StringRef text) {
  if (text.empty() || !isAlpha(text[0]) || text.back() == '-')
    return false;
  return all_of(text,
                [](char c) { return isLower(c) || isDigit(c) || c == '-'; });
}

void PassRecord::checkName(StringRef what, StringRef text) const {
  static const StringSet<> keywords = {
      "auto",   "bool",   "break", "case",   "char",  "class",  "const",
      "do",     "double", "else",  "enum",   "float", "for",    "if",
      "int",    "long",   "new",   "return", "short", "static", "struct",
      "switch", "this",   "union", "void",   "while", "default"};
  if (!isKebabCase(text) || keywords.contains(text))
    fail(what + " '" + text + "' must be words in lower case joined by '-'");
}

OptionRecord PassRecord::readOption(const Record *r) const {
  OptionRecord o{r->getValueAsString("name"), r->getValueAsString("kind"),
                 r->getValueAsString("defaultText"),
                 r->getValueAsString("help"),
                 r->getValueAsListOfStrings("values")};
  checkName("option", o.name);
  double d;
  if (o.kind == "Double" && o.defaultText.getAsDouble(d))
    fail("the default of option '" + o.name + "' is no number");
  if (o.kind == "Enum" && !is_contained(o.values, o.defaultText))
    fail("the default of option '" + o.name + "' is none of its values");
  for (StringRef v : o.values)
    checkName("value", v);
  return o;
}

KnobRecord PassRecord::readKnob(const Record *r) const {
  KnobRecord k{r->getValueAsString("name"),
               r->getValueAsString("kind"),
               r->getValueAsString("help"),
               r->getValueAsDef("tighten")->getValueAsString("enumerator"),
               r->getValueAsListOfStrings("values"),
               r->getValueAsInt("min"),
               r->getValueAsInt("max"),
               r->getValueAsInt("step"),
               r->getValueAsInt("defaultValue")};
  checkName("knob", k.name);
  if (k.kind == "Enum") {
    auto it = find(k.values, r->getValueAsString("defaultName"));
    if (it == k.values.end())
      fail("the default of knob '" + k.name + "' is none of its values");
    k.defaultValue = it - k.values.begin();
    k.max = k.values.size() - 1;
    for (StringRef v : k.values)
      checkName("value", v);
  }
  if (k.step <= 0 || k.min > k.max || (k.max - k.min) % k.step != 0)
    fail("knob '" + k.name +
         "' must go from its minimum to its maximum in "
         "positive steps");
  if (k.defaultValue < k.min || k.defaultValue > k.max ||
      (k.defaultValue - k.min) % k.step != 0)
    fail("the default of knob '" + k.name + "' is outside its domain");
  return k;
}

PassRecord::PassRecord(const Record *def)
    : def(def), group(def->getValueAsDef("group")),
      base((def->getName() + "Base").str()),
      name(def->getValueAsString("name")),
      summary(def->getValueAsString("summary")),
      description(def->getValueAsString("description").trim()) {
  checkName("name", name);
  if (name == "fixpoint")
    fail("'fixpoint' is the loop of pipelines");
  if (summary.empty() || summary.ends_with("."))
    fail("needs a summary, without a final full stop");
  for (const Record *r : def->getValueAsListOfDefs("options"))
    options.push_back(readOption(r));
  for (const Record *r : def->getValueAsListOfDefs("knobs"))
    knobs.push_back(readKnob(r));
  for (const Record *r : def->getValueAsListOfDefs("statistics")) {
    statistics.push_back(
        {r->getValueAsString("name"), r->getValueAsString("help")});
    checkName("statistic", statistics.back().name);
  }
  // Options and knobs share the braces of a pipeline; all three share a class.
  StringSet<> seen;
  auto unique = [&](StringRef n) {
    if (!seen.insert(n).second)
      fail("'" + n + "' is declared twice");
  };
  for (const OptionRecord &o : options)
    unique(o.name);
  for (const KnobRecord &k : knobs)
    unique(k.name);
  for (const StatisticRecord &s : statistics)
    unique(s.name);
}

static Groups readPasses(const RecordKeeper &records) {
  Groups groups;
  for (const Record *g : records.getAllDerivedDefinitions("PassGroup"))
    groups[g];
  StringSet<> seen;
  for (const Record *def : records.getAllDerivedDefinitions("Pass")) {
    PassRecord pass(def);
    if (!seen.insert(pass.name).second)
      pass.fail("is declared twice");
    groups[pass.group].push_back(std::move(pass));
  }
  for (auto &[group, passes] : groups)
    llvm::sort(passes, [](const PassRecord &a, const PassRecord &b) {
      return a.name < b.name;
    });
  return groups;
}

//===----------------------------------------------------------------------===//
// Declarations
//===----------------------------------------------------------------------===//

/// The declaration of a function's parameter of \p type, if there is one.
static std::string declareParameter(StringRef type, StringRef separator = "") {
  return type.empty() ? ""
                      : (separator + "const " + type + " &parameter").str();
}

static std::string optionType(const OptionRecord &option) {
  return StringSwitch<std::string>(option.kind)
      .Case("Bool", "bool")
      .Case("Int", "int64_t")
      .Case("Double", "double")
      .Case("String", "std::string")
      .Case("Enum", toCamelCase(option.name))
      .Case("IntList", "std::vector<int64_t>")
      .Case("DoubleList", "std::vector<double>")
      .Case("StringList", "std::vector<std::string>");
}

static std::string optionDefault(const OptionRecord &option) {
  if (option.kind == "String")
    return quoted(option.defaultText);
  if (option.kind == "Enum")
    return toCamelCase(option.name) + "::" + toCamelCase(option.defaultText);
  if (option.kind.ends_with("List"))
    return "{}";
  return option.defaultText.str();
}

static void emitEnum(StringRef name, ArrayRef<StringRef> values,
                     raw_ostream &os) {
  os << "  enum class " << toCamelCase(name) << " {";
  for (StringRef v : values)
    os << ' ' << toCamelCase(v) << ',';
  os << " };\n";
}

static void emitDecl(const PassRecord &pass, raw_ostream &os) {
  os << "/// " << pass.summary << ".\nclass " << pass.base
     << " : public onnc::Pass {\npublic:\n"
        "  static const onnc::PassInfo &getPassInfo();\n"
        "  void setOption(unsigned index,\n"
        "                 const onnc::OptionValue &value) override;\n";
  StringRef parameter = pass.getParameter();
  if (parameter.empty())
    os << "\nprotected:\n  " << pass.base << "() : Pass(getPassInfo()) {}\n";
  else
    os << formatv("  explicit {0}(const {1} &parameter)\n"
                  "      : Pass(getPassInfo()), parameter(parameter) {{}\n"
                  "\nprotected:\n  const {1} parameter;\n",
                  pass.base, parameter);
  for (const OptionRecord &o : pass.options) {
    if (o.kind == "Enum")
      emitEnum(o.name, o.values, os);
    os << "  /// " << o.help << ".\n  " << optionType(o) << ' '
       << toCamelBack(o.name) << " = " << optionDefault(o) << ";\n";
  }
  for (auto [i, k] : enumerate(pass.knobs)) {
    bool isEnum = !k.values.empty();
    if (isEnum)
      emitEnum(k.name, k.values, os);
    std::string type = isEnum ? toCamelCase(k.name) : "int64_t";
    os << formatv(
        "  /// Knob: {0}.\n"
        "  static {1} get{2}(const onnc::PassContext &context) {{\n"
        "    return {3};\n  }\n",
        k.help, type, toCamelCase(k.name),
        isEnum
            ? formatv("static_cast<{0}>(context.getKnob({1}))", type, i).str()
            : formatv("context.getKnob({0})", i).str());
  }
  for (auto [i, s] : enumerate(pass.statistics))
    os << formatv("  /// Statistic: {0}.\n"
                  "  static constexpr onnc::Statistic {1}{{{2}};\n",
                  s.help, toCamelBack(s.name), i);
  os << "};\nstd::unique_ptr<onnc::Pass> create" << pass.def->getName()
     << "Pass(" << declareParameter(parameter) << ");\n\n";
}

static void emitDecls(RecordKeeper &records, raw_ostream &os) {
  emitSourceFileHeader("Base classes of passes", os, records);
  for (auto &[group, passes] : readPasses(records)) {
    StringRef ns = group->getValueAsString("cppNamespace");
    os << "namespace " << ns << " {\n\n";
    for (const PassRecord &pass : passes)
      emitDecl(pass, os);
    os << "/// Adds the passes of this group; fails where a name is taken.\n"
          "llvm::Error register"
       << group->getName() << "Passes(onnc::PassRegistry &registry"
       << declareParameter(group->getValueAsString("parameter"), ", ")
       << ");\n\n"
       << "} // namespace " << ns << "\n";
  }
}

//===----------------------------------------------------------------------===//
// Definitions
//===----------------------------------------------------------------------===//

static std::string stringTable(StringRef variable, ArrayRef<StringRef> values,
                               raw_ostream &os) {
  if (values.empty())
    return "{}";
  os << "  static constexpr llvm::StringRef " << variable << "[] = {";
  for (StringRef v : values)
    os << quoted(v) << ", ";
  os << "};\n";
  return variable.str();
}

static void emitTables(const PassRecord &pass, raw_ostream &os) {
  std::vector<std::string> values;
  for (const OptionRecord &o : pass.options)
    values.push_back(stringTable(toCamelBack(o.name) + "Values", o.values, os));
  if (!pass.options.empty()) {
    os << "  static constexpr onnc::OptionInfo optionTable[] = {\n";
    for (auto [o, v] : zip(pass.options, values))
      os << "    {" << quoted(o.name) << ", onnc::OptionKind::" << o.kind
         << ", " << quoted(o.defaultText) << ", " << quoted(o.help) << ", " << v
         << "},\n";
    os << "  };\n";
  }
  values.clear();
  for (const KnobRecord &k : pass.knobs)
    values.push_back(stringTable(toCamelBack(k.name) + "Values", k.values, os));
  if (!pass.knobs.empty()) {
    os << "  static constexpr onnc::KnobInfo knobTable[] = {\n";
    for (auto [k, v] : zip(pass.knobs, values))
      os << "    {" << quoted(k.name) << ", " << quoted(k.help) << ", " << k.min
         << ", " << k.max << ", " << k.step << ", " << k.defaultValue
         << ", onnc::TightenDirection::" << k.tighten << ", " << v << "},\n";
    os << "  };\n";
  }
  if (!pass.statistics.empty()) {
    os << "  static constexpr onnc::StatisticInfo statisticTable[] = {\n";
    for (const StatisticRecord &s : pass.statistics)
      os << "    {" << quoted(s.name) << ", " << quoted(s.help) << "},\n";
    os << "  };\n";
  }
}

static std::string emitAnalyses(const PassRecord &pass, StringRef field,
                                raw_ostream &os) {
  std::vector<Record *> analyses = pass.def->getValueAsListOfDefs(field);
  if (analyses.empty())
    return "{}";
  os << "  static constexpr const onnc::AnalysisKey *" << field << "[] = {";
  for (const Record *r : analyses)
    os << '&' << r->getValueAsString("cppClass") << "::key, ";
  os << "};\n";
  return field.str();
}

static std::string properties(const PassRecord &pass, StringRef field) {
  std::string out = "{";
  for (const Record *r : pass.def->getValueAsListOfDefs(field))
    out +=
        ("onnc::Property::" + r->getValueAsString("enumerator") + ", ").str();
  return out + "}";
}

static void emitDef(const PassRecord &pass, raw_ostream &os) {
  os << "const onnc::PassInfo &" << pass.base << "::getPassInfo() {\n";
  emitTables(pass, os);
  std::string required = emitAnalyses(pass, "requiredAnalyses", os);
  std::string preserved = emitAnalyses(pass, "preservedAnalyses", os);
  std::string after =
      stringTable("after", pass.def->getValueAsListOfStrings("after"), os);
  std::string points = stringTable(
      "retryPoints", pass.def->getValueAsListOfStrings("retryPoints"), os);
  auto table = [](bool any, const char *name) { return any ? name : "{}"; };
  os << "  static const onnc::PassInfo info = {\n    " << quoted(pass.name)
     << ", &passGroup" << pass.group->getName() << ",\n    "
     << quoted(pass.summary) << ",\n    " << quoted(pass.description)
     << ",\n    " << table(!pass.options.empty(), "optionTable") << ", "
     << table(!pass.knobs.empty(), "knobTable") << ", "
     << table(!pass.statistics.empty(), "statisticTable") << ", " << required
     << ", " << preserved << ",\n    " << properties(pass, "requires") << ", "
     << properties(pass, "sets") << ", " << properties(pass, "clears") << ", "
     << properties(pass, "mandatoryFor") << ",\n    " << after << ", " << points
     << "};\n  return info;\n}\n\n";

  os << "void " << pass.base
     << "::setOption(unsigned index,\n"
        "    const onnc::OptionValue &value) {\n"
        "  switch (index) {\n";
  for (auto [i, o] : enumerate(pass.options)) {
    std::string member = toCamelBack(o.name);
    if (o.kind == "Enum")
      os << formatv(
          "  case {0}: {1} = "
          "static_cast<{2}>(*std::get_if<int64_t>(&value)); return;\n",
          i, member, optionType(o));
    else
      os << formatv("  case {0}: {1} = *std::get_if<{2}>(&value); return;\n", i,
                    member, optionType(o));
  }
  os << "  default: llvm_unreachable(\"no such option\");\n  }\n}\n\n";
}

static void emitDefs(RecordKeeper &records, raw_ostream &os) {
  emitSourceFileHeader("Tables of passes", os, records);
  for (auto &[group, passes] : readPasses(records)) {
    StringRef ns = group->getValueAsString("cppNamespace");
    os << "namespace " << ns << " {\n\nstatic const onnc::PassGroup passGroup"
       << group->getName() << " = {" << quoted(group->getValueAsString("title"))
       << ", " << (group->getValueAsBit("targetSpecific") ? "true" : "false")
       << "};\n\n";
    for (const PassRecord &pass : passes)
      emitDef(pass, os);
    StringRef parameter = group->getValueAsString("parameter");
    os << "llvm::Error register" << group->getName()
       << "Passes(onnc::PassRegistry &registry"
       << declareParameter(parameter, ", ")
       << ") {\n"
          "  llvm::Error error = llvm::Error::success();\n";
    for (const PassRecord &pass : passes)
      os << "  error = llvm::joinErrors(std::move(error), registry.add("
         << pass.base << "::getPassInfo(), "
         << (parameter.empty() ? "" : "[parameter] { return ") << "create"
         << pass.def->getName() << "Pass"
         << (parameter.empty() ? "" : "(parameter); }") << "));\n";
    os << "  return error;\n}\n\n} // namespace " << ns << "\n";
  }
}

//===----------------------------------------------------------------------===//
// Reference
//===----------------------------------------------------------------------===//

static void emitDocList(const PassRecord &pass, StringRef field,
                        StringRef title, StringRef nameField, raw_ostream &os) {
  std::vector<std::string> names;
  const RecordVal *value = pass.def->getValue(field);
  if (isa<StringRecTy>(cast<ListRecTy>(value->getType())->getElementType())) {
    for (StringRef s : pass.def->getValueAsListOfStrings(field))
      names.push_back(("`" + s + "`").str());
  } else {
    for (const Record *r : pass.def->getValueAsListOfDefs(field))
      names.push_back(("`" + r->getValueAsString(nameField) + "`").str());
  }
  if (!names.empty())
    os << "- " << title << ": " << join(names, ", ") << '\n';
}

static std::string knobDomain(const KnobRecord &knob) {
  if (!knob.values.empty())
    return join(knob.values, ", ");
  return formatv("{0} to {1} in steps of {2}", knob.min, knob.max, knob.step);
}

static void emitPassDoc(const PassRecord &pass, raw_ostream &os) {
  os << "### `" << pass.name << "`\n\n" << pass.summary << ".\n\n";
  if (!pass.description.empty()) {
    // TableGen's code blocks keep the record's indentation.
    for (StringRef line : split(pass.description, '\n'))
      os << line.trim() << '\n';
    os << '\n';
  }
  if (!pass.options.empty()) {
    os << "| option | kind | default | |\n|---|---|---|---|\n";
    for (const OptionRecord &o : pass.options)
      os << "| `" << o.name << "` | "
         << (o.values.empty() ? o.kind.lower() : join(o.values, ", ")) << " | "
         << (o.defaultText.empty() ? "" : ("`" + o.defaultText + "`").str())
         << " | " << o.help << " |\n";
    os << '\n';
  }
  if (!pass.knobs.empty()) {
    os << "| knob | domain | default | a retry moves it | |\n"
          "|---|---|---|---|---|\n";
    for (const KnobRecord &k : pass.knobs)
      os << "| `" << pass.name << '.' << k.name << "` | " << knobDomain(k)
         << " | `"
         << (k.values.empty() ? std::to_string(k.defaultValue)
                              : k.values[k.defaultValue].str())
         << "` | " << k.tighten.lower() << " | " << k.help << " |\n";
    os << '\n';
  }
  std::string facts;
  raw_string_ostream fs(facts);
  emitDocList(pass, "requires", "requires", "enumerator", fs);
  emitDocList(pass, "sets", "sets", "enumerator", fs);
  emitDocList(pass, "clears", "clears", "enumerator", fs);
  emitDocList(pass, "mandatoryFor", "mandatory in pipelines that set",
              "enumerator", fs);
  emitDocList(pass, "after", "runs after", "", fs);
  emitDocList(pass, "retryPoints", "may return to", "", fs);
  emitDocList(pass, "requiredAnalyses", "uses analyses", "cppClass", fs);
  emitDocList(pass, "preservedAnalyses", "preserves analyses", "cppClass", fs);
  for (const StatisticRecord &s : pass.statistics)
    fs << "- counts `" << s.name << "`: " << s.help << '\n';
  if (!facts.empty())
    os << facts << '\n';
}

static void emitDocs(RecordKeeper &records, raw_ostream &os) {
  os << "# Passes\n\nGenerated from the pass records by `onnc-tblgen "
        "--gen-pass-docs`.\n`onnc-opt --passes='name{option=value},…'` runs "
        "them; see PassFramework.md.\n\n";
  for (auto &[group, passes] : readPasses(records)) {
    os << "## " << group->getValueAsString("title") << "\n\n";
    for (const PassRecord &pass : passes)
      emitPassDoc(pass, os);
  }
}

static TableGen::Emitter::Opt genDecls("gen-pass-decls", emitDecls,
                                       "Generate base classes of passes");
static TableGen::Emitter::Opt genDefs("gen-pass-defs", emitDefs,
                                      "Generate the tables of passes");
static TableGen::Emitter::Opt genDocs("gen-pass-docs", emitDocs,
                                      "Generate the reference of passes");
