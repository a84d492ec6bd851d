//===- Places.cpp ---------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Tensors that share a buffer are a group, each at an offset. A piece that is
/// to be copied no more joins the groups of its two sides. Blocks are taken in
/// order, and of each the most pieces for which
///
///  - all elements have one writer,
///  - one tensor of the group holds all others,
///  - all can lie where they do: layouts, what blocks can read and write, and
///    tensors that need a buffer of their own,
///  - no more is alive at the worst of the steps that change than was before,
///    or than the program needs anyway.
///
//===----------------------------------------------------------------------===//

#include "Places.h"
#include "Pieces.h"
#include "onnc/IR/ShapeInference.h"
#include "llvm/ADT/MapVector.h"

using namespace llvm;
using namespace onnc;

namespace {

/// A box in the coordinates of a group's first element.
struct Part {
  SmallVector<int64_t, 6> offsets, sizes;

  Box getBox() const {
    Box box;
    for (auto [offset, size] : zip_equal(offsets, sizes))
      box.push_back({offset, offset + size});
    return box;
  }
};

struct Tensor {
  Value *value;
  BufferType type;
  /// Steps are the blocks in order; behind them, the graph's outputs.
  unsigned def, lastUse;
  bool isInput = false, isOutput = false;
  /// It needs a dense buffer: it enters or leaves the graph, or is reshaped.
  bool isWhole = false;
};

/// Tensors that share a buffer.
struct Group {
  struct Member {
    unsigned tensor;
    SmallVector<int64_t, 6> offsets;
  };
  /// Which holds all others, and lies at 0.
  unsigned whole;
  SmallVector<Member, 2> members;
  /// What is computed or copied here, each by another block.
  SmallVector<Part, 2> writes;
  /// Groups with the same number share bytes: they are reshapes of each other.
  unsigned storage;
};

/// A piece that is copied from one tensor to another, or in its place.
struct Edge {
  unsigned source, result;
  Part from, to;
};

/// What is alive at a step in bytes: with and without what enters the graph,
/// with and without what leaves it, since some targets keep these elsewhere.
constexpr unsigned numViews = 4;
using LiveBytes = std::array<int64_t, numViews>;

/// Bytes from one step to another, both included.
struct Lifetime {
  unsigned def = UINT_MAX, lastUse = 0;
  int64_t bytes = 0;
  bool isInput = false, isOutput = false;

  bool empty() const { return def > lastUse; }
};

class PlaceFinder {
public:
  PlaceFinder(const Graph &graph, const TileModel &model)
      : graph(graph), model(model) {}
  Places run();

private:
  /// Groups as they were, to go back to.
  using Saved = SmallVector<std::pair<unsigned, Group>, 8>;

  void collect();
  void findLeastPeak();
  void collectBlock(tile::BlockOp block, unsigned step);
  void addTensor(Value *value, unsigned def);
  void use(Value *value, unsigned step);
  SmallVector<Edge, 4> getEdges(tile::BlockOp block) const;

  void placeBlock(tile::BlockOp block);
  SmallVector<Edge, 4> getJoinable(ArrayRef<Edge> edges);
  bool joinAll(ArrayRef<Edge> edges, Saved &saved);
  bool join(const Edge &edge, Saved &saved);
  void save(unsigned group, Saved &saved) const;
  void restore(const Saved &saved);

  ArrayRef<int64_t> getOffsets(unsigned tensor) const;
  bool canBeAt(const Group::Member &member, const Tensor &whole);
  bool canBePart(const Tensor &tensor);
  bool takesParts(Operation *user);

  Lifetime getLifetime(unsigned storage, const Saved &before) const;
  bool updateLive(const Saved &before);

  const Graph &graph;
  const TileModel &model;
  std::vector<Tensor> tensors;
  DenseMap<const Value *, unsigned> indexOf;
  std::vector<Group> groups;
  /// By tensor.
  std::vector<unsigned> groupOf;
  /// Groups that share bytes.
  std::vector<SmallVector<unsigned, 1>> storages;
  std::vector<LiveBytes> live;
  /// No plan of a program that copies everything takes less.
  LiveBytes leastPeak = {};
  DenseMap<const Operation *, bool> takers;
};

} // namespace

