//===- ElementText.h - Elements of constants as text ------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// One element of a constant tensor as text and back, exactly: decimal numbers
/// that round to the same bits, "0x…" with the bits for NaNs and infinities,
/// "(re, im)" for complex numbers.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_ELEMENTTEXT_H
#define ONNC_IR_ELEMENTTEXT_H

#include "onnc/IR/Constant.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"

namespace onnc {

/// Shortest decimal text of a float or a double; always with '.' or exponent,
/// so that it doesn't read as an integer. \p value must be finite.
std::string floatToText(float value);
std::string doubleToText(double value);

/// Prints element \p index of \p data, which isn't a string.
void printElement(llvm::raw_ostream &os, ElementType type,
                  const ConstantData &data, int64_t index);

/// Writes the element whose text is \p text ("1.5", "-3", "true", "0x7fc0") to
/// position \p index of \p bytes; for complex types \p index counts halves.
/// False if the text isn't a value of the type.
bool parseElement(llvm::StringRef text, ElementType type,
                  llvm::MutableArrayRef<char> bytes, int64_t index);

/// Halves of complex elements count separately.
unsigned getElementParts(ElementType type);

} // namespace onnc

#endif // ONNC_IR_ELEMENTTEXT_H
