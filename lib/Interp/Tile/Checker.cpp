//===- Checker.cpp --------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Checker.h"
#include "../Kernel.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::interp;

//===----------------------------------------------------------------------===//
// Messages
//===----------------------------------------------------------------------===//

static std::string listText(ArrayRef<int64_t> values) {
  std::string text = "[";
  raw_string_ostream os(text);
  interleaveComma(values, os);
  os << ']';
  return text;
}

std::string interp::toText(ArrayRef<Range> box, int64_t i) {
  return listText(getCoordinates(box, i));
}

std::string TileChecker::describeCopy(int64_t number) const {
  auto it = running.find(number);
  return it == running.end() ? std::string("a copy")
                             : describePlace(*it->second.op);
}

std::string TileChecker::describe(Tag tag, const TileView &view) const {
  if (tag == undefinedTag)
    return "which nothing has written";
  if (tag <= pendingTag)
    return "which the copy of " + describeCopy(pendingTag - tag) +
           " is still writing: its token hasn't been waited for";
  const Shape &frame = frames[tag >> frameShift];
  std::string text =
      "which holds " +
      interp::toText(getFullBox(frame), tag & ((Tag(1) << frameShift) - 1));
  if (frame != view.domain)
    text += " of a tensor of shape " + interp::toText(frame);
  return text;
}

Tag TileChecker::getFrame(ArrayRef<int64_t> shape) {
  auto it = find(frames, Shape(shape));
  const Tag number = it - frames.begin();
  if (it == frames.end())
    frames.push_back(Shape(shape));
  return number << frameShift;
}

//===----------------------------------------------------------------------===//
// Accesses
//===----------------------------------------------------------------------===//

Error TileChecker::checkBounds(const char *what, const TileView &view,
                               ArrayRef<Range> box) const {
  if (contains(view.getElements(), box))
    return Error::success();
  return fail(Twine(what) + " " + toString(box) + " of " + view.name +
              ", which is the box " + toString(view.getElements()));
}

Error TileChecker::logAccess(const TileView &view, ArrayRef<Range> box,
                             bool isWrite) {
  TileStorage &storage = *view.storage;
  if (current == storage.home)
    return Error::success();
  if (!storage.arena && !storage.log)
    storage.log = std::make_unique<AccessLog>(storage.getNumPlaces());
  AccessLog &log =
      storage.arena ? storage.arena->getLog(storage.home) : *storage.log;
  int64_t conflict = -1, conflictAt = 0;
  bool wrote = false;
  IterationId other = IterationTree::none;
  auto enter = [&](int64_t i, int64_t at) {
    const IterationId writer = log.getWriter(at);
    other = isWrite ? log.write(at, current, iterations)
                    : log.read(at, current, iterations);
    if (other == IterationTree::none)
      return true;
    conflict = i;
    conflictAt = at;
    wrote = other == writer;
    return false;
  };
  if (storage.arena)
    forEachGrain(view, box, enter);
  else
    forEachRow(view, box,
               [&](int64_t i, const int64_t *places, int64_t place, Tag,
                   int64_t, int64_t count) {
                 for (int64_t j = 0; j != count && conflict < 0; ++j)
                   enter(i + j, place + places[j]);
               });
  if (conflict < 0)
    return Error::success();
  // Nobody has written the bytes since the other access.
  std::string as;
  if (storage.arena)
    if (auto owner = storage.arena->getOwner(conflictAt) & ~Arena::pending;
        owner != storage.tenant)
      as = " as " + storage.arena->describe(owner);
  return fail(iterations.describe(current, other) +
              (isWrite ? " writes" : " reads") + " element " +
              interp::toText(box, conflict) + " of " + view.name + ", which " +
              iterations.describe(other, current) +
              (wrote ? " writes" : " reads") + as + " at the same time");
}

//===----------------------------------------------------------------------===//
// Bytes
//===----------------------------------------------------------------------===//

Error TileChecker::checkOwners(const TileView &view, ArrayRef<Range> box) {
  const TileStorage &storage = *view.storage;
  if (!storage.arena)
    return Error::success();
  const Arena &arena = *storage.arena;
  int64_t wrong = -1, at = 0;
  forEachGrain(view, box, [&](int64_t i, int64_t grain) {
    // A copy to the storage itself is the tags' matter.
    if ((arena.getOwner(grain) & ~Arena::pending) == storage.tenant)
      return true;
    wrong = i;
    at = grain;
    return false;
  });
  if (wrong < 0)
    return Error::success();
  return fail("reads element " + interp::toText(box, wrong) + " of " +
              view.describe() + ", which " +
              arena.describe(arena.getOwner(at)) + " has overwritten at byte " +
              Twine(at * arena.getGrain()) + " of '" + arena.getName() + "'");
}

