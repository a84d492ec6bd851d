//===- InsertWaits.h - Orders the queues of a core --------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Code is written as if each instruction were complete before the next begins.
/// This inserts the waits that make the queues agree with that, and no more: an
/// instruction waits for those earlier ones of other queues that touch what it
/// touches, unless what was waited for before implies it. Thus loads that stand
/// early enough run beside the computation before them, however the loops
/// that wrote them looked like.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_LIB_TARGET_MLU_COMPILER_INSERTWAITS_H
#define ONNC_LIB_TARGET_MLU_COMPILER_INSERTWAITS_H

#include "onnc/Target/MLU/CodeObject.h"

namespace onnc::mlu {

/// \p program has no branches, waits or computed configuration. At a BARRIER
/// all transfers are complete. Ranges of operators move with their code.
void insertWaits(Program &program);

} // namespace onnc::mlu

#endif // ONNC_LIB_TARGET_MLU_COMPILER_INSERTWAITS_H
