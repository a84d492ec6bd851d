//===- MemoryProblemFile.cpp ---------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/CodeGen/MemoryProblemFile.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace onnc;

namespace {

enum Column : unsigned { Id, Lower, Upper, Size, Alignment, Offset };
constexpr StringLiteral columnNames[] = {"id",   "lower",     "upper",
                                         "size", "alignment", "offset"};
constexpr unsigned numRequired = Size + 1;

class Reader {
public:
  explicit Reader(StringRef fileName) : fileName(fileName) {}
  Expected<MemoryProblem> read(StringRef text);

private:
  Error readHeader(StringRef line);
  Error readBuffer(StringRef line, MemoryProblem &problem);
  Error error(const Twine &message) const {
    return createStringError(fileName + ":" + Twine(lineNumber) + ": " +
                             message);
  }

  StringRef fileName;
  unsigned lineNumber = 0;
  SmallVector<Column, 6> columns;
};

} // namespace

static SmallVector<StringRef, 6> splitFields(StringRef line) {
  SmallVector<StringRef, 6> fields;
  line.split(fields, ',');
  for (StringRef &field : fields)
    field = field.trim();
  return fields;
}

Error Reader::readHeader(StringRef line) {
  for (StringRef name : splitFields(line)) {
    const auto *it = llvm::find(columnNames, name);
    if (it == std::end(columnNames))
      return error("unknown column '" + name + "'; there are " +
                   join(ArrayRef(columnNames), ", "));
    Column column = static_cast<Column>(it - columnNames);
    if (llvm::is_contained(columns, column))
      return error("column '" + name + "' stands twice");
    columns.push_back(column);
  }
  for (unsigned column = 0; column != numRequired; ++column)
    if (!llvm::is_contained(columns, static_cast<Column>(column)))
      return error("there is no column '" + columnNames[column] + "'");
  return Error::success();
}

Error Reader::readBuffer(StringRef line, MemoryProblem &problem) {
  SmallVector<StringRef, 6> fields = splitFields(line);
  if (fields.size() != columns.size())
    return error(Twine(fields.size()) + " fields for " + Twine(columns.size()) +
                 " columns");
  Buffer &buffer = problem.buffers.emplace_back();
  for (auto [column, field] : zip(columns, fields)) {
    if (column == Id) {
      buffer.id = field.str();
      continue;
    }
    if (column >= numRequired && field.empty())
      continue;
    int64_t value;
    if (field.getAsInteger(10, value))
      return error("'" + field + "' in column '" + columnNames[column] +
                   "' is no integer of 64 bits");
    switch (column) {
    case Lower:
      buffer.lifespan.lower = value;
      break;
    case Upper:
      buffer.lifespan.upper = value;
      break;
    case Size:
      buffer.size = value;
      break;
    case Alignment:
      buffer.alignment = value;
      break;
    case Offset:
      buffer.fixedOffset = value;
      break;
    case Id:
      break;
    }
  }
  return Error::success();
}

Expected<MemoryProblem> Reader::read(StringRef text) {
  MemoryProblem problem;
  while (!text.empty()) {
    auto [line, rest] = text.split('\n');
    text = rest;
    ++lineNumber;
    line = line.trim();
    if (line.empty())
      continue;
    if (Error e =
            columns.empty() ? readHeader(line) : readBuffer(line, problem))
      return e;
  }
  if (columns.empty())
    return error("there is no line with the names of the columns");
  if (Error e = checkProblem(problem))
    return createStringError(fileName + ": " + toString(std::move(e)));
  return problem;
}

Expected<MemoryProblem> onnc::readMemoryProblem(StringRef text,
                                                StringRef fileName) {
  return Reader(fileName).read(text);
}

void onnc::writeMemoryPlan(const MemoryProblem &problem, const MemoryPlan &plan,
                           raw_ostream &os) {
  bool aligned =
      any_of(problem.buffers, [](const Buffer &b) { return b.alignment != 1; });
  os << "id,lower,upper,size" << (aligned ? ",alignment" : "") << ",offset\n";
  for (auto [buffer, offset] : zip_equal(problem.buffers, plan.offsets)) {
    os << buffer.id << ',' << buffer.lifespan.lower << ','
       << buffer.lifespan.upper << ',' << buffer.size << ',';
    if (aligned)
      os << buffer.alignment << ',';
    os << offset << '\n';
  }
}
