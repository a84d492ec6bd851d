//===- OnnxMl.td - The operators of ai.onnx.ml --------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Traditional machine learning: vectorizers and scalers of features, linear
/// models, support vector machines, ensembles of decision trees. As in Onnx.td,
/// each operator stands here in its newest form, of operator set 5.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_OPS_ONNXML_TD
#define ONNC_IR_OPS_ONNXML_TD

include "onnc/IR/OpBase.td"

def OnnxMl : Dialect<"onnx_ml", "onnx_ml"> {
  let isOnnx = 1;
  let domain = "ai.onnx.ml";
}

class MlOp<string mnemonic, int version = 1> : Op<OnnxMl, mnemonic> {
  let since = version;
}

// Element types ---------------------------------------------------------------

def Features : ElementTypes<["f32", "f64", "i64", "i32"]>;
def FeaturesAndStrings : ElementTypes<!listconcat(Features.names, ["string"])>;
def StringsAndInt64 : ElementTypes<["string", "i64"]>;
def FeatureT : TypeVar<"T", Features>;
def ExtractedT : TypeVar<"T", FeaturesAndStrings>;
def TreeT : TypeVar<"T", ElementTypes<["f16", "f32", "f64"]>>;

// Attributes that several operators have --------------------------------------

def TransformAttr : Attr<"post_transform", "String", "\"NONE\"">;

/// The labels of a classifier: exactly one of the lists is there.
class LabelAttrs<string ints> {
  list<AttrSpec> attrs = [Attr<"classlabels_strings", "Strings">,
                          Attr<ints, "Ints">];
}

def KernelAttrs {
  list<AttrSpec> attrs = [Attr<"kernel_type", "String", "\"LINEAR\"">,
                          Attr<"kernel_params", "Floats">,
                          Attr<"support_vectors", "Floats">,
                          Attr<"coefficients", "Floats">, Attr<"rho", "Floats">,
                          TransformAttr];
}

/// The nodes of an ensemble as the operators before version 5 have them: lists
/// of one length, leaves included. Attributes "…_as_tensor" stand in for
/// the lists of floats.
def TreeAttrs {
  list<AttrSpec> attrs = [Attr<"nodes_treeids", "Ints">,
                          Attr<"nodes_nodeids", "Ints">,
                          Attr<"nodes_featureids", "Ints">,
                          Attr<"nodes_values", "Floats">,
                          Attr<"nodes_values_as_tensor", "Constant">,
                          Attr<"nodes_hitrates", "Floats">,
                          Attr<"nodes_hitrates_as_tensor", "Constant">,
                          Attr<"nodes_modes", "Strings">,
                          Attr<"nodes_truenodeids", "Ints">,
                          Attr<"nodes_falsenodeids", "Ints">,
                          Attr<"nodes_missing_value_tracks_true", "Ints">,
                          Attr<"base_values", "Floats">,
                          Attr<"base_values_as_tensor", "Constant">,
                          TransformAttr];
}

// Features --------------------------------------------------------------------

def OnnxMl_ArrayFeatureExtractor : MlOp<"ArrayFeatureExtractor"> {
  let summary = "Elements of the last dimension, by index";
  let description = [{
    A vector gives a matrix with one row.
  }];
  let operands = [ArgOf<"X", ExtractedT>, Arg<"Y", Int64>];
  let results = [ArgOf<"Z", ExtractedT>];
  let inferTypes = "mlArrayFeatureExtractor";
}

def OnnxMl_Binarizer : MlOp<"Binarizer"> {
  let summary = "1 where an element exceeds a threshold, else 0";
  let operands = [ArgOf<"X", FeatureT>];
  let results = [ArgOf<"Y", FeatureT>];
  let attributes = [Attr<"threshold", "Float", "0.0">];
  let inferTypes = "sameAsFirst";
}

