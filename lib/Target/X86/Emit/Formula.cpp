//===- Formula.cpp - The formulas of elementwise operators ----------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// FP32 exp, tanh and erf are computed on whole vectors, to a few units in the
/// last place (tanh, exp) or to 2e-7 of 1 (erf); what is left goes to libm,
/// lane by lane.
///
//===----------------------------------------------------------------------===//

#include "Elements.h"
#include "llvm/ADT/StringSwitch.h"

using namespace onnc;
using namespace onnc::x86;
using llvm::ArrayRef;
using llvm::StringRef;
namespace Intrinsic = llvm::Intrinsic;

static IRValue *number(IRValue *like, double value) {
  return llvm::ConstantFP::get(like->getType(), value);
}

static IRValue *fma(LeafBuilder &b, IRValue *x, IRValue *y, IRValue *z) {
  return b.CreateIntrinsic(Intrinsic::fma, {x->getType()}, {x, y, z});
}

/// Coefficients from the highest power down.
static IRValue *polynomial(LeafBuilder &b, IRValue *x,
                           ArrayRef<double> coefficients) {
  IRValue *sum = number(x, coefficients[0]);
  for (double c : coefficients.drop_front())
    sum = fma(b, sum, x, number(x, c));
  return sum;
}

/// \p name of libm, for each lane.
static IRValue *callLibm(LeafBuilder &b, StringRef name, IRValue *x,
                         IRValue *y = nullptr) {
  llvm::Type *type = x->getType()->getScalarType();
  llvm::SmallVector<llvm::Type *, 2> types(y ? 2 : 1, type);
  llvm::FunctionCallee callee =
      b.GetInsertBlock()->getModule()->getOrInsertFunction(
          type->isFloatTy() ? (name + "f").str() : name.str(),
          llvm::FunctionType::get(type, types, false));
  auto call = [&](IRValue *a, IRValue *c) {
    IRValues arguments = {a};
    if (c)
      arguments.push_back(c);
    llvm::CallInst *result = b.CreateCall(callee, arguments);
    result->setDoesNotAccessMemory();
    return result;
  };
  if (!x->getType()->isVectorTy())
    return call(x, y);
  IRValue *vector = llvm::PoisonValue::get(x->getType());
  for (unsigned i = 0; i != b.lanes; ++i)
    vector = b.CreateInsertElement(
        vector,
        call(b.CreateExtractElement(x, b.i64(i)),
             y ? b.CreateExtractElement(y, b.i64(i)) : nullptr),
        b.i64(i));
  return vector;
}

static bool isF32(IRValue *x) {
  return x->getType()->getScalarType()->isFloatTy();
}

// One instruction each.
IRValue *x86::emitMax(LeafBuilder &b, IRValue *x, IRValue *y) {
  return b.CreateSelect(b.CreateFCmpOLT(x, y), y, x);
}

IRValue *x86::emitMin(LeafBuilder &b, IRValue *x, IRValue *y) {
  return b.CreateSelect(b.CreateFCmpOLT(y, x), y, x);
}

/// 2^n · e^r with |r| <= ln(2) / 2; the polynomial is Cephes' expf.
IRValue *x86::emitExp(LeafBuilder &b, IRValue *x) {
  if (!isF32(x))
    return callLibm(b, "exp", x);
  IRValue *low = number(x, -104), *high = number(x, 88.7228394);
  IRValue *overflows = b.CreateFCmpOGT(x, high);
  IRValue *bounded = b.CreateSelect(b.CreateFCmpOLT(x, low), low, x);
  bounded = b.CreateSelect(overflows, high, bounded);
  IRValue *n = b.CreateUnaryIntrinsic(
      Intrinsic::rint, b.CreateFMul(bounded, number(x, 1.44269504088896341)));
  IRValue *r = fma(b, n, number(x, -0.693359375), bounded);
  r = fma(b, n, number(x, 2.12194440e-4), r);
  IRValue *p = polynomial(b, r,
                          {1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3,
                           4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1});
  IRValue *y = b.CreateFAdd(fma(b, p, b.CreateFMul(r, r), r), number(x, 1));
  // In two steps, as 2^n may be too small or too large for a float.
  IRType *integers = b.getInt32Ty();
  if (x->getType()->isVectorTy())
    integers = b.getVectorType(integers);
  IRValue *safe = b.CreateSelect(b.CreateFCmpUNO(n, n), number(x, 0), n);
  IRValue *exponent = b.CreateFPToSI(safe, integers);
  IRValue *half = b.CreateAShr(exponent, llvm::ConstantInt::get(integers, 1));
  auto scale = [&](IRValue *e) {
    IRValue *bits =
        b.CreateShl(b.CreateAdd(e, llvm::ConstantInt::get(integers, 127)),
                    llvm::ConstantInt::get(integers, 23));
    return b.CreateBitCast(bits, x->getType());
  };
  y = b.CreateFMul(b.CreateFMul(y, scale(half)),
                   scale(b.CreateSub(exponent, half)));
  return b.CreateSelect(overflows, llvm::ConstantFP::getInfinity(x->getType()),
                        y);
}

