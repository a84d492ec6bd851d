//===- PassStatistics.cpp -------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Pass/Instrumentations.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"

using namespace llvm;
using namespace onnc;

void onnc::printStatistics(ArrayRef<PassStatistics> passes, raw_ostream &os,
                           ReportFormat format) {
  json::Object all;
  if (format == ReportFormat::Text)
    os << "pass statistics\n";
  for (const PassStatistics &pass : passes) {
    json::Object counters;
    for (auto [info, count] : zip(pass.pass->statistics, pass.counts)) {
      if (count == 0)
        continue;
      if (format == ReportFormat::Text)
        os << format_decimal(count, 8) << "  " << pass.pass->name << '.'
           << info.name << ": " << info.help << '\n';
      else
        counters[info.name] = count;
    }
    if (!counters.empty())
      all[pass.pass->name] = std::move(counters);
  }
  if (format == ReportFormat::Json)
    os << formatv("{0:2}", json::Value(std::move(all))) << '\n';
}
