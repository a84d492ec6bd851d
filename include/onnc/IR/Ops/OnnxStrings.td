//===- OnnxStrings.td - Operators on strings ----------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_IR_OPS_ONNXSTRINGS_TD
#define ONNC_IR_OPS_ONNXSTRINGS_TD

include "onnc/IR/Ops/OnnxDialect.td"

def Strings : ElementTypes<["string"]>;

def Onnx_StringConcat : OnnxOp<"StringConcat", 20> {
  let summary = "Strings appended to others, elementwise";
  let operands = [Arg<"X", Strings>, Arg<"Y", Strings>];
  let results = [Arg<"Z", Strings>];
  let inferTypes = "broadcast";
}

def Onnx_StringSplit : OnnxOp<"StringSplit", 20> {
  let summary = "The parts of strings, and how many there are";
  let description = [{
    Parts stand along a new last dimension, as long as the most parts of a
    string; empty strings fill it up. Without a delimiter, or with an empty
    one, strings are split at runs of white space, and those at their ends
    separate nothing. "maxsplit" bounds the number of splits, from the left.
  }];
  let operands = [Arg<"X", Strings>];
  let results = [Arg<"Y", Strings>, Arg<"Z", Int64>];
  let attributes = [Attr<"delimiter", "String">, Attr<"maxsplit", "Int">];
  let inferTypes = "stringSplit";
}

def Onnx_StringNormalizer : OnnxOp<"StringNormalizer", 10> {
  let summary = "Strings without stop words, in one case";
  let description = [{
    Of a vector or a matrix with one row. Where all strings are stop words, one
    empty string is left. Case is Unicode's simple mapping, whatever "locale"
    says.
  }];
  let operands = [Arg<"X", Strings>];
  let results = [Arg<"Y", Strings>];
  let attributes = [Attr<"case_change_action", "String", "\"NONE\"">,
                    Attr<"is_case_sensitive", "Int", "0">,
                    Attr<"locale", "String">, Attr<"stopwords", "Strings">];
  let inferTypes = "stringNormalizer";
}

def Onnx_RegexFullMatch : OnnxOp<"RegexFullMatch", 20> {
  let summary = "Does the whole of each string match?";
  let description = [{
    "pattern" is a regular expression in RE2's syntax.
  }];
  let operands = [Arg<"X", Strings>];
  let results = [Arg<"Y", Bool>];
  let attributes = [RequiredAttr<"pattern", "String">];
  let inferTypes = "sameShapeBool";
}

def Onnx_TfIdfVectorizer : OnnxOp<"TfIdfVectorizer", 9> {
  let summary = "How often n-grams of a pool occur in sequences";
  let description = [{
    "ngram_counts" says where in the pool the 1-grams, the 2-grams, …
    begin, "ngram_indexes" which column of the result each n-gram of the pool
    counts for. Only those of "min_gram_length" to "max_gram_length" items are
    looked for, with up to "max_skip_count" items between two of theirs. "TF"
    gives counts, "IDF" the weights of n-grams that occur, "TFIDF" counts times
    weights.
  }];
  let operands = [Arg<"X", ElementTypes<["string", "i32", "i64"]>>];
  let results = [Arg<"Y", Float32>];
  let attributes = [RequiredAttr<"max_gram_length", "Int">,
                    RequiredAttr<"max_skip_count", "Int">,
                    RequiredAttr<"min_gram_length", "Int">,
                    RequiredAttr<"mode", "String">,
                    RequiredAttr<"ngram_counts", "Ints">,
                    RequiredAttr<"ngram_indexes", "Ints">,
                    Attr<"pool_int64s", "Ints">,
                    Attr<"pool_strings", "Strings">,
                    Attr<"weights", "Floats">];
  let inferTypes = "tfIdfVectorizer";
}

#endif // ONNC_IR_OPS_ONNXSTRINGS_TD
