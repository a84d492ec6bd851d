//===- TileVerifier.cpp ---------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Analysis/TileVerifier.h"
#include "TileAccesses.h"
#include "onnc/IR/Context.h"

using namespace llvm;
using namespace onnc;

namespace {

/// A counter and how often it counts.
struct Counter {
  const Value *value;
  int64_t count;
};
using Counters = SmallVector<Counter, 8>;

/// A copy that a token stands for, and the point at which it was started.
struct StartedCopy {
  const Operation *op;
  Point point;
};

class TileVerifier {
public:
  LogicalResult run(Module &module);

private:
  void visit(Region &region);
  void visitOperation(Operation &op);

  void checkToken(const Value *token);
  void checkCarried(tile::ForOp loop);
  void checkConstant(Operation &op);
  void checkPartial(tile::ComputeOp op);

  bool checkSlice(tile::SliceOp op, const Point &point);
  bool checkBounds(Operation &op, ArrayRef<TileAccess> accesses,
                   const Point &point);
  bool checkCopies(Operation &op, ArrayRef<TileAccess> accesses,
                   const Point &point);
  void checkRaces(tile::ForAllOp loop);
  bool checkIterations(tile::ForAllOp loop, ArrayRef<int64_t> a,
                       ArrayRef<int64_t> b, ArrayRef<Operation *> accessing);

  /// Copies that have started and not ended before \p op at \p point.
  std::vector<StartedCopy> getRunning(const Operation &op, const Point &point);
  std::optional<StartedCopy> resolve(const Value *token, const Point &point,
                                     unsigned depth = 0);

  InFlightDiagnostic complain(const Operation &op) {
    ok = false;
    return op.emitError();
  }

  TileAccessAnalysis analysis;
  Counters counters;
  bool ok = true;
};

} // namespace

//===----------------------------------------------------------------------===//
// Points
//===----------------------------------------------------------------------===//

constexpr size_t maxPoints = 64;

/// The values of one counter that are looked at, of which there are at most
/// \p limit.
static SmallVector<int64_t, 4> getSamples(int64_t count, size_t limit) {
  SmallVector<int64_t, 4> samples;
  if (count <= int64_t(limit)) {
    for (int64_t i = 0; i < count; ++i)
      samples.push_back(i);
    return samples;
  }
  for (int64_t i : {int64_t(0), count - 1, int64_t(1), count - 2})
    if (samples.size() < limit)
      samples.push_back(i);
  return samples;
}

/// Calls fn(point) until it returns false.
static void forEachPoint(ArrayRef<Counter> counters,
                         function_ref<bool(const Point &)> fn) {
  // As many values of each as leave the product small.
  size_t limit = maxPoints;
  auto product = [&] {
    size_t points = 1;
    for (const Counter &counter : counters)
      points *= std::min<size_t>(getSamples(counter.count, limit).size(),
                                 maxPoints + 1);
    return points;
  };
  if (any_of(counters, [](const Counter &c) { return c.count < 1; }))
    return;
  for (size_t next : {size_t(4), size_t(2), size_t(1)})
    if (product() > maxPoints)
      limit = next;
  SmallVector<SmallVector<int64_t, 4>, 8> samples;
  for (const Counter &counter : counters)
    samples.push_back(getSamples(counter.count, limit));
  SmallVector<size_t, 8> index(counters.size(), 0);
  Point point;
  while (true) {
    for (auto [i, counter] : enumerate(counters))
      point[counter.value] = samples[i][index[i]];
    if (!fn(point))
      return;
    size_t i = counters.size();
    while (i > 0 && ++index[i - 1] == samples[i - 1].size())
      index[--i] = 0;
    if (i == 0)
      return;
  }
}

//===----------------------------------------------------------------------===//
// Messages
//===----------------------------------------------------------------------===//

static std::string nameOf(const PlacedBuffer &place) {
  StringRef name = place.buffer->getName();
  return name.empty() ? "a buffer" : ("%" + name).str();
}

static std::string describe(const Operation &op) {
  std::string text = "'" + op.getName().str() + "'";
  if (unsigned line = op.getLoc().getLine())
    text += " in line " + std::to_string(line);
  return text;
}

static std::string describe(ArrayRef<Counter> counters, const Point &point) {
  std::string text;
  for (auto [i, counter] : enumerate(counters)) {
    StringRef name = counter.value->getName();
    text +=
        (text.empty() ? " (" : ", ") +
        (name.empty() ? "counter " + std::to_string(i) : ("%" + name).str()) +
        " = " + std::to_string(point.lookup(counter.value));
  }
  return text.empty() ? text : text + ")";
}

