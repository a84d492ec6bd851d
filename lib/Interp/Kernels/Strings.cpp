//===- Strings.cpp ------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Dispatch.h"
#include "../Iteration.h"
#include "../Kernels.h"
#include "Unicode.h"
#include "llvm/ADT/StringSet.h"
#include <re2/re2.h>

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

Error kernels::stringConcat(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0), &y = ctx.tensor(1);
  Expected<Shape> shape = broadcast(x.getShape(), y.getShape());
  if (!shape)
    return shape.takeError();
  Expected<TensorValue> z = ctx.allocate(ElementType::String, *shape);
  if (!z)
    return z.takeError();
  auto a = x.elements<std::string>(), b = y.elements<std::string>();
  std::string *to = z->mutableData<std::string>();
  forEachElement<2>(
      *shape,
      {getBroadcastStrides(x.getShape(), *shape),
       getBroadcastStrides(y.getShape(), *shape)},
      [&](int64_t i, int64_t ia, int64_t ib) { to[i] = a[ia] + b[ib]; });
  return ctx.done(std::move(*z));
}

/// \p text at each \p delimiter, at most \p limit times.
static std::vector<StringRef>
splitAtDelimiter(StringRef text, StringRef delimiter, int64_t limit) {
  std::vector<StringRef> parts;
  while (limit-- != 0) {
    size_t at = text.find(delimiter);
    if (at == StringRef::npos)
      break;
    parts.push_back(text.take_front(at));
    text = text.drop_front(at + delimiter.size());
  }
  parts.push_back(text);
  return parts;
}

/// \p text at runs of white space, at most \p limit times. What is left
/// keeps the white space behind it.
static std::vector<StringRef> splitAtSpace(StringRef text, int64_t limit) {
  std::vector<StringRef> parts;
  auto trimFront = [&] {
    while (unsigned size = getSpaceAt(text))
      text = text.drop_front(size);
  };
  for (trimFront(); !text.empty(); trimFront()) {
    if (limit-- == 0) {
      parts.push_back(text);
      break;
    }
    size_t size = 0;
    while (size != text.size() && !getSpaceAt(text.drop_front(size)))
      ++size;
    parts.push_back(text.take_front(size));
    text = text.drop_front(size);
  }
  return parts;
}

Error kernels::stringSplit(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  auto text = x.elements<std::string>();
  const StringRef delimiter = ctx.op.getString("delimiter", "");
  // Negative: no limit, and decrementing doesn't reach zero.
  const int64_t limit = std::max<int64_t>(ctx.op.getInt("maxsplit", -1), -1);

  Expected<TensorValue> counts = ctx.allocate(ElementType::I64, x.getShape());
  if (!counts)
    return counts.takeError();
  std::vector<std::vector<StringRef>> parts;
  size_t most = 0;
  for (int64_t i = 0, e = x.getNumElements(); i != e; ++i) {
    parts.push_back(delimiter.empty()
                        ? splitAtSpace(text[i], limit)
                        : splitAtDelimiter(text[i], delimiter, limit));
    most = std::max(most, parts.back().size());
    counts->mutableData<int64_t>()[i] = parts.back().size();
  }
  Shape shape(x.getShape());
  shape.push_back(most);
  Expected<TensorValue> y = ctx.allocate(ElementType::String, shape);
  if (!y)
    return y.takeError();
  std::string *to = y->mutableData<std::string>();
  for (size_t i = 0; i != parts.size(); ++i)
    for (size_t k = 0; k != parts[i].size(); ++k)
      to[i * most + k] = parts[i][k].str();
  ctx.set(1, std::move(*counts));
  return ctx.done(std::move(*y));
}

Error kernels::stringNormalizer(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  if (x.getRank() != 1 && !(x.getRank() == 2 && x.getDim(0) == 1))
    return fail("the input has shape " + toText(x.getShape()) +
                " where a vector or a matrix with one row is expected");
  const bool sensitive = ctx.op.getInt("is_case_sensitive", 0) != 0;
  auto key = [&](StringRef text) {
    return sensitive ? text.str() : changeCase(text, Case::Lower);
  };
  StringSet<> stopWords;
  if (auto words = ctx.op.getAttrOfType<StringsAttr>("stopwords"))
    for (const std::string &word : words.getValue())
      stopWords.insert(key(word));

  const StringRef action = ctx.op.getString("case_change_action", "NONE");
  if (action != "NONE" && action != "LOWER" && action != "UPPER")
    return fail("'case_change_action' is \"" + action + "\"");
  std::vector<std::string> kept;
  for (int64_t i = 0, e = x.getNumElements(); i != e; ++i) {
    const std::string &text = x.elements<std::string>()[i];
    if (stopWords.contains(key(text)))
      continue;
    kept.push_back(action == "LOWER"   ? changeCase(text, Case::Lower)
                   : action == "UPPER" ? changeCase(text, Case::Upper)
                                       : text);
  }
  if (kept.empty())
    kept.emplace_back();
  Shape shape(x.getShape());
  shape.back() = kept.size();
  Expected<TensorValue> y = ctx.allocate(ElementType::String, shape);
  if (!y)
    return y.takeError();
  std::move(kept.begin(), kept.end(), y->mutableData<std::string>());
  return ctx.done(std::move(*y));
}

Error kernels::regexFullMatch(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  RE2::Options options;
  options.set_log_errors(false);
  const std::string pattern = ctx.op.getString("pattern", "").str();
  RE2 regex(pattern, options);
  if (!regex.ok())
    return fail("the pattern \"" + pattern +
                "\" is no regular expression: " + regex.error());
  Expected<TensorValue> y = ctx.allocate(ElementType::Bool, x.getShape());
  if (!y)
    return y.takeError();
  for (int64_t i = 0, e = x.getNumElements(); i != e; ++i)
    y->mutableData<bool>()[i] =
        RE2::FullMatch(x.elements<std::string>()[i], regex);
  return ctx.done(std::move(*y));
}
