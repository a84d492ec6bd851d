//===- OperatorTablePrinter.cpp -------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Driver/OperatorTable.h"
#include "onnc/Import/ONNX/Import.h"
#include "onnc/Support/ElementType.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include <map>

using namespace llvm;
using namespace onnc;

//===----------------------------------------------------------------------===//
// Sets of types
//===----------------------------------------------------------------------===//

static constexpr ElementType elementTypes[] = {
#define ELEMENT_TYPE(ENUM, ...) ElementType::ENUM,
#include "onnc/Support/ElementTypes.def"
};

/// The name that stands for a type together with all its relatives.
static StringRef getFamily(ElementType type) {
  const unsigned bits = getBitWidth(type);
  switch (getKind(type)) {
  case ElementKind::Float:
    return bits < 8 ? "sub-byte" : bits == 8 ? "float8" : "float";
  case ElementKind::SInt:
    return bits < 8 ? "sub-byte" : "int";
  case ElementKind::UInt:
    return bits < 8 ? "sub-byte" : "uint";
  case ElementKind::Complex:
    return "complex";
  case ElementKind::Bool:
  case ElementKind::String:
    return getName(type);
  }
  llvm_unreachable("no such kind");
}

static bool contains(uint64_t mask, ElementType type) {
  return mask >> unsigned(type) & 1;
}

/// "float i8 i32": names of whole families, and of single types.
static std::string getTypesText(uint64_t mask) {
  MapVector<StringRef, SmallVector<ElementType, 8>> families;
  for (ElementType type : elementTypes)
    families[getFamily(type)].push_back(type);
  std::vector<StringRef> words;
  for (const auto &[family, members] : families) {
    if (all_of(members, [&](ElementType t) { return contains(mask, t); })) {
      words.push_back(family);
      continue;
    }
    for (ElementType type : members)
      if (contains(mask, type))
        words.push_back(getName(type));
  }
  return join(words, " ");
}

static std::string getCell(const OperatorSupport &support, uint64_t types) {
  if (!support.getAll())
    return "-";
  auto text = [&](uint64_t mask) {
    return mask == types ? std::string("all") : getTypesText(mask);
  };
  if (!support.expanded)
    return text(support.types);
  std::string cell = support.types ? text(support.types) + " " : "";
  return cell + "(" + text(support.expanded) + ")";
}

static std::string getVersionsText(const OperatorRow &row) {
  std::string text;
  for (const OperatorVersions &versions : row.history) {
    if (!text.empty())
      text += ", " + versions.name.str() + " ";
    text += std::to_string(versions.first);
    if (versions.last != versions.first)
      text += "-" + std::to_string(versions.last);
  }
  return text;
}