//===----------------------------------------------------------------------===//
// Rules that hold for all iterations
//===----------------------------------------------------------------------===//

void TileVerifier::checkToken(const Value *token) {
  const Operation *op = token->getDefiningOp();
  if (!op)
    op = token->getArgumentOf()->getParentOp();
  if (!token->hasUses()) {
    complain(*op) << (token->isArgument() ? "takes" : "gives")
                  << " a token that nothing waits for";
    return;
  }
  if (!token->hasOneUse()) {
    complain(*op) << (token->isArgument() ? "takes" : "gives")
                  << " a token that is used " << token->getNumUses()
                  << " times; it must be waited for exactly once";
    return;
  }
  const Operation *user = token->getUses().begin()->getOwner();
  if (user->getParentRegion() != token->getParentRegion())
    complain(*user) << "waits in a loop for a token from outside of it; the "
                       "loop must take it as an operand";
  else if (user->hasTrait(OpTrait::Terminator) &&
           !isa_and_present<tile::ForOp>(user->getParentOp()))
    complain(*op) << "gives a token that leaves its block, which nothing "
                     "waits for";
}

/// Storage of an iteration doesn't live as long as copies that it hands on.
void TileVerifier::checkCarried(tile::ForOp loop) {
  Region &body = loop.getBody();
  for (const Value *token : body.getTerminator()->getOperands()) {
    Operation *copy = token->getDefiningOp();
    if (!copy || !isa<tile::CopyStartOp>(copy))
      continue;
    for (Value *buffer : copy->getOperands()) {
      PlacedBuffer place = analysis.getPlace(buffer, Point());
      if (place.root->getParentRegion() == &body)
        complain(*copy) << "is still running where the storage of "
                        << nameOf(place) << " ends, with the iteration";
    }
  }
}

void TileVerifier::checkConstant(Operation &op) {
  SmallVector<Value *, 2> written;
  if (auto compute = dyn_cast<tile::ComputeOp>(op)) {
    append_range(written, tile::getOutputs(compute));
    append_range(written, tile::getScratch(compute));
  } else if (auto copy = dyn_cast<tile::CopyStartOp>(op)) {
    written.push_back(copy.getTarget());
  }
  for (Value *buffer : written) {
    PlacedBuffer place = analysis.getPlace(buffer, Point());
    if (isa_and_present<tile::ConstantOp>(place.root->getDefiningOp()))
      complain(op) << "writes " << nameOf(place) << ", a constant";
  }
}

void TileVerifier::checkPartial(tile::ComputeOp op) {
  if (op.getOver().empty())
    return;
  for (Value *output : tile::getOutputs(op)) {
    ElementType type = tile::getBufferType(output).getElementType();
    if (type != ElementType::F32 && type != ElementType::F64 &&
        type != ElementType::I32 && type != ElementType::I64)
      complain(*op) << "keeps partial results in " << getName(type)
                    << "; they need f32, f64, i32 or i64";
  }
}

//===----------------------------------------------------------------------===//
// Rules at points
//===----------------------------------------------------------------------===//

bool TileVerifier::checkSlice(tile::SliceOp op, const Point &point) {
  PlacedBuffer source = analysis.getPlace(op.getSource(), point);
  PlacedBuffer slice = analysis.getPlace(op->getResult(), point);
  if (contains(source.box, slice.getElements()))
    return true;
  complain(*op) << "takes " << toString(slice.box) << " of " << nameOf(source)
                << ", which is the box " << toString(source.box)
                << describe(counters, point);
  return false;
}

bool TileVerifier::checkBounds(Operation &op, ArrayRef<TileAccess> accesses,
                               const Point &point) {
  // Copies take what there is, and scratch and results are whole boxes.
  if (!isa<tile::ComputeOp>(op))
    return true;
  for (const TileAccess &access : accesses)
    if (!access.isWrite && !contains(access.place.getElements(), access.box)) {
      complain(op) << "reads " << toString(access.box) << " of "
                   << nameOf(access.place) << ", which is the box "
                   << toString(access.place.getElements())
                   << describe(counters, point);
      return false;
    }
  return true;
}