static IRValue *fabs(LeafBuilder &b, IRValue *x) {
  return b.CreateUnaryIntrinsic(Intrinsic::fabs, x);
}

static IRValue *copySign(LeafBuilder &b, IRValue *magnitude, IRValue *sign) {
  return b.CreateBinaryIntrinsic(Intrinsic::copysign, magnitude, sign);
}

static IRValue *emitTanh(LeafBuilder &b, IRValue *x) {
  if (!isF32(x))
    return callLibm(b, "tanh", x);
  IRValue *z = b.CreateFMul(x, x);
  IRValue *p =
      polynomial(b, z,
                 {-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2,
                  1.33314422036e-1, -3.33332819422e-1});
  IRValue *small = fma(b, b.CreateFMul(p, z), x, x);
  IRValue *e = emitExp(b, b.CreateFMul(fabs(b, x), number(x, 2)));
  IRValue *large = b.CreateFSub(
      number(x, 1), b.CreateFDiv(number(x, 2), b.CreateFAdd(e, number(x, 1))));
  return b.CreateSelect(b.CreateFCmpOLT(fabs(b, x), number(x, 0.625)), small,
                        copySign(b, large, x));
}

/// Abramowitz and Stegun 7.1.26.
static IRValue *emitErf(LeafBuilder &b, IRValue *x) {
  if (!isF32(x))
    return callLibm(b, "erf", x);
  IRValue *a = fabs(b, x);
  IRValue *t =
      b.CreateFDiv(number(x, 1), fma(b, a, number(x, 0.3275911), number(x, 1)));
  IRValue *p =
      b.CreateFMul(t, polynomial(b, t,
                                 {1.061405429, -1.453152027, 1.421413741,
                                  -0.284496736, 0.254829592}));
  IRValue *e = emitExp(b, b.CreateFNeg(b.CreateFMul(a, a)));
  return copySign(b, fma(b, b.CreateFNeg(p), e, number(x, 1)), x);
}

static IRValue *emitSigmoid(LeafBuilder &b, IRValue *x) {
  IRValue *e = emitExp(b, b.CreateFNeg(x));
  return b.CreateFDiv(number(x, 1), b.CreateFAdd(e, number(x, 1)));
}

/// ln(1 + exp(x)) without overflow.
static IRValue *emitSoftplus(LeafBuilder &b, IRValue *x) {
  IRValue *e = emitExp(b, b.CreateFNeg(fabs(b, x)));
  return b.CreateFAdd(emitMax(b, x, number(x, 0)), callLibm(b, "log1p", e));
}

static IRValue *clamp(LeafBuilder &b, IRValue *x, IRValue *low, IRValue *high) {
  return emitMin(b, emitMax(b, x, low), high);
}

/// scale · (e^x - 1) for negative x, x elsewhere.
static IRValue *emitElu(LeafBuilder &b, IRValue *x, IRValue *exponent,
                        double scale, double gamma = 1) {
  IRValue *low =
      b.CreateFMul(callLibm(b, "expm1", exponent), number(x, scale * gamma));
  IRValue *high = gamma == 1 ? x : b.CreateFMul(x, number(x, gamma));
  return b.CreateSelect(b.CreateFCmpOLT(x, number(x, 0)), low, high);
}

static IRValue *emitGelu(LeafBuilder &b, IRValue *x, bool byTanh) {
  IRValue *inner;
  if (byTanh) {
    IRValue *cube = b.CreateFMul(b.CreateFMul(x, x), x);
    inner = b.CreateFMul(fma(b, cube, number(x, 0.044715), x),
                         number(x, 0.7978845608028654));
    inner = emitTanh(b, inner);
  } else {
    inner = emitErf(b, b.CreateFMul(x, number(x, 0.7071067811865476)));
  }
  return b.CreateFMul(b.CreateFMul(x, number(x, 0.5)),
                      b.CreateFAdd(inner, number(x, 1)));
}