/// Adds \p lifetime, or takes it away, in \p live, whose first step is \p
/// first.
static void addTo(MutableArrayRef<LiveBytes> live, unsigned first,
                  const Lifetime &lifetime, int64_t sign) {
  if (lifetime.empty())
    return;
  for (unsigned step = lifetime.def; step <= lifetime.lastUse; ++step)
    for (unsigned view = 0; view < numViews; ++view)
      if (!(view & 1 && lifetime.isInput) && !(view & 2 && lifetime.isOutput))
        live[step - first][view] += sign * lifetime.bytes;
}

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

void PlaceFinder::addTensor(Value *value, unsigned def) {
  auto type = dyn_cast<TensorType>(value->getType());
  if (!type || !type.getStaticShape() || !type.getByteSize())
    return;
  unsigned index = tensors.size();
  indexOf[value] = index;
  tensors.push_back({value, model.getTensorBuffer(type), def, def});
  auto sizes = *type.getStaticShape();
  SmallVector<int64_t, 6> origin(sizes.size(), 0);
  groupOf.push_back(groups.size());
  storages.push_back({unsigned(groups.size())});
  groups.push_back(
      {index, {{index, origin}}, {{origin, sizes}}, unsigned(groups.size())});
}

void PlaceFinder::use(Value *value, unsigned step) {
  auto it = indexOf.find(value);
  if (it != indexOf.end())
    tensors[it->second].lastUse = step;
}

void PlaceFinder::collectBlock(tile::BlockOp block, unsigned step) {
  for (Value *operand : block->getOperands())
    use(operand, step);
  for (Value *result : block->getResults())
    addTensor(result, step);
  if (isReshape(block, model)) {
    auto source = indexOf.find(block->getOperand(0));
    auto result = indexOf.find(block->getResult(0));
    if (result == indexOf.end())
      return;
    tensors[result->second].isWhole = true;
    if (source == indexOf.end())
      return;
    tensors[source->second].isWhole = true;
    Group &group = groups[groupOf[result->second]];
    storages[group.storage].clear();
    group.storage = groups[groupOf[source->second]].storage;
    storages[group.storage].push_back(groupOf[result->second]);
    return;
  }
  auto pieces = getPieces(block, model);
  for (const Piece &piece : pieces)
    if (auto it = indexOf.find(piece.result); it != indexOf.end())
      groups[groupOf[it->second]].writes.clear();
  for (const Piece &piece : pieces)
    if (auto it = indexOf.find(piece.result); it != indexOf.end())
      groups[groupOf[it->second]].writes.push_back({piece.to, piece.sizes});
}

void PlaceFinder::collect() {
  for (Value *input : graph.getBody().getArguments())
    if (input->hasUses()) {
      addTensor(input, 0);
      if (auto it = indexOf.find(input); it != indexOf.end())
        tensors[it->second].isWhole = tensors[it->second].isInput = true;
    }
  unsigned step = 0;
  for (Operation &op : const_cast<Graph &>(graph).getBody().getOps())
    if (isa<tile::BlockOp>(op))
      collectBlock(tile::BlockOp(&op), ++step);
  ++step;
  for (Value *output : graph.getBody().getTerminator()->getOperands()) {
    use(output, step);
    if (auto it = indexOf.find(output); it != indexOf.end())
      tensors[it->second].isWhole = tensors[it->second].isOutput = true;
  }
  live.assign(step + 1, {});
  for (unsigned storage = 0; storage < storages.size(); ++storage)
    addTo(live, 0, getLifetime(storage, {}), 1);
  findLeastPeak();
}

/// What is alive at a step without the results that may lie over operands which
/// nobody needs any more.
void PlaceFinder::findLeastPeak() {
  std::vector<LiveBytes> made(live.size()), dying(live.size());
  for (unsigned storage = 0; storage < storages.size(); ++storage) {
    Lifetime lifetime = getLifetime(storage, {});
    if (lifetime.empty())
      continue;
    Lifetime first = lifetime, last = lifetime;
    first.lastUse = first.def;
    last.def = last.lastUse;
    addTo(made, 0, first, 1);
    if (lifetime.def != lifetime.lastUse)
      addTo(dying, 0, last, 1);
  }
  for (size_t step = 0; step < live.size(); ++step)
    for (unsigned view = 0; view < numViews; ++view)
      leastPeak[view] = std::max(
          leastPeak[view],
          live[step][view] - std::min(made[step][view], dying[step][view]));
}