Error TileChecker::checkPending(const TileView &view, ArrayRef<Range> box) {
  const TileStorage &storage = *view.storage;
  if (!storage.arena || running.empty())
    return Error::success();
  const Arena &arena = *storage.arena;
  int64_t wrong = -1;
  Arena::Tenant owner = Arena::nobody;
  forEachGrain(view, box, [&](int64_t i, int64_t grain) {
    owner = arena.getOwner(grain);
    if (!(owner & Arena::pending) || owner == (storage.tenant | Arena::pending))
      return true;
    wrong = i;
    return false;
  });
  if (wrong < 0)
    return Error::success();
  return fail("writes element " + interp::toText(box, wrong) + " of " +
              view.describe() + " over " + arena.describe(owner) +
              ", which a copy is still writing: its token hasn't been waited "
              "for");
}

void TileChecker::own(const TileView &view, ArrayRef<Range> box, bool pending) {
  TileStorage &storage = *view.storage;
  if (!storage.arena)
    return;
  Arena &arena = *storage.arena;
  const Arena::Tenant owner = storage.tenant | (pending ? Arena::pending : 0);
  const int64_t perByte = 8 / std::min(storage.getBits(), 8u);
  forEachGrain(view, box, [&](int64_t, int64_t grain) {
    // What shares a byte with an element that is written has been lost with
    // the byte.
    if (perByte > 1 && !storage.tags.empty() &&
        (arena.getOwner(grain) & ~Arena::pending) != storage.tenant) {
      const int64_t first = (grain - storage.offset) * perByte;
      for (int64_t at = first; at != first + perByte; ++at)
        if (at < storage.getNumPlaces())
          storage.tags[at] = undefinedTag;
    }
    arena.setOwner(grain, owner);
    return true;
  });
}

Error TileChecker::fill(const TileView &view) {
  const Box box = view.getElements();
  if (!enabled || !view.storage->arena || isEmpty(box))
    return Error::success();
  if (Error error = checkPending(view, box))
    return error;
  if (Error error = checkSources(view, box))
    return error;
  if (Error error = logAccess(view, box, /*isWrite=*/true))
    return error;
  own(view, box, /*pending=*/false);
  return Error::success();
}

Error TileChecker::read(const TileView &view, ArrayRef<Range> box) {
  if (isEmpty(box))
    return Error::success();
  if (Error error = checkBounds("reads", view, box))
    return error;
  const TileStorage &storage = *view.storage;
  if (!enabled || storage.contents == TileStorage::Contents::Constant)
    return Error::success();
  int64_t wrong = -1;
  Tag found = undefinedTag;
  if (!storage.tags.empty())
    forEachRow(view, box,
               [&](int64_t i, const int64_t *places, int64_t place, Tag tag,
                   int64_t step, int64_t count) {
                 if (wrong >= 0)
                   return;
                 const Tag *tags = storage.tags.data() + place;
                 for (int64_t j = 0; j != count; ++j, tag += step)
                   if (tags[places[j]] != tag) {
                     wrong = i + j;
                     found = tags[places[j]];
                     return;
                   }
               });
  else if (storage.contents == TileStorage::Contents::Undefined)
    wrong = 0;
  if (wrong >= 0)
    return fail("reads element " + interp::toText(box, wrong) + " of " +
                view.name + ", " + describe(found, view));
  if (Error error = checkOwners(view, box))
    return error;
  return logAccess(view, box, /*isWrite=*/false);
}

bool interp::overlap(const TileView &view, ArrayRef<Range> box,
                     const TileView &other, ArrayRef<Range> otherBox) {
  const bool same = view.storage == other.storage;
  if (!same && !view.storage->meets(*other.storage))
    return false;
  DenseSet<int64_t> taken;
  bool found = false;
  if (!same) {
    forEachGrain(view, box, [&](int64_t, int64_t grain) {
      taken.insert(grain);
      return true;
    });
    forEachGrain(other, otherBox, [&](int64_t, int64_t grain) {
      found = taken.contains(grain);
      return !found;
    });
    return found;
  }
  if (view.array->extents == other.array->extents)
    return view.base == other.base &&
           !isEmpty(intersect(view.toLocal(box), other.toLocal(otherBox)));
  auto forEachPlace = [](const TileView &v, ArrayRef<Range> b, auto fn) {
    forEachRow(v, b,
               [&](int64_t, const int64_t *places, int64_t place, Tag, int64_t,
                   int64_t count) {
                 for (int64_t j = 0; j != count; ++j)
                   fn(place + places[j]);
               });
  };
  forEachPlace(view, box, [&](int64_t place) { taken.insert(place); });
  forEachPlace(other, otherBox,
               [&](int64_t place) { found |= taken.contains(place); });
  return found;
}