/// Unary operators of floating-point numbers; null for others.
static IRValue *emitUnary(LeafBuilder &b, const Operation &op, StringRef name,
                          IRValue *x) {
  auto attr = [&](StringRef key, double fallback) {
    return op.getFloat(key, fallback);
  };
  auto round = [&](Intrinsic::ID id) { return b.CreateUnaryIntrinsic(id, x); };
  if (name == "Exp")
    return emitExp(b, x);
  if (name == "Tanh")
    return emitTanh(b, x);
  if (name == "Erf")
    return emitErf(b, x);
  if (name == "Sigmoid")
    return emitSigmoid(b, x);
  if (name == "Sqrt")
    return round(Intrinsic::sqrt);
  if (name == "Reciprocal")
    return b.CreateFDiv(number(x, 1), x);
  if (name == "Floor")
    return round(Intrinsic::floor);
  if (name == "Ceil")
    return round(Intrinsic::ceil);
  if (name == "Round")
    return round(Intrinsic::roundeven);
  if (name == "Softplus")
    return emitSoftplus(b, x);
  if (name == "Softsign")
    return b.CreateFDiv(x, b.CreateFAdd(fabs(b, x), number(x, 1)));
  if (name == "HardSigmoid")
    return clamp(
        b,
        fma(b, x, number(x, attr("alpha", 0.2f)), number(x, attr("beta", 0.5))),
        number(x, 0), number(x, 1));
  if (name == "HardSwish")
    return b.CreateFMul(x,
                        clamp(b, fma(b, x, number(x, 1.0 / 6), number(x, 0.5)),
                              number(x, 0), number(x, 1)));
  if (name == "LeakyRelu")
    return b.CreateSelect(b.CreateFCmpOLT(x, number(x, 0)),
                          b.CreateFMul(x, number(x, attr("alpha", 0.01f))), x);
  if (name == "ThresholdedRelu")
    return b.CreateSelect(b.CreateFCmpOLE(x, number(x, attr("alpha", 1))),
                          number(x, 0), x);
  if (name == "Elu")
    return emitElu(b, x, x, attr("alpha", 1));
  if (name == "Celu") {
    double alpha = attr("alpha", 1);
    return emitElu(b, x, b.CreateFDiv(x, number(x, alpha)), alpha);
  }
  if (name == "Selu")
    return emitElu(b, x, x, attr("alpha", 1.67326319217681884765625),
                   attr("gamma", 1.05070102214813232421875));
  if (name == "Gelu")
    return emitGelu(b, x, op.getString("approximate", "none") == "tanh");
  if (name == "Swish")
    return b.CreateFMul(
        x, emitSigmoid(b, b.CreateFMul(x, number(x, attr("alpha", 1)))));
  if (name == "Mish")
    return b.CreateFMul(x, emitTanh(b, emitSoftplus(b, x)));
  for (StringRef libm : {"Log", "Sin", "Cos", "Tan", "Asin", "Acos", "Atan",
                         "Sinh", "Cosh", "Asinh", "Acosh", "Atanh"})
    if (name == libm)
      return callLibm(b, libm.lower(), x);
  return nullptr;
}

//===----------------------------------------------------------------------===//
// Operators of any type
//===----------------------------------------------------------------------===//

namespace {
/// Arithmetic that depends on whether numbers have a point or a sign.
struct Arithmetic {
  LeafBuilder &b;
  bool isFloat, isSigned;