static std::string getConversionsText(const OperatorRow &row) {
  std::vector<std::string> numbers;
  for (const OperatorVersions &versions : reverse(row.history))
    for (int version : versions.conversions)
      numbers.push_back(std::to_string(version));
  return join(numbers, ", ");
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

static void printText(const OperatorTable &table, raw_ostream &os) {
  std::vector<std::vector<std::string>> lines = {
      {"operator", "opsets", "types", "interp"}};
  append_range(lines[0], table.targets);
  // One target's reasons fit beside the rest.
  const bool showReasons = table.targets.size() == 1;
  if (showReasons)
    lines[0].push_back("others, mostly");
  for (const OperatorRow &row : table.rows) {
    auto &line = lines.emplace_back(std::vector<std::string>{
        row.info->name.str(), getVersionsText(row), getTypesText(row.types),
        getCell(row.interpreter, row.types)});
    for (const OperatorSupport &support : row.targets)
      line.push_back(getCell(support, row.types));
    if (showReasons)
      line.push_back(row.targets[0].refusal);
  }
  std::vector<size_t> widths(lines[0].size());
  for (const auto &line : lines)
    for (auto [width, cell] : zip_equal(widths, line))
      width = std::max(width, cell.size());
  widths.back() = 0;
  for (const auto &line : lines) {
    std::string text;
    for (auto [width, cell] : zip_equal(widths, line))
      text += cell +
              std::string(width < cell.size() ? 0 : width - cell.size(), ' ') +
              "  ";
    os << StringRef(text).rtrim() << '\n';
  }
}

//===----------------------------------------------------------------------===//
// Markdown
//===----------------------------------------------------------------------===//

static void printRows(const OperatorTable &table, StringRef domain,
                      raw_ostream &os) {
  os << "\n| operator | opsets | converted at | types | interp |";
  for (const std::string &target : table.targets)
    os << ' ' << target << " |";
  os << "\n|---|---|---|---|---|";
  for (size_t i = 0; i != table.targets.size(); ++i)
    os << "---|";
  os << '\n';
  for (const OperatorRow &row : table.rows) {
    if (row.info->onnxDomain != domain)
      continue;
    os << "| " << row.info->getShortName() << (row.isFunction ? " ƒ" : "")
       << " | " << getVersionsText(row) << " | " << getConversionsText(row)
       << " | " << getTypesText(row.types) << " | "
       << getCell(row.interpreter, row.types) << " |";
    for (const OperatorSupport &support : row.targets)
      os << ' ' << getCell(support, row.types) << " |";
    os << '\n';
  }
}

/// The operators that run in no type, by the reason.
static void printRefused(
    const OperatorTable &table, StringRef name,
    function_ref<const OperatorSupport &(const OperatorRow &)> getSupport,
    raw_ostream &os) {
  MapVector<StringRef, std::vector<StringRef>, std::map<StringRef, unsigned>>
      reasons;
  for (const OperatorRow &row : table.rows)
    if (const OperatorSupport &support = getSupport(row); !support.getAll())
      reasons[support.refusal].push_back(row.info->getShortName());
  if (reasons.empty())
    return;
  os << "\n## What " << name
     << " refuses\n\n| reason | operators |\n|---|---|\n";
  for (const auto &[reason, operators] : reasons)
    os << "| " << reason << " | " << join(operators, ", ") << " |\n";
}

static void printMarkdown(const OperatorTable &table, raw_ostream &os) {
  os << R"(# Operators

Generated by `onnc --list-operators=markdown`, from what the importer, the
interpreter and the targets answer.

- **opsets**: versions of the operator set whose form of the operator is read,
  also under earlier names. Nodes of versions before one under **converted at**
  are rewritten; what the newest form can't express is refused with a message.
- **types**: element types that the operator allows, for its first operand (or
  else result) that has a choice. Families: `float` is f16 bf16 f32 f64, `int`
  and `uint` are those of 8 to 64 bits, `float8`, `sub-byte` and `complex` are
  all of these.
- The other columns: types in which a usual instance runs, all weights and
  parameters being constants where that is needed; `all` of the types, `-`
  none. Other shapes and attributes may be refused. Types in parentheses need
  `--expand-functions`.
- ƒ: ONNX defines the operator by others, which `--expand-functions` puts in its
  place.
)";
  std::vector<StringRef> domains;
  for (const OperatorRow &row : table.rows)
    if (!is_contained(domains, row.info->onnxDomain))
      domains.push_back(row.info->onnxDomain);
  for (StringRef domain : domains) {
    os << "\n## " << (domain.empty() ? "ai.onnx" : domain) << '\n';
    printRows(table, domain, os);
  }
  os << "\n## " << trainingDomain
     << "\n\nOperators that train (Adagrad, Adam, Gradient, Momentum) are "
        "refused "
        "by the importer:\nmodels are compiled for inference.\n";
  printRefused(
      table, "the interpreter",
      [](const OperatorRow &row) -> const OperatorSupport & {
        return row.interpreter;
      },
      os);
  for (size_t i = 0; i != table.targets.size(); ++i)
    printRefused(
        table, table.targets[i],
        [i](const OperatorRow &row) -> const OperatorSupport & {
          return row.targets[i];
        },
        os);
}

//===----------------------------------------------------------------------===//
// JSON
//===----------------------------------------------------------------------===//

static json::Array getTypesArray(uint64_t mask) {
  json::Array names;
  for (ElementType type : elementTypes)
    if (contains(mask, type))
      names.push_back(getName(type));
  return names;
}

static json::Object getSupportObject(const OperatorSupport &support) {
  json::Object object{{"types", getTypesArray(support.types)},
                      {"expanded", getTypesArray(support.expanded)}};
  if (!support.refusal.empty())
    object["refusal"] = support.refusal;
  return object;
}

static void printJSON(const OperatorTable &table, raw_ostream &os) {
  json::Array operators;
  for (const OperatorRow &row : table.rows) {
    json::Array opsets;
    for (const OperatorVersions &versions : row.history)
      opsets.push_back(
          json::Object{{"name", versions.name},
                       {"first", versions.first},
                       {"last", versions.last},
                       {"conversions", json::Array(versions.conversions)}});
    json::Object targets;
    for (auto [name, support] : zip_equal(table.targets, row.targets))
      targets[name] = getSupportObject(support);
    operators.push_back(
        json::Object{{"name", row.info->name},
                     {"domain", row.info->onnxDomain},
                     {"opsets", std::move(opsets)},
                     {"types", getTypesArray(row.types)},
                     {"function", row.isFunction},
                     {"interp", getSupportObject(row.interpreter)},
                     {"targets", std::move(targets)}});
  }
  os << formatv("{0:2}\n",
                json::Value(json::Object{{"operators", std::move(operators)}}));
}

std::optional<OperatorTableFormat>
onnc::parseOperatorTableFormat(StringRef name) {
  return StringSwitch<std::optional<OperatorTableFormat>>(name)
      .Case("text", OperatorTableFormat::Text)
      .Case("markdown", OperatorTableFormat::Markdown)
      .Case("json", OperatorTableFormat::JSON)
      .Default(std::nullopt);
}

void onnc::printOperatorTable(const OperatorTable &table,
                              OperatorTableFormat format, raw_ostream &os) {
  switch (format) {
  case OperatorTableFormat::Text:
    return printText(table, os);
  case OperatorTableFormat::Markdown:
    return printMarkdown(table, os);
  case OperatorTableFormat::JSON:
    return printJSON(table, os);
  }
}
