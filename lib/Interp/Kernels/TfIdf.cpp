//===- TfIdf.cpp --------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// TfIdfVectorizer: a trie of the pool's n-grams, walked from every position.
///
//===----------------------------------------------------------------------===//

#include "../Dispatch.h"
#include "../Iteration.h"
#include "../Kernels.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringMap.h"
#include <map>

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

namespace {

/// Items are numbered, so that strings and integers are alike. Those that the
/// pool doesn't have are \c unknown.
class Pool {
public:
  static constexpr unsigned unknown = ~0u;

  static Expected<Pool> get(const Operation &op);

  std::vector<unsigned> number(const TensorValue &items) const;
  /// Adds to \p counts, which has an element for each n-gram of the pool, those
  /// that start at \p items[0] and whose items are \p distance apart.
  void count(ArrayRef<unsigned> items, int64_t distance, int64_t minLength,
             std::vector<int64_t> &counts) const;
  /// Does an n-gram of the pool begin with \p item?
  bool startsWith(unsigned item) const {
    return item != unknown && trie[0].next.contains(item);
  }
  size_t size() const { return numGrams; }

private:
  Error readItems(const Operation &op);
  Error readGrams(const Operation &op);

  struct Node {
    /// The next node by item.
    DenseMap<unsigned, unsigned> next;
    /// The n-grams that end here: a pool may repeat one.
    SmallVector<unsigned, 1> grams;
  };
  StringMap<unsigned> strings;
  std::map<int64_t, unsigned> integers;
  /// The pool's items.
  std::vector<unsigned> items;
  std::vector<Node> trie{1};
  size_t numGrams = 0;
};

} // namespace

Error Pool::readItems(const Operation &op) {
  auto words = op.getAttrOfType<StringsAttr>("pool_strings");
  SmallVector<int64_t, 6> numbers = op.getInts("pool_int64s");
  if ((words && !words.getValue().empty()) == !numbers.empty())
    return fail("one of 'pool_strings' and 'pool_int64s' is needed");
  const bool isStrings =
      op.getOperand(0)->getTensorType().getElementType() == ElementType::String;
  if (isStrings == !numbers.empty())
    return fail("the pool holds other items than the input");
  if (isStrings)
    for (const std::string &word : words.getValue())
      items.push_back(strings.try_emplace(word, strings.size()).first->second);
  for (int64_t number : numbers)
    items.push_back(
        integers.try_emplace(number, integers.size()).first->second);
  return Error::success();
}

/// N-grams of n items stand from "ngram_counts"[n - 1] up to where those of
/// n + 1 items begin.
Error Pool::readGrams(const Operation &op) {
  SmallVector<int64_t, 6> starts = op.getInts("ngram_counts");
  const int64_t longest = op.getInt("max_gram_length", 0);
  const int64_t total = items.size();
  for (size_t n = 1; n <= starts.size(); ++n) {
    const int64_t begin = starts[n - 1];
    const int64_t end = n == starts.size() ? total : starts[n];
    if (begin < 0 || begin > end || end > total || (end - begin) % n)
      return fail("'ngram_counts' says that the " + Twine(n) +
                  "-grams stand at [" + Twine(begin) + ", " + Twine(end) +
                  ") of a pool of " + Twine(total) + " items");
    for (int64_t at = begin; at != end; at += n, ++numGrams) {
      // The trie isn't deeper than what is looked for.
      if (int64_t(n) > longest)
        continue;
      unsigned node = 0;
      for (size_t k = 0; k != n; ++k) {
        auto [next, isNew] =
            trie[node].next.try_emplace(items[at + k], trie.size());
        node = next->second;
        if (isNew)
          trie.emplace_back();
      }
      trie[node].grams.push_back(numGrams);
    }
  }
  return Error::success();
}

Expected<Pool> Pool::get(const Operation &op) {
  Pool pool;
  if (Error error = pool.readItems(op))
    return error;
  if (Error error = pool.readGrams(op))
    return error;
  return pool;
}

std::vector<unsigned> Pool::number(const TensorValue &tensor) const {
  std::vector<unsigned> numbers(tensor.getNumElements(), unknown);
  if (tensor.isString()) {
    for (size_t i = 0; i != numbers.size(); ++i)
      if (auto it = strings.find(tensor.elements<std::string>()[i]);
          it != strings.end())
        numbers[i] = it->second;
    return numbers;
  }
  std::vector<int64_t> values = loadInts(tensor);
  for (size_t i = 0; i != numbers.size(); ++i)
    if (auto it = integers.find(values[i]); it != integers.end())
      numbers[i] = it->second;
  return numbers;
}