  IRValue *add(IRValue *x, IRValue *y) {
    return isFloat ? b.CreateFAdd(x, y) : b.CreateAdd(x, y);
  }
  IRValue *sub(IRValue *x, IRValue *y) {
    return isFloat ? b.CreateFSub(x, y) : b.CreateSub(x, y);
  }
  IRValue *mul(IRValue *x, IRValue *y) {
    return isFloat ? b.CreateFMul(x, y) : b.CreateMul(x, y);
  }
  IRValue *div(IRValue *x, IRValue *y) {
    if (isFloat)
      return b.CreateFDiv(x, y);
    // What division by zero gives is open; it shall not trap.
    IRValue *one = llvm::ConstantInt::get(y->getType(), 1);
    IRValue *zero = llvm::ConstantInt::get(y->getType(), 0);
    y = b.CreateSelect(b.CreateICmpEQ(y, zero), one, y);
    if (!isSigned)
      return b.CreateUDiv(x, y);
    IRValue *isMinusOne =
        b.CreateICmpEQ(y, llvm::ConstantInt::getSigned(y->getType(), -1));
    IRValue *quotient = b.CreateSDiv(x, b.CreateSelect(isMinusOne, one, y));
    return b.CreateSelect(isMinusOne, b.CreateNeg(x), quotient);
  }
  IRValue *less(IRValue *x, IRValue *y) {
    if (isFloat)
      return b.CreateFCmpOLT(x, y);
    return isSigned ? b.CreateICmpSLT(x, y) : b.CreateICmpULT(x, y);
  }
  IRValue *lessEqual(IRValue *x, IRValue *y) {
    if (isFloat)
      return b.CreateFCmpOLE(x, y);
    return isSigned ? b.CreateICmpSLE(x, y) : b.CreateICmpULE(x, y);
  }
  IRValue *equal(IRValue *x, IRValue *y) {
    return isFloat ? b.CreateFCmpOEQ(x, y) : b.CreateICmpEQ(x, y);
  }
  IRValue *max(IRValue *x, IRValue *y) {
    return orNaN(isFloat ? emitMax(b, x, y) : b.CreateSelect(less(x, y), y, x),
                 y);
  }
  IRValue *min(IRValue *x, IRValue *y) {
    return orNaN(isFloat ? emitMin(b, x, y) : b.CreateSelect(less(y, x), y, x),
                 y);
  }
  /// \p x, which is NaN where the first operand was, or NaN where \p y is.
  IRValue *orNaN(IRValue *x, IRValue *y) {
    if (!isFloat || llvm::isa<llvm::Constant>(y))
      return x;
    return b.CreateSelect(b.CreateFCmpUNO(y, y), y, x);
  }
};
} // namespace

static Arithmetic getArithmetic(LeafBuilder &b, ElementType type) {
  return {b, isFloat(type), onnc::getKind(type) == ElementKind::SInt};
}

static IRValue *emitCast(LeafBuilder &b, IRValue *x, ElementType from,
                         ElementType to) {
  IRType *type = to == ElementType::Bool  ? b.getInt1Ty()
                 : to == ElementType::F64 ? b.getDoubleTy()
                 : isFloat(to)            ? b.getFloatTy()
                                          : b.getElementType(to);
  if (x->getType()->isVectorTy())
    type = b.getVectorType(type);
  bool fromSigned = onnc::getKind(from) == ElementKind::SInt;
  if (to == ElementType::Bool)
    return isFloat(from) ? b.CreateFCmpUNE(x, number(x, 0))
           : from == ElementType::Bool
               ? x
               : b.CreateICmpNE(x, llvm::ConstantInt::get(x->getType(), 0));
  if (isFloat(from) && isFloat(to))
    return b.CreateFPCast(x, type);
  if (isFloat(to))
    return fromSigned ? b.CreateSIToFP(x, type) : b.CreateUIToFP(x, type);
  if (!isFloat(from))
    return b.CreateIntCast(x, type, fromSigned);
  return onnc::getKind(to) == ElementKind::SInt
             ? b.CreateIntrinsic(Intrinsic::fptosi_sat, {type, x->getType()},
                                 {x})
             : b.CreateIntrinsic(Intrinsic::fptoui_sat, {type, x->getType()},
                                 {x});
}

static IRValue *emitAbs(Arithmetic &a, IRValue *x) {
  if (a.isFloat)
    return fabs(a.b, x);
  return a.isSigned
             ? a.b.CreateBinaryIntrinsic(Intrinsic::abs, x, a.b.getFalse())
             : x;
}

static IRValue *emitSign(Arithmetic &a, IRValue *x) {
  IRValue *zero = llvm::Constant::getNullValue(x->getType());
  auto of = [&](int v) -> IRValue * {
    return a.isFloat ? number(x, v)
                     : llvm::ConstantInt::getSigned(x->getType(), v);
  };
  IRValue *y = a.b.CreateSelect(a.less(zero, x), of(1), x);
  return a.isFloat || a.isSigned ? a.b.CreateSelect(a.less(x, zero), of(-1), y)
                                 : y;
}

static IRValue *emitClip(Arithmetic &a, ArrayRef<IRValue *> xs) {
  IRValue *x = xs[0];
  if (xs.size() > 1 && xs[1])
    x = a.max(x, xs[1]);
  if (xs.size() > 2 && xs[2])
    x = a.min(x, xs[2]);
  return x;
}