std::optional<StartedCopy>
TileVerifier::resolve(const Value *token, const Point &point, unsigned depth) {
  // A token may be handed on for as many iterations as there are.
  constexpr unsigned maxDepth = 64;
  if (depth == maxDepth)
    return std::nullopt;
  Operation *op = token->getDefiningOp();
  if (op && isa<tile::CopyStartOp>(op))
    return StartedCopy{op, point};
  if (!op)
    op = token->getArgumentOf()->getParentOp();
  if (!op || !isa<tile::ForOp>(op))
    return std::nullopt;
  tile::ForOp loop(op);
  const Region &body = loop.getBody();
  const Value *counter = body.getArgument(0);
  // The iteration that returned the token, -1 where none did.
  const int64_t last =
      (token->isArgument() ? point.lookup(counter) : loop.getCount()) - 1;
  const unsigned i = token->getIndex() - (token->isArgument() ? 1 : 0);
  if (last < 0)
    return resolve(op->getOperand(i), point, depth + 1);
  Point before = point;
  before[counter] = last;
  return resolve(body.getTerminator()->getOperand(i), before, depth + 1);
}

std::vector<StartedCopy> TileVerifier::getRunning(const Operation &op,
                                                  const Point &point) {
  std::vector<StartedCopy> running;
  for (const Operation *at = &op; at; at = at->getParentOp()) {
    auto consider = [&](const Value *token) {
      if (!isa<TokenType>(token->getType()) || !token->hasOneUse())
        return;
      // A loop that takes it has it among its body's arguments.
      const Operation *user = token->getUses().begin()->getOwner();
      if (user == at || user->getParentRegion() != at->getParentRegion() ||
          user->isBefore(at))
        return;
      if (auto copy = resolve(token, point))
        running.push_back(std::move(*copy));
    };
    const Region *region = at->getParentRegion();
    for (const Value *argument : region->getArguments())
      consider(argument);
    for (const Operation &before : region->getOps()) {
      if (&before == at)
        break;
      for (const Value *result : before.getResults())
        consider(result);
    }
  }
  return running;
}

bool TileVerifier::checkCopies(Operation &op, ArrayRef<TileAccess> accesses,
                               const Point &point) {
  if (accesses.empty())
    return true;
  for (const StartedCopy &copy : getRunning(op, point))
    for (const TileAccess &running : analysis.getAccesses(*copy.op, copy.point))
      for (const TileAccess &access : accesses) {
        if ((!access.isWrite && !running.isWrite) || !overlap(access, running))
          continue;
        complain(op) << (access.isWrite ? "writes " : "reads ")
                     << toString(access.box) << " of " << nameOf(access.place)
                     << ", which the copy of " << describe(*copy.op)
                     << (running.isWrite ? " is still writing"
                                         : " is still reading")
                     << ": its token hasn't been waited for"
                     << describe(counters, point);
        return false;
      }
  return true;
}

//===----------------------------------------------------------------------===//
// Races
//===----------------------------------------------------------------------===//

/// The loops between \p op and \p outer, outermost first.
static Counters getInnerCounters(const Operation &op, const Operation &outer) {
  Counters counters;
  for (Operation *loop = op.getParentOp(); loop != &outer;
       loop = loop->getParentOp()) {
    if (auto forLoop = dyn_cast<tile::ForOp>(loop))
      counters.push_back(
          {loop->getRegion().getArgument(0), forLoop.getCount()});
    else if (auto forAll = dyn_cast<tile::ForAllOp>(loop))
      for (auto [argument, count] :
           zip_equal(loop->getRegion().getArguments(), forAll.getCounts()))
        counters.push_back({argument, count});
  }
  std::reverse(counters.begin(), counters.end());
  return counters;
}

/// The first and the last value of every counter but at most 16 points.
static std::vector<Point> getCorners(ArrayRef<Counter> counters,
                                     const Point &outer) {
  std::vector<Point> points = {outer};
  for (const Counter &counter : counters) {
    if (counter.count < 1)
      return {};
    for (Point &point : points)
      point[counter.value] = 0;
    if (counter.count == 1 || points.size() > 8)
      continue;
    for (size_t i = 0, n = points.size(); i < n; ++i) {
      points.push_back(points[i]);
      points.back()[counter.value] = counter.count - 1;
    }
  }
  return points;
}