def OnnxMl_CastMap : MlOp<"CastMap"> {
  let summary = "The values of a map from integers, by key";
  let description = [{
    "DENSE" packs them in ascending order of the keys; "SPARSE" puts each at its
    key in a vector of "max_map" elements, zero or empty elsewhere.
  }];
  let operands = [Arg<"X", Anything>];
  let results = [Arg<"Y", ElementTypes<["string", "f32", "i64"]>>];
  let attributes = [Attr<"cast_to", "String", "\"TO_FLOAT\"">,
                    Attr<"map_form", "String", "\"DENSE\"">,
                    Attr<"max_map", "Int", "1">];
  let inferTypes = "mlCastMap";
}

def OnnxMl_CategoryMapper : MlOp<"CategoryMapper"> {
  let summary = "Strings to integers or integers to strings";
  let operands = [Arg<"X", StringsAndInt64>];
  let results = [Arg<"Y", StringsAndInt64>];
  let attributes = [Attr<"cats_strings", "Strings">,
                    Attr<"cats_int64s", "Ints">,
                    Attr<"default_string", "String", "\"_Unused\"">,
                    Attr<"default_int64", "Int", "-1">];
  let inferTypes = "mlCategoryMapper";
}

def OnnxMl_DictVectorizer : MlOp<"DictVectorizer"> {
  let summary = "The values of a map, at their keys' places in a vocabulary";
  let operands = [Arg<"X", Anything>];
  let results = [Arg<"Y", ElementTypes<["i64", "f32", "f64", "string"]>>];
  let attributes = [Attr<"string_vocabulary", "Strings">,
                    Attr<"int64_vocabulary", "Ints">];
  let inferTypes = "mlDictVectorizer";
}

def OnnxMl_FeatureVectorizer : MlOp<"FeatureVectorizer"> {
  let summary = "Columns of several matrices side by side";
  let description = [{
    A vector is a matrix with one row. "inputdimensions" says how many columns
    each operand contributes: more are dropped, missing ones are zero.
  }];
  let operands = [VarArgOf<"X", FeatureT>];
  let results = [Arg<"Y", Float32>];
  let attributes = [Attr<"inputdimensions", "Ints">];
  let inferTypes = "mlFeatureVectorizer";
}

def OnnxMl_Imputer : MlOp<"Imputer"> {
  let summary = "Replaces one value, such as NaN";
  let description = [{
    By one for all, or by one for each index of the last dimension.
  }];
  let operands = [ArgOf<"X", FeatureT>];
  let results = [ArgOf<"Y", FeatureT>];
  let attributes = [Attr<"imputed_value_floats", "Floats">,
                    Attr<"replaced_value_float", "Float", "0.0">,
                    Attr<"imputed_value_int64s", "Ints">,
                    Attr<"replaced_value_int64", "Int", "0">];
  let inferTypes = "sameAsFirst";
}

def OnnxMl_LabelEncoder : MlOp<"LabelEncoder", 4> {
  let summary = "Maps keys to values, elementwise";
  let description = [{
    One attribute "keys_…" has the keys, one attribute "values_…" as many
    values; what is no key becomes the default of the values' type. Every NaN is
    the same key.
  }];
  let operands = [Arg<"X", ElementTypes<["string", "i64", "i32", "i16", "f32",
                                         "f64"]>>];
  let results = [Arg<"Y", ElementTypes<["string", "i64", "i32", "i16", "f32",
                                        "f64"]>>];
  let attributes = [Attr<"keys_tensor", "Constant">,
                    Attr<"keys_strings", "Strings">,
                    Attr<"keys_int64s", "Ints">,
                    Attr<"keys_floats", "Floats">,
                    Attr<"values_tensor", "Constant">,
                    Attr<"values_strings", "Strings">,
                    Attr<"values_int64s", "Ints">,
                    Attr<"values_floats", "Floats">,
                    Attr<"default_string", "String", "\"_Unused\"">,
                    Attr<"default_int64", "Int", "-1">,
                    Attr<"default_float", "Float", "-0.0">,
                    Attr<"default_tensor", "Constant">];
  let inferTypes = "mlLabelEncoder";
}