/// The pieces of \p block between tensors that may share a buffer.
SmallVector<Edge, 4> PlaceFinder::getEdges(tile::BlockOp block) const {
  SmallVector<Edge, 4> edges;
  if (isReshape(block, model))
    return edges;
  for (const Piece &piece : getPieces(block, model)) {
    auto source = indexOf.find(piece.source);
    auto result = indexOf.find(piece.result);
    if (source != indexOf.end() && result != indexOf.end())
      edges.push_back({source->second,
                       result->second,
                       {piece.from, piece.sizes},
                       {piece.to, piece.sizes}});
  }
  return edges;
}

//===----------------------------------------------------------------------===//
// What a tensor can be
//===----------------------------------------------------------------------===//

/// Whether \p user, a block, reads and writes whole tensors in larger buffers
/// as well: by copies, or by code that can.
bool PlaceFinder::takesParts(Operation *user) {
  auto [it, isNew] = takers.try_emplace(user, false);
  if (!isNew)
    return it->second;
  tile::BlockOp block(user);
  if (!getPieces(block, model).empty())
    return it->second = true;
  for (Operation &op : block.getBody().getOps()) {
    if (op.hasTrait(OpTrait::Terminator))
      break;
    Graph *kernel = isa<tile::CallOp>(op) ? tile::getKernel(&op) : nullptr;
    if (!kernel || model.getRefusal(*kernel))
      return false;
    KernelTiling tiling = model.getTiling(*kernel);
    auto isCopied = [&](const TileOperand &operand) {
      return !operand.space.empty() &&
             operand.space != model.getBackingMemory() &&
             operand.space != model.getConstantMemory();
    };
    if (!(all_of(tiling.inputs, isCopied) &&
          all_of(tiling.outputs, isCopied)) &&
        !model.canUseParts(*kernel))
      return false;
  }
  return it->second = true;
}

bool PlaceFinder::canBePart(const Tensor &tensor) {
  if (tensor.isWhole)
    return false;
  if (!takesParts(tensor.value->getDefiningOp()))
    return false;
  return all_of(tensor.value->getUses(),
                [&](const Use &use) { return takesParts(use.getOwner()); });
}

/// A layout is cut at whole blocks, or ends where the buffer does: what pads
/// the last block belongs to one tensor.
static bool canCut(const Layout &layout, ArrayRef<int64_t> offsets,
                   ArrayRef<int64_t> sizes, ArrayRef<int64_t> extents) {
  for (unsigned dim = 0; dim < extents.size(); ++dim) {
    int64_t block = layout.getBlockSize(dim), end = offsets[dim] + sizes[dim];
    if (offsets[dim] % block || (end % block && end != extents[dim]))
      return false;
  }
  return true;
}

bool PlaceFinder::canBeAt(const Group::Member &member, const Tensor &whole) {
  const Tensor &tensor = tensors[member.tensor];
  auto sizes = tensor.type.getShape(), extents = whole.type.getShape();
  if (sizes == extents)
    return tensor.type == whole.type;
  Layout layout = whole.type.getLayout();
  return tensor.type.getElementType() == whole.type.getElementType() &&
         tensor.type.getSpace() == whole.type.getSpace() &&
         tensor.type.getLayout().str() == layout.str() &&
         canCut(layout, member.offsets, sizes, extents) && canBePart(tensor);
}

static bool haveOneWriter(ArrayRef<Part> writes) {
  for (size_t i = 0; i < writes.size(); ++i)
    for (size_t j = 0; j < i; ++j)
      if (!isEmpty(intersect(writes[i].getBox(), writes[j].getBox())))
        return false;
  return true;
}

//===----------------------------------------------------------------------===//
// Groups
//===----------------------------------------------------------------------===//

void PlaceFinder::save(unsigned group, Saved &saved) const {
  if (none_of(saved, [&](auto &entry) { return entry.first == group; }))
    saved.push_back({group, groups[group]});
}

void PlaceFinder::restore(const Saved &saved) {
  for (const auto &[index, group] : saved) {
    groups[index] = group;
    for (const Group::Member &member : group.members)
      groupOf[member.tensor] = index;
  }
}

/// In its group.
ArrayRef<int64_t> PlaceFinder::getOffsets(unsigned tensor) const {
  return find_if(groups[groupOf[tensor]].members,
                 [&](const Group::Member &member) {
                   return member.tensor == tensor;
                 })
      ->offsets;
}