Error TileChecker::checkSources(const TileView &view, ArrayRef<Range> box) {
  for (const auto &[number, copy] : running)
    if (copy.copies() && overlap(view, box, copy.source, copy.box))
      return fail("writes " + toString(box) + " of " + view.name +
                  ", which the copy of " + describeCopy(number) +
                  " is still reading: its token hasn't been waited for");
  return Error::success();
}

/// Before the first write: what the elements hold so far.
static void initializeTags(const TileView &view) {
  TileStorage &storage = *view.storage;
  if (!storage.tags.empty())
    return;
  storage.tags.assign(storage.getNumPlaces(), undefinedTag);
  if (storage.contents != TileStorage::Contents::Own)
    return;
  // Such storage isn't placed: every view of it names an element by the index
  // in the whole.
  TileView whole = view;
  whole.array = std::make_shared<DenseArray>(storage.type);
  whole.origin = Shape(whole.array->extents.size(), 0);
  whole.base = 0;
  Tag stride = 1;
  whole.tagStrides.resize(whole.origin.size());
  for (size_t d = whole.origin.size(); d-- > 0;) {
    whole.tagStrides[d] = stride;
    stride *= whole.array->extents[d];
  }
  whole.tagBase = view.tagBase >> frameShift << frameShift;
  forEachRow(whole, getFullBox(whole.array->extents),
             [&](int64_t, const int64_t *places, int64_t place, Tag tag,
                 int64_t step, int64_t count) {
               for (int64_t j = 0; j != count; ++j)
                 storage.tags[place + places[j]] = tag + j * step;
             });
}

void TileChecker::mark(const TileView &view, ArrayRef<Range> box, Mark mark,
                       int64_t copy) {
  own(view, box, mark == Mark::Pending);
  std::vector<Tag> &tags = view.storage->tags;
  const bool holds = mark == Mark::Holds;
  const Tag other = mark == Mark::Undefined ? undefinedTag : pendingTag - copy;
  forEachRow(view, box,
             [&](int64_t, const int64_t *places, int64_t place, Tag tag,
                 int64_t step, int64_t count) {
               if (!holds) {
                 tag = other;
                 step = 0;
               }
               Tag *row = tags.data() + place;
               for (int64_t j = 0; j != count; ++j, tag += step)
                 row[places[j]] = tag;
             });
}

Error TileChecker::overwrite(const TileView &view, ArrayRef<Range> box,
                             Mark mark, int64_t copy) {
  if (isEmpty(box))
    return Error::success();
  if (mark == Mark::Holds)
    if (Error error = checkBounds("writes", view, box))
      return error;
  TileStorage &storage = *view.storage;
  if (storage.contents == TileStorage::Contents::Constant)
    return fail("writes " + view.name + ", a constant");
  if (!enabled)
    return Error::success();
  initializeTags(view);
  int64_t pending = -1;
  Tag found = undefinedTag;
  forEachRow(view, box,
             [&](int64_t i, const int64_t *places, int64_t place, Tag, int64_t,
                 int64_t count) {
               for (int64_t j = 0; j != count && pending < 0; ++j)
                 if (storage.tags[place + places[j]] <= pendingTag) {
                   pending = i + j;
                   found = storage.tags[place + places[j]];
                 }
             });
  if (pending >= 0)
    return fail("writes element " + interp::toText(box, pending) + " of " +
                view.name + ", " + describe(found, view));
  if (Error error = checkPending(view, box))
    return error;
  if (Error error = checkSources(view, box))
    return error;
  if (Error error = logAccess(view, box, /*isWrite=*/true))
    return error;
  this->mark(view, box, mark, copy);
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Copies
//===----------------------------------------------------------------------===//

Box TileChecker::getWritten(const RunningCopy &copy) {
  return copy.fills ? copy.target.box : copy.box;
}

Expected<int64_t> TileChecker::start(RunningCopy copy) {
  const int64_t number = started++;
  if (copy.copies()) {
    if (Error error = read(copy.source, copy.box))
      return error;
    if (Error error = checkBounds("writes", copy.target, copy.box))
      return error;
    if (overlap(copy.target, getWritten(copy), copy.source, copy.box))
      return fail("copies " + copy.source.name + " to " + copy.target.name +
                  ", which share elements");
    if (Error error =
            overwrite(copy.target, getWritten(copy), Mark::Pending, number))
      return error;
  }
  running.emplace(number, std::move(copy));
  return number;
}

RunningCopy TileChecker::finish(int64_t number) {
  auto it = running.find(number);
  RunningCopy copy = std::move(it->second);
  running.erase(it);
  if (copy.copies() && enabled) {
    if (copy.fills)
      mark(copy.target, copy.target.box, Mark::Undefined);
    mark(copy.target, copy.box, Mark::Holds);
  }
  return copy;
}