def OnnxMl_Normalizer : MlOp<"Normalizer"> {
  let summary = "Rows divided by a norm";
  let description = [{
    "MAX" is the largest magnitude, "L1" the sum of magnitudes, "L2" the
    Euclidean norm. A row of zeros stays.
  }];
  let operands = [Arg<"X", Features>];
  let results = [Arg<"Y", Float32>];
  let attributes = [Attr<"norm", "String", "\"MAX\"">];
  let inferTypes = "mlNormalizer";
}

def OnnxMl_OneHotEncoder : MlOp<"OneHotEncoder"> {
  let summary = "A one at the place of each element's category";
  let description = [{
    Numbers are categories once truncated to integers. With "zeros" = 0,
    elements of no category are an error.
  }];
  let operands = [Arg<"X", FeaturesAndStrings>];
  let results = [Arg<"Y", Float32>];
  let attributes = [Attr<"cats_int64s", "Ints">,
                    Attr<"cats_strings", "Strings">,
                    Attr<"zeros", "Int", "1">];
  let inferTypes = "mlOneHotEncoder";
}

def OnnxMl_Scaler : MlOp<"Scaler"> {
  let summary = "(X - offset) * scale";
  let description = [{
    Both have one element or one for each index of the last dimension.
  }];
  let operands = [Arg<"X", Features>];
  let results = [Arg<"Y", Float32>];
  let attributes = [Attr<"offset", "Floats">, Attr<"scale", "Floats">];
  let inferTypes = "mlToFloat";
}

def OnnxMl_ZipMap : MlOp<"ZipMap"> {
  let summary = "A map from labels to scores for each row";
  let operands = [Arg<"X", Float32>];
  let results = [Arg<"Z", Anything>];
  let attributes = LabelAttrs<"classlabels_int64s">.attrs;
  let inferTypes = "mlZipMap";
}

// Linear models ---------------------------------------------------------------

def OnnxMl_LinearClassifier : MlOp<"LinearClassifier"> {
  let summary = "The class with the largest X·coefficients + intercept";
  let description = [{
    "coefficients" has a row for each class; a single row with two labels is the
    score of the second, and the first has its negation.
  }];
  let operands = [Arg<"X", Features>];
  let results = [Arg<"Y", StringsAndInt64>, Arg<"Z", Float32>];
  let attributes = !listconcat([RequiredAttr<"coefficients", "Floats">,
                                Attr<"intercepts", "Floats">,
                                Attr<"multi_class", "Int", "0">, TransformAttr],
                               LabelAttrs<"classlabels_ints">.attrs);
  let inferTypes = "mlLinearClassifier";
}

def OnnxMl_LinearRegressor : MlOp<"LinearRegressor"> {
  let summary = "X·coefficients + intercept for each target";
  let operands = [Arg<"X", Features>];
  let results = [Arg<"Y", Float32>];
  let attributes = [TransformAttr, Attr<"coefficients", "Floats">,
                    Attr<"intercepts", "Floats">, Attr<"targets", "Int", "1">];
  let inferTypes = "mlLinearRegressor";
}

// Support vector machines -----------------------------------------------------

def OnnxMl_SVMClassifier : MlOp<"SVMClassifier"> {
  let summary = "The class that a support vector machine chooses";
  let description = [{
    With "vectors_per_class", pairs of classes are compared and the class that
    wins most often is the result; scores are those of the pairs, or with
    "prob_a" and "prob_b" probabilities of the classes. Without it, there is a
    row of "coefficients" for each class.
  }];
  let operands = [Arg<"X", Features>];
  let results = [Arg<"Y", StringsAndInt64>, Arg<"Z", Float32>];
  let attributes = !listconcat(KernelAttrs.attrs,
                               [Attr<"vectors_per_class", "Ints">,
                                Attr<"prob_a", "Floats">,
                                Attr<"prob_b", "Floats">],
                               LabelAttrs<"classlabels_ints">.attrs);
  let inferTypes = "mlSvmClassifier";
}

