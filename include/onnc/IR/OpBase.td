//===- OpBase.td - The schema of operator records -------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// An operator is one record of class Op. From it onnc-tblgen generates the
/// view class with accessors and a build function (--gen-op-decls), the table
/// of OpInfos with the checks (--gen-op-defs) and the reference
/// (--gen-op-docs). Targets declare their operators the same way.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_OPBASE_TD
#define ONNC_IR_OPBASE_TD

// Element types and sets of them ------------------------------------------

/// Names are the text forms of ElementTypes.def.
class ElementTypes<list<string> types> {
  list<string> names = types;
}

def Floats : ElementTypes<["f16", "f32", "f64", "bf16"]>;
def SignedInts : ElementTypes<["i8", "i16", "i32", "i64"]>;
def UnsignedInts : ElementTypes<["u8", "u16", "u32", "u64"]>;
def Ints : ElementTypes<!listconcat(SignedInts.names, UnsignedInts.names)>;
def Numeric : ElementTypes<!listconcat(Floats.names, Ints.names)>;
def NumericAndBool : ElementTypes<!listconcat(Numeric.names, ["bool"])>;
/// What ONNX calls all_tensor_types: everything but the types below 8 bits
/// and float8.
def Classic : ElementTypes<!listconcat(NumericAndBool.names,
                                       ["string", "c64", "c128"])>;
def Float8s : ElementTypes<["f8e4m3fn", "f8e4m3fnuz", "f8e5m2", "f8e5m2fnuz",
                            "f8e8m0"]>;
def SubByte : ElementTypes<["i4", "u4", "f4e2m1", "i2", "u2"]>;
/// Every tensor element type.
def AnyElement : ElementTypes<!listconcat(Classic.names, Float8s.names,
                                          SubByte.names)>;
def IndexInts : ElementTypes<["i32", "i64"]>;
def Int64 : ElementTypes<["i64"]>;
def Int32 : ElementTypes<["i32"]>;
def Bool : ElementTypes<["bool"]>;
def Float32 : ElementTypes<["f32"]>;
/// No restriction at all, also sequences, optionals, maps, index, token, none.
def Anything : ElementTypes<[]>;

/// Several operands and results of one type variable have one element type.
class TypeVar<string name, ElementTypes types> {
  string var = name;
  ElementTypes elementTypes = types;
}

// Operands, results, attributes --------------------------------------------

class ValueSpec<string n, ElementTypes t, string arityName, string v> {
  string name = n;
  ElementTypes elementTypes = t;
  string arity = arityName;
  string var = v;
}
/// Exactly one value; with T's element types, or of the type variable T.
class Arg<string n, ElementTypes t> : ValueSpec<n, t, "One", "">;
class ArgOf<string n, TypeVar t>
    : ValueSpec<n, t.elementTypes, "One", t.var>;
class OptArg<string n, ElementTypes t> : ValueSpec<n, t, "Optional", "">;
class OptArgOf<string n, TypeVar t>
    : ValueSpec<n, t.elementTypes, "Optional", t.var>;
/// Any number; only the last operand or result may be variadic.
class VarArg<string n, ElementTypes t> : ValueSpec<n, t, "Variadic", "">;
class VarArgOf<string n, TypeVar t>
    : ValueSpec<n, t.elementTypes, "Variadic", t.var>;

/// \p k: a kind of AttrKind. \p d: the default as attribute text, "" for none.
class AttrSpec<string n, string k, string d, bit r> {
  string name = n;
  string kind = k;
  string defaultText = d;
  bit required = r;
}
/// May be absent; the accessor then gives the default, or none.
class Attr<string n, string k, string d = ""> : AttrSpec<n, k, d, 0>;
class RequiredAttr<string n, string k> : AttrSpec<n, k, "", 1>;

// Traits ---------------------------------------------------------------------

class Trait<string n> {
  string name = n;
}
def Terminator : Trait<"Terminator">;
def SideEffect : Trait<"SideEffect">;
def NonDeterministic : Trait<"NonDeterministic">;
def Commutative : Trait<"Commutative">;
def Elementwise : Trait<"Elementwise">;
def ConstantLike : Trait<"ConstantLike">;
def Transparent : Trait<"Transparent">;

// Dialects and operators -------------------------------------------------------

/// A set of operators with a common prefix. Views stand in C++ namespace
/// onnc::<cppNamespace>; domain is the ONNX operator set that it mirrors.
class Dialect<string n, string ns> {
  string name = n;
  string cppNamespace = ns;
  bit isOnnx = 0;
  string domain = "";
}

class Op<Dialect d, string mnemonic> {
  Dialect dialect = d;
  /// The name is "<dialect>.<mnemonic>", the view "<Mnemonic>Op".
  string opName = mnemonic;
  string summary = "";
  string description = "";
  list<ValueSpec> operands = [];
  list<ValueSpec> results = [];
  list<AttrSpec> attributes = [];
  /// Attributes beyond those declared are allowed.
  bit openAttributes = 0;
  /// Names of the regions.
  list<string> regions = [];
  list<Trait> traits = [];
  /// The first version of the ONNX operator set with this form.
  int since = 0;
  /// The function `LogicalResult verify<View>(Operation *)` checks what the
  /// declaration can't say.
  bit hasVerifier = 0;
  /// How result types are inferred: the name of a function
  /// `LogicalResult (Operation *, SmallVectorImpl<Type> &)` in namespace
  /// onnc::infer; "" where they can't be.
  string inferTypes = "";
  /// The iteration space and what of the operands it reads (Indexing.h): the
  /// name of a function `std::optional<Indexing> (const Operation *)` in
  /// namespace onnc::indexing; "" where the operator can't be cut into pieces.
  string indexing = "";
}

#endif // ONNC_IR_OPBASE_TD