static SmallVector<int64_t, 6> add(ArrayRef<int64_t> a, ArrayRef<int64_t> b,
                                   int64_t sign = 1) {
  SmallVector<int64_t, 6> sum;
  for (auto [x, y] : zip_equal(a, b))
    sum.push_back(x + sign * y);
  return sum;
}

/// Lets the two sides of \p edge be one: of their groups one becomes part of
/// the other.
bool PlaceFinder::join(const Edge &edge, Saved &saved) {
  unsigned host = groupOf[edge.result], guest = groupOf[edge.source];
  // Where the guest's whole begins in the host's.
  auto shift =
      add(add(getOffsets(edge.result), edge.to.offsets),
          add(getOffsets(edge.source), edge.from.offsets), /*sign=*/-1);
  auto isZero = [](int64_t x) { return x == 0; };
  if (host == guest)
    return all_of(shift, isZero);
  auto holds = [&](unsigned outer, unsigned inner, ArrayRef<int64_t> offsets) {
    const Tensor &t = tensors[groups[inner].whole];
    return contains(getFullBox(tensors[groups[outer].whole].type.getShape()),
                    Part{SmallVector<int64_t, 6>(offsets),
                         SmallVector<int64_t, 6>(t.type.getShape())}
                        .getBox());
  };
  auto isWhole = [&](unsigned group) {
    return tensors[groups[group].whole].isWhole;
  };
  SmallVector<int64_t, 6> back;
  for (int64_t offset : shift)
    back.push_back(-offset);
  if (!holds(host, guest, shift) ||
      (isWhole(guest) && holds(guest, host, back))) {
    std::swap(host, guest);
    std::swap(shift, back);
    if (!holds(host, guest, shift))
      return false;
  }
  if (isWhole(guest))
    return false;
  save(host, saved);
  save(guest, saved);
  const Tensor &whole = tensors[groups[host].whole];
  for (const Group::Member &member : groups[guest].members) {
    Group::Member moved = {member.tensor, add(member.offsets, shift)};
    if (!canBeAt(moved, whole))
      return false;
    groups[host].members.push_back(moved);
    groupOf[member.tensor] = host;
  }
  for (const Part &write : groups[guest].writes)
    groups[host].writes.push_back({add(write.offsets, shift), write.sizes});
  groups[guest].members.clear();
  groups[guest].writes.clear();
  return true;
}

/// False where not all of \p edges can be in their place at the same time; what
/// was done is to be taken back then.
bool PlaceFinder::joinAll(ArrayRef<Edge> edges, Saved &saved) {
  for (const Edge &edge : edges) {
    unsigned index = groupOf[edge.result];
    save(index, saved);
    auto &writes = groups[index].writes;
    auto at = add(getOffsets(edge.result), edge.to.offsets);
    auto *copy = find_if(writes, [&](const Part &write) {
      return write.offsets == at && write.sizes == edge.to.sizes;
    });
    assert(copy != writes.end() && "a piece that nobody copies");
    writes.erase(copy);
  }
  for (const Edge &edge : edges)
    if (!join(edge, saved))
      return false;
  return all_of(saved, [&](auto &entry) {
    return haveOneWriter(groups[entry.first].writes);
  });
}

/// As many of \p edges as can be in their place at the same time. Those whose
/// sources share a buffer already go together.
SmallVector<Edge, 4> PlaceFinder::getJoinable(ArrayRef<Edge> edges) {
  SmallVector<Edge, 4> joinable;
  auto tryAll = [&](ArrayRef<Edge> more) {
    size_t before = joinable.size();
    append_range(joinable, more);
    Saved saved;
    bool joined = joinAll(joinable, saved);
    restore(saved);
    if (!joined)
      joinable.truncate(before);
    return joined;
  };
  if (tryAll(edges))
    return joinable;
  MapVector<unsigned, SmallVector<Edge, 4>> bySource;
  for (const Edge &edge : edges)
    bySource[groupOf[edge.source]].push_back(edge);
  for (const auto &[group, together] : bySource) {
    if (tryAll(together) || together.size() == 1)
      continue;
    for (const Edge &edge : together)
      tryAll(edge);
  }
  return joinable;
}

//===----------------------------------------------------------------------===//
// What is alive
//===----------------------------------------------------------------------===//