def OnnxMl_SVMRegressor : MlOp<"SVMRegressor"> {
  let summary = "The value that a support vector machine predicts";
  let description = [{
    With "one_class", 1 or -1 by its sign. Without support vectors the
    coefficients are those of a linear model.
  }];
  let operands = [Arg<"X", Features>];
  let results = [Arg<"Y", Float32>];
  let attributes = !listconcat(KernelAttrs.attrs,
                               [Attr<"one_class", "Int", "0">,
                                Attr<"n_supports", "Int", "0">]);
  let inferTypes = "mlSvmRegressor";
}

// Decision trees --------------------------------------------------------------

def OnnxMl_TreeEnsemble : MlOp<"TreeEnsemble", 5> {
  let summary = "What the leaves that rows reach in decision trees add up to";
  let description = [{
    "nodes_…" describe the branches, "leaf_…" the leaves; a child is
    one or the other by "nodes_trueleafs" and "nodes_falseleafs". Modes are
    0 ≤, 1 <, 2 ≥, 3 >, 4 =, 5 ≠, 6 member of a set; the sets stand in
    "membership_values", each ended by a NaN, in the order of their nodes. NaN
    goes where "nodes_missing_value_tracks_true" says.
  }];
  let operands = [ArgOf<"X", TreeT>];
  let results = [ArgOf<"Y", TreeT>];
  let attributes = [RequiredAttr<"tree_roots", "Ints">,
                    RequiredAttr<"nodes_featureids", "Ints">,
                    RequiredAttr<"nodes_modes", "Constant">,
                    RequiredAttr<"nodes_splits", "Constant">,
                    RequiredAttr<"nodes_truenodeids", "Ints">,
                    RequiredAttr<"nodes_falsenodeids", "Ints">,
                    RequiredAttr<"nodes_trueleafs", "Ints">,
                    RequiredAttr<"nodes_falseleafs", "Ints">,
                    Attr<"nodes_hitrates", "Constant">,
                    Attr<"nodes_missing_value_tracks_true", "Ints">,
                    Attr<"membership_values", "Constant">,
                    RequiredAttr<"leaf_targetids", "Ints">,
                    RequiredAttr<"leaf_weights", "Constant">,
                    Attr<"n_targets", "Int">,
                    Attr<"post_transform", "Int", "0">,
                    Attr<"aggregate_function", "Int", "1">];
  let inferTypes = "mlTreeEnsemble";
}

def OnnxMl_TreeEnsembleClassifier : MlOp<"TreeEnsembleClassifier", 3> {
  let summary = "The class that decision trees vote for";
  let description = [{
    "class_…" are the votes of the leaves.
  }];
  let operands = [Arg<"X", Features>];
  let results = [Arg<"Y", StringsAndInt64>, Arg<"Z", Float32>];
  let attributes = !listconcat(TreeAttrs.attrs,
                               [Attr<"class_treeids", "Ints">,
                                Attr<"class_nodeids", "Ints">,
                                Attr<"class_ids", "Ints">,
                                Attr<"class_weights", "Floats">,
                                Attr<"class_weights_as_tensor", "Constant">],
                               LabelAttrs<"classlabels_int64s">.attrs);
  let inferTypes = "mlTreeEnsembleClassifier";
}

def OnnxMl_TreeEnsembleRegressor : MlOp<"TreeEnsembleRegressor", 3> {
  let summary = "What the leaves that rows reach in decision trees add up to";
  let description = [{
    "target_…" are the contributions of the leaves.
  }];
  let operands = [Arg<"X", Features>];
  let results = [Arg<"Y", Float32>];
  let attributes = !listconcat(TreeAttrs.attrs,
                               [Attr<"target_treeids", "Ints">,
                                Attr<"target_nodeids", "Ints">,
                                Attr<"target_ids", "Ints">,
                                Attr<"target_weights", "Floats">,
                                Attr<"target_weights_as_tensor", "Constant">,
                                Attr<"n_targets", "Int">,
                                Attr<"aggregate_function", "String",
                                     "\"SUM\"">]);
  let inferTypes = "mlTreeEnsembleRegressor";
}

#endif // ONNC_IR_OPS_ONNXML_TD