/// Lists of operands; null for other operators.
static IRValue *emitVariadic(Arithmetic &a, StringRef name,
                             ArrayRef<IRValue *> xs) {
  auto fold = [&](auto combine) {
    IRValue *sum = xs[0];
    for (IRValue *x : xs.drop_front())
      sum = combine(sum, x);
    return sum;
  };
  auto add = [&](IRValue *x, IRValue *y) { return a.add(x, y); };
  if (name == "Max")
    return fold([&](IRValue *x, IRValue *y) { return a.max(x, y); });
  if (name == "Min")
    return fold([&](IRValue *x, IRValue *y) { return a.min(x, y); });
  if (name == "Sum")
    return fold(add);
  if (name == "Mean")
    return a.b.CreateFDiv(fold(add), number(xs[0], xs.size()));
  return nullptr;
}

static IRValue *emitBinary(Arithmetic &a, StringRef name, IRValue *x,
                           IRValue *y) {
  LeafBuilder &b = a.b;
  return llvm::StringSwitch<llvm::function_ref<IRValue *()>>(name)
      .Case("Add", [&] { return a.add(x, y); })
      .Case("Sub", [&] { return a.sub(x, y); })
      .Case("Mul", [&] { return a.mul(x, y); })
      .Case("Div", [&] { return a.div(x, y); })
      .Case("Pow", [&] { return callLibm(b, "pow", x, y); })
      .Case("Equal", [&] { return a.equal(x, y); })
      .Case("Less", [&] { return a.less(x, y); })
      .Case("Greater", [&] { return a.less(y, x); })
      .Case("LessOrEqual", [&] { return a.lessEqual(x, y); })
      .Case("GreaterOrEqual", [&] { return a.lessEqual(y, x); })
      .Case("And", [&] { return b.CreateAnd(x, y); })
      .Case("Or", [&] { return b.CreateOr(x, y); })
      .Case("Xor", [&] { return b.CreateXor(x, y); })
      .Case("PRelu",
            [&] {
              return b.CreateSelect(
                  a.less(x, llvm::Constant::getNullValue(x->getType())),
                  a.mul(x, y), x);
            })
      .Default([&]() -> IRValue * { return nullptr; })();
}

/// (x - mean) · scale / sqrt(variance + epsilon) + bias
static IRValue *emitNormalization(LeafBuilder &b, const Operation &op,
                                  ArrayRef<IRValue *> xs) {
  IRValue *x = xs[0];
  IRValue *variance =
      b.CreateFAdd(xs[4], number(x, op.getFloat("epsilon", 1e-5f)));
  IRValue *factor =
      b.CreateFDiv(xs[1], b.CreateUnaryIntrinsic(Intrinsic::sqrt, variance));
  return fma(b, b.CreateFSub(x, xs[3]), factor, xs[2]);
}

IRValue *x86::emitFormula(LeafBuilder &b, const Operation &op,
                          ArrayRef<IRValue *> given) {
  StringRef name = op.getName();
  name.consume_front("onnx.");
  // Vectors as soon as one operand is one.
  IRValues xs(given.begin(), given.end());
  if (llvm::any_of(xs,
                   [](IRValue *x) { return x && x->getType()->isVectorTy(); }))
    for (IRValue *&x : xs)
      x = x ? b.splat(x) : x;

  ElementType type = op.getOperand(0)->getTensorType().getElementType();
  Arithmetic a = getArithmetic(b, type);
  IRValue *zero = llvm::Constant::getNullValue(xs[0]->getType());
  if (name == "Identity" || name == "Dropout")
    return xs[0];
  if (name == "Relu")
    return b.CreateSelect(a.less(xs[0], zero), zero, xs[0]);
  if (name == "Neg")
    return a.isFloat ? b.CreateFNeg(xs[0]) : b.CreateNeg(xs[0]);
  if (name == "Not")
    return b.CreateNot(xs[0]);
  if (name == "Abs")
    return emitAbs(a, xs[0]);
  if (name == "Sign")
    return emitSign(a, xs[0]);
  if (name == "Clip")
    return emitClip(a, xs);
  if (name == "Where")
    return b.CreateSelect(xs[0], xs[1], xs[2]);
  if (name == "Cast")
    return emitCast(b, xs[0], type,
                    op.getResult()->getTensorType().getElementType());
  if (name == "BatchNormalization")
    return emitNormalization(b, op, xs);
  if (IRValue *y = emitVariadic(a, name, xs))
    return y;
  if (xs.size() == 2)
    return emitBinary(a, name, xs[0], xs[1]);
  return emitUnary(b, op, name, xs[0]);
}