bool TileVerifier::checkIterations(tile::ForAllOp loop, ArrayRef<int64_t> a,
                                   ArrayRef<int64_t> b,
                                   ArrayRef<Operation *> accessing) {
  struct Found {
    Operation *op;
    TileAccess access;
  };
  // What iterations do to storage that isn't their own, with the counters
  // around the loop at 0.
  auto collect = [&](ArrayRef<int64_t> iteration) {
    std::vector<Found> found;
    Point point;
    for (const Counter &counter : counters)
      point[counter.value] = 0;
    for (auto [argument, i] :
         zip_equal(loop.getBody().getArguments(), iteration))
      point[argument] = i;
    for (Operation *op : accessing)
      for (const Point &at : getCorners(getInnerCounters(*op, *loop), point))
        for (TileAccess &access : analysis.getAccesses(*op, at)) {
          const Region *home = access.place.root->getParentRegion();
          while (home && home != &loop.getBody())
            home = home->getParentOp() ? home->getParentOp()->getParentRegion()
                                       : nullptr;
          if (!home)
            found.push_back({op, std::move(access)});
        }
    return found;
  };
  auto first = collect(a), second = collect(b);
  auto text = [](ArrayRef<int64_t> point) {
    std::string text = "[";
    raw_string_ostream os(text);
    interleaveComma(point, os);
    os << ']';
    return text;
  };
  for (const Found &x : first)
    for (const Found &y : second) {
      if ((!x.access.isWrite && !y.access.isWrite) ||
          !overlap(x.access, y.access))
        continue;
      const bool xWrites = x.access.isWrite;
      const Found &writer = xWrites ? x : y;
      const Found &other = xWrites ? y : x;
      complain(*writer.op) << "writes " << toString(writer.access.box) << " of "
                           << nameOf(writer.access.place) << " in iteration "
                           << text(xWrites ? a : b) << ", while iteration "
                           << text(xWrites ? b : a)
                           << (other.access.isWrite ? " writes " : " reads ")
                           << toString(other.access.box)
                           << " of it: " << describe(*other.op);
      return false;
    }
  return true;
}

void TileVerifier::checkRaces(tile::ForAllOp loop) {
  SmallVector<Operation *, 16> accessing;
  loop.getBody().walk([&](Operation *op) {
    if (isa<tile::ComputeOp, tile::CopyStartOp>(op))
      accessing.push_back(op);
  });
  const auto counts = loop.getCounts();
  const SmallVector<int64_t, 4> zero(counts.size(), 0);
  for (unsigned d = 0; d < counts.size(); ++d) {
    const int64_t n = counts[d];
    for (auto [i, j] : {std::pair(int64_t(0), int64_t(1)),
                        {n - 2, n - 1},
                        {int64_t(0), n - 1}}) {
      if (i < 0 || j >= n || i >= j)
        continue;
      SmallVector<int64_t, 4> a = zero, b = zero;
      a[d] = i;
      b[d] = j;
      if (!checkIterations(loop, a, b, accessing))
        return;
    }
  }
}

//===----------------------------------------------------------------------===//
// The walk
//===----------------------------------------------------------------------===//

void TileVerifier::visitOperation(Operation &op) {
  for (const Value *result : op.getResults())
    if (isa<TokenType>(result->getType()))
      checkToken(result);
  checkConstant(op);
  if (auto compute = dyn_cast<tile::ComputeOp>(op))
    checkPartial(compute);
  if (auto loop = dyn_cast<tile::ForAllOp>(op))
    checkRaces(loop);
  if (auto slice = dyn_cast<tile::SliceOp>(op))
    forEachPoint(counters,
                 [&](const Point &point) { return checkSlice(slice, point); });
  if (!isa<tile::ComputeOp, tile::CopyStartOp, tile::OutputOp>(op))
    return;
  bool inBounds = true, synchronized = true;
  forEachPoint(counters, [&](const Point &point) {
    auto accesses = analysis.getAccesses(op, point);
    if (inBounds)
      inBounds = checkBounds(op, accesses, point);
    if (synchronized)
      synchronized = checkCopies(op, accesses, point);
    return inBounds || synchronized;
  });
}

void TileVerifier::visit(Region &region) {
  for (Operation &op : region.getOps()) {
    if (op.getInfo().getDialect() == "tile")
      visitOperation(op);
    const size_t outer = counters.size();
    if (auto loop = dyn_cast<tile::ForOp>(op)) {
      Region &body = loop.getBody();
      counters.push_back({body.getArgument(0), loop.getCount()});
      for (const Value *token : drop_begin(body.getArguments()))
        checkToken(token);
      checkCarried(loop);
    } else if (auto loop = dyn_cast<tile::ForAllOp>(op)) {
      for (auto [argument, count] :
           zip_equal(loop.getBody().getArguments(), loop.getCounts()))
        counters.push_back({argument, count});
    }
    for (unsigned i = 0; i < op.getNumRegions(); ++i)
      visit(op.getRegion(i));
    counters.truncate(outer);
  }
}

LogicalResult TileVerifier::run(Module &module) {
  for (const std::unique_ptr<Graph> &graph : module.getGraphs())
    visit(graph->getBody());
  return success(ok);
}

LogicalResult onnc::verifyTiles(Module &module) {
  return TileVerifier().run(module);
}
