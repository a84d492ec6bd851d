//===- ConstantElements.h - Arithmetic on constants -------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Elements of constants as doubles, and back with one rounding, so that passes
/// compute on weights of any numeric type in one way.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_TRANSFORMS_CONSTANTELEMENTS_H
#define ONNC_TRANSFORMS_CONSTANTELEMENTS_H

#include "onnc/IR/Attributes.h"
#include "onnc/IR/Value.h"
#include <optional>
#include <vector>

namespace onnc {

/// All elements of the constant that \p value is, row-major, a splat written
/// out. Nullopt where it is no constant, of a type other than f16, bf16, f32
/// and f64, or a splat of more than 2^26 elements, whose few bytes may stand
/// for more than memory holds.
std::optional<std::vector<double>> getFloatElements(const Value *value);

/// The one value that all elements of the constant \p value have; an integer of
/// more than 53 bits is rounded. Nullopt where there are no elements or
/// different ones, where it is no constant or not of a numeric type of 8 bits
/// and more. Constants that aren't splats are looked at up to 4096 elements.
std::optional<double> getUniformElement(const Value *value);

/// A constant of \p type, one of the types above and static, whose elements are
/// \p elements, each rounded to nearest, halves to even; a splat where all are
/// equal. Null where one of them isn't finite after rounding.
ConstantAttr roundToConstant(TensorType type, llvm::ArrayRef<double> elements);

} // namespace onnc

#endif // ONNC_TRANSFORMS_CONSTANTELEMENTS_H