/// Of \p storage, as it was where \p before holds its groups.
Lifetime PlaceFinder::getLifetime(unsigned storage, const Saved &before) const {
  Lifetime lifetime;
  for (unsigned index : storages[storage]) {
    const Group *group = &groups[index];
    for (const auto &[saved, old] : before)
      if (saved == index)
        group = &old;
    for (const Group::Member &member : group->members) {
      const Tensor &tensor = tensors[member.tensor];
      lifetime.def = std::min(lifetime.def, tensor.def);
      lifetime.lastUse = std::max(lifetime.lastUse, tensor.lastUse);
      lifetime.bytes = std::max(lifetime.bytes, tensor.type.getByteSize());
      lifetime.isInput |= tensor.isInput;
      lifetime.isOutput |= tensor.isOutput;
    }
  }
  return lifetime;
}

/// Accounts for groups having become others than \p before. False, with nothing
/// done, where between the first and the last step at which other bytes are
/// alive the worst is worse than it was, and than the program's least peak.
bool PlaceFinder::updateLive(const Saved &before) {
  SmallVector<Lifetime, 8> old, now;
  unsigned first = live.size(), last = 0;
  auto add = [&](Lifetime lifetime, SmallVectorImpl<Lifetime> &list) {
    if (lifetime.empty())
      return;
    list.push_back(lifetime);
    first = std::min(first, lifetime.def);
    last = std::max(last, lifetime.lastUse);
  };
  SmallVector<unsigned, 8> touched;
  for (const auto &[index, group] : before)
    if (!is_contained(touched, group.storage))
      touched.push_back(group.storage);
  for (unsigned storage : touched) {
    add(getLifetime(storage, before), old);
    add(getLifetime(storage, {}), now);
  }
  std::vector<LiveBytes> steps(live.begin() + first, live.begin() + last + 1);
  for (const Lifetime &lifetime : old)
    addTo(steps, first, lifetime, -1);
  for (const Lifetime &lifetime : now)
    addTo(steps, first, lifetime, 1);
  LiveBytes worstOld = {}, worstNow = {};
  auto isOther = [&](size_t i) { return steps[i] != live[first + i]; };
  size_t begin = 0, end = steps.size();
  while (begin < end && !isOther(begin))
    ++begin;
  while (end > begin && !isOther(end - 1))
    --end;
  for (size_t i = begin; i < end; ++i)
    for (unsigned view = 0; view < numViews; ++view) {
      worstOld[view] = std::max(worstOld[view], live[first + i][view]);
      worstNow[view] = std::max(worstNow[view], steps[i][view]);
    }
  for (unsigned view = 0; view < numViews; ++view)
    if (worstNow[view] > std::max(worstOld[view], leastPeak[view]))
      return false;
  std::copy(steps.begin(), steps.end(), live.begin() + first);
  return true;
}

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

/// Where not all pieces can stay, those that keep the buffer alive for longest
/// are copied.
void PlaceFinder::placeBlock(tile::BlockOp block) {
  SmallVector<Edge, 4> edges = getJoinable(getEdges(block));
  // Steps for which the smaller tensor keeps the larger one alive.
  auto getStretch = [&](const Edge &edge) {
    const Tensor *part = &tensors[edge.source], *whole = &tensors[edge.result];
    if (whole->type.getByteSize() < part->type.getByteSize())
      std::swap(part, whole);
    return std::max(int64_t(whole->def) - part->def, int64_t(0)) +
           std::max(int64_t(part->lastUse) - whole->lastUse, int64_t(0));
  };
  while (!edges.empty()) {
    Saved saved;
    bool joined = joinAll(edges, saved);
    if (joined && updateLive(saved))
      return;
    restore(saved);
    edges.erase(max_element(edges, [&](const Edge &a, const Edge &b) {
      return getStretch(a) < getStretch(b);
    }));
  }
}

Places PlaceFinder::run() {
  collect();
  for (Operation &op : const_cast<Graph &>(graph).getBody().getOps())
    if (isa<tile::BlockOp>(op))
      placeBlock(tile::BlockOp(&op));
  Places places;
  for (const Group &group : groups) {
    if (group.members.size() < 2)
      continue;
    const Tensor &whole = tensors[group.whole];
    for (const Group::Member &member : group.members)
      places.tensors[tensors[member.tensor].value] = {
          unsigned(places.buffers.size()), member.offsets};
    places.buffers.push_back({whole.type, whole.value->getName().str()});
  }
  return places;
}

Places onnc::findPlaces(const Graph &graph, const TileModel &model) {
  return PlaceFinder(graph, model).run();
}