void Pool::count(ArrayRef<unsigned> row, int64_t distance, int64_t minLength,
                 std::vector<int64_t> &counts) const {
  unsigned node = 0;
  int64_t length = 0;
  for (int64_t at = 0; at < int64_t(row.size()); at += distance) {
    auto next = row[at] == unknown ? trie[node].next.end()
                                   : trie[node].next.find(row[at]);
    if (next == trie[node].next.end())
      return;
    node = next->second;
    if (++length >= minLength)
      for (unsigned gram : trie[node].grams)
        ++counts[gram];
  }
}

Error kernels::tfIdfVectorizer(KernelContext &ctx) {
  const TensorValue &x = ctx.tensor(0);
  if (x.getRank() != 1 && x.getRank() != 2)
    return fail("the input has rank " + Twine(x.getRank()) +
                " where 1 or 2 is expected");
  const int64_t shortest = ctx.op.getInt("min_gram_length", 0);
  const int64_t longest = ctx.op.getInt("max_gram_length", 0);
  const int64_t skips = ctx.op.getInt("max_skip_count", 0);
  if (shortest < 1 || longest < shortest || skips < 0)
    return fail("n-grams of " + Twine(shortest) + " to " + Twine(longest) +
                " items with up to " + Twine(skips) + " between two");
  Expected<Pool> pool = Pool::get(ctx.op);
  if (!pool)
    return pool.takeError();
  SmallVector<int64_t, 6> columns = ctx.op.getInts("ngram_indexes");
  SmallVector<double, 6> weights = ctx.op.getFloats("weights");
  if (columns.size() != pool->size())
    return fail("'ngram_indexes' has " + Twine(columns.size()) +
                " elements for " + Twine(pool->size()) + " n-grams");
  if (!weights.empty() && weights.size() != pool->size())
    return fail("'weights' has " + Twine(weights.size()) + " elements for " +
                Twine(pool->size()) + " n-grams");
  int64_t width = 0;
  for (int64_t column : columns) {
    if (column < 0 || column == INT64_MAX)
      return fail("'ngram_indexes' has the column " + Twine(column));
    width = std::max(width, column + 1);
  }
  const StringRef mode = ctx.op.getString("mode", "TF");
  if (mode != "TF" && mode != "IDF" && mode != "TFIDF")
    return fail("'mode' is \"" + mode + "\"");
  const int64_t size = x.getShape().back();
  Shape shape(x.getShape());
  shape.back() = width;
  Expected<TensorValue> y = ctx.allocate(ElementType::F32, shape);
  if (!y)
    return y.takeError();
  const std::vector<unsigned> numbers = pool->number(x);
  const int64_t rows = x.getRank() == 2 ? x.getDim(0) : 1;
  for (int64_t r = 0; r != rows; ++r) {
    ArrayRef<unsigned> row = ArrayRef(numbers).slice(r * size, size);
    std::vector<int64_t> counts(pool->size());
    for (int64_t start = 0; start != size; ++start) {
      ArrayRef<unsigned> rest = row.drop_front(start);
      if (!pool->startsWith(rest.front()))
        continue;
      pool->count(rest, 1, shortest, counts);
      // Single items know no distance, and the last item of the shortest
      // n-gram must be in the row.
      const int64_t least = std::max<int64_t>(shortest, 2);
      const int64_t furthest =
          longest < 2 ? 0 : std::min<int64_t>(skips, INT64_MAX - 1) + 1;
      const int64_t last =
          std::min<int64_t>(furthest, (int64_t(rest.size()) - 1) / (least - 1));
      if (Error error = ctx.countWork(last))
        return error;
      for (int64_t distance = 2; distance <= last; ++distance)
        pool->count(rest, distance, least, counts);
    }
    float *to = y->mutableData<float>() + r * width;
    for (size_t gram = 0; gram != counts.size(); ++gram) {
      double count = mode == "IDF" ? counts[gram] != 0 : counts[gram];
      if (mode != "TF" && !weights.empty())
        count *= weights[gram];
      to[columns[gram]] += count;
    }
  }
  return ctx.done(std::move(*y));
}
