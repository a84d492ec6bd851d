//===- OptionTable.h - A tool's options as an OptTable ----------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Included once by a tool's main.cpp, with ONNC_OPTIONS naming the file that
/// llvm-tblgen made of its Options.td. Defines the identifiers OPT_<name> and
/// the class ToolOptTable, in an unnamed namespace.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_DRIVER_OPTIONTABLE_H
#define ONNC_DRIVER_OPTIONTABLE_H

#ifndef ONNC_OPTIONS
#error "define ONNC_OPTIONS as the tool's \"…/Options.inc\""
#endif

#include "onnc/Driver/CommandLine.h"

namespace {

using llvm::opt::DefaultVis;

enum OptionID {
  OPT_INVALID = 0,
#define OPTION(...) LLVM_MAKE_OPT_ID(__VA_ARGS__),
#include ONNC_OPTIONS
#undef OPTION
};

#define PREFIX(NAME, VALUE)                                                    \
  static constexpr llvm::StringLiteral NAME##_init[] = VALUE;                  \
  static constexpr llvm::ArrayRef<llvm::StringLiteral> NAME(                   \
      NAME##_init, std::size(NAME##_init) - 1);
#include ONNC_OPTIONS
#undef PREFIX

constexpr llvm::opt::OptTable::Info optionInfos[] = {
#define OPTION(...) LLVM_CONSTRUCT_OPT_INFO(__VA_ARGS__),
#include ONNC_OPTIONS
#undef OPTION
};

struct ToolOptTable : llvm::opt::GenericOptTable {
  ToolOptTable() : GenericOptTable(optionInfos) {}
};

} // namespace

#endif // ONNC_DRIVER_OPTIONTABLE_H
