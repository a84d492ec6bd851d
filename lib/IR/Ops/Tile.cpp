//===- Tile.cpp -----------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// The table of the tile level's operators, what verifies each of them, and the
/// views that buffers stand for.
///
//===----------------------------------------------------------------------===//

#include "onnc/IR/Ops/Tile.h"
#include "onnc/IR/CoreOps.h"
#include "onnc/IR/Indexing.h"
#include "onnc/IR/Ops/Builtin.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::tile;

#define GET_OP_BUILDERS
#define GET_OP_TABLE
#include "onnc/IR/Ops/Tile.cpp.inc"

void onnc::registerTileOps(Context &context) { context.registerOps(opTable); }

//===----------------------------------------------------------------------===//
// Views
//===----------------------------------------------------------------------===//

/// Makes \p view's indices hold \p values too; returns what the operation's
/// counters d0, d1, … are in terms of the view's.
static SmallVector<AffineExpr, 4> addIndices(BufferView &view,
                                             ArrayRef<Value *> values) {
  SmallVector<AffineExpr, 4> dims;
  for (Value *value : values) {
    auto *it = find(view.indices, value);
    dims.push_back(AffineExpr::dim(it - view.indices.begin()));
    if (it == view.indices.end())
      view.indices.push_back(value);
  }
  return dims;
}

BufferView tile::getView(Value *buffer) {
  Operation *op = buffer->getDefiningOp();
  if (auto place = dyn_cast_if_present<PlaceOp>(op)) {
    BufferView view = getView(place.getStorage());
    auto dims = addIndices(view, place.getIndices());
    view.box = substitute(place.getBox(), dims);
    view.domain = place.getDomain();
    view.slot = place.getSlot().substitute(dims);
    for (auto [origin, range] : zip_equal(view.origin, view.box))
      origin = range.start;
    return view;
  }
  if (auto slice = dyn_cast_if_present<SliceOp>(op)) {
    BufferView view = getView(slice.getSource());
    view.box = substitute(slice.getBox(), addIndices(view, slice.getIndices()));
    return view;
  }
  if (auto part = dyn_cast_if_present<PartOp>(op)) {
    BufferView view = getView(part.getSource());
    for (auto [origin, offset] : zip_equal(view.origin, part.getOffsets()))
      origin = origin - AffineExpr(offset);
    view.domain = getBufferType(buffer).getShape();
    view.box = toAffine(getFullBox(view.domain));
    return view;
  }
  BufferView view;
  bool reshaped = isa_and_present<ReshapeOp>(op);
  view.storage = reshaped ? getView(op->getOperand(0)).storage : buffer;
  view.type = getBufferType(buffer);
  view.domain = view.type.getShape();
  view.box = toAffine(getFullBox(view.domain));
  view.origin.resize(view.domain.size());
  return view;
}

Graph *tile::getKernel(const Operation *op) {
  auto name = op->getAttrOfType<SymbolAttr>("kernel");
  Module *module = op->getParentModule();
  return name && module ? module->lookup(name.getValue()) : nullptr;
}

Operation *tile::getRoot(const Graph &kernel) {
  Operation *root = nullptr;
  for (Operation &op : const_cast<Graph &>(kernel).getBody().getOps()) {
    if (op.hasTrait(OpTrait::Terminator | OpTrait::ConstantLike))
      continue;
    auto indexing = getIndexing(&op);
    bool reduces = indexing && any_of(indexing->dims, [](auto &dim) {
                     return dim.isReduction;
                   });
    if (!root || reduces)
      root = &op;
    if (reduces)
      break;
  }
  return root;
}

SmallVector<Value *, 4> tile::getBuffers(ComputeOp compute) {
  auto values = compute.getValues();
  while (!values.empty() && isa<IndexType>(values.back()->getType()))
    values.pop_back();
  return values;
}

SmallVector<Value *, 4> tile::getInputs(ComputeOp compute) {
  auto buffers = getBuffers(compute);
  buffers.truncate(getKernel(compute)->getNumInputs());
  return buffers;
}

SmallVector<Value *, 1> tile::getOutputs(ComputeOp compute) {
  auto buffers = getBuffers(compute);
  return SmallVector<Value *, 1>(
      drop_end(drop_begin(buffers, getKernel(compute)->getNumInputs()),
               compute.getScratch()));
}

SmallVector<Value *, 1> tile::getScratch(ComputeOp compute) {
  auto buffers = getBuffers(compute);
  return SmallVector<Value *, 1>(
      drop_begin(buffers, buffers.size() - compute.getScratch()));
}

SmallVector<Value *, 2> tile::getIndices(ComputeOp compute) {
  return SmallVector<Value *, 2>(
      drop_begin(compute.getValues(), getBuffers(compute).size()));
}

bool tile::isInIndexOrder(BufferType type) {
  SmallVector<unsigned, 6> order;
  auto shape = type.getShape();
  Layout layout = type.getLayout();
  for (unsigned dim : layout.getOrder())
    if (shape[dim] != 1)
      order.push_back(dim);
  return layout.getBlocks().empty() && is_sorted(order);
}

//===----------------------------------------------------------------------===//
// Building loops
//===----------------------------------------------------------------------===//

/// Fills the body of \p loop and leaves \p builder behind it.
static void buildBody(Builder &builder, Operation *loop,
                      function_ref<void()> build) {
  Region &body = loop->getRegion();
  builder.setInsertionPointToEnd(body);
  build();
  if (!body.getTerminator()) {
    builder.setInsertionPointToEnd(body);
    builder.createReturn({});
  }
  builder.setInsertionPointAfter(loop);
}

Operation *tile::buildFor(Builder &builder, int64_t count,
                          function_ref<void(Builder &, Value *)> build) {
  Operation *loop =
      builder.create(ForOp::getOperationName(), {}, {},
                     {{"count", IntAttr::get(count)}}, /*numRegions=*/1);
  Value *counter =
      loop->getRegion().addArgument(IndexType::get(builder.getContext()));
  buildBody(builder, loop, [&] { build(builder, counter); });
  return loop;
}

Operation *
tile::buildForAll(Builder &builder, ArrayRef<int64_t> counts, StringRef over,
                  function_ref<void(Builder &, ArrayRef<Value *>)> build) {
  Operation *loop = builder.create(
      ForAllOp::getOperationName(), {}, {},
      {{"counts", IntsAttr::get(counts)}, {"over", StringAttr::get(over)}},
      /*numRegions=*/1);
  SmallVector<Value *, 4> counters;
  for (size_t i = 0; i < counts.size(); ++i)
    counters.push_back(
        loop->getRegion().addArgument(IndexType::get(builder.getContext())));
  buildBody(builder, loop, [&] { build(builder, counters); });
  return loop;
}

//===----------------------------------------------------------------------===//
// Verification
//===----------------------------------------------------------------------===//

static LogicalResult needBuffer(Operation *op, const Value *value,
                                const char *what) {
  if (value && isa<BufferType>(value->getType()))
    return success();
  op->emitError() << "needs a buffer as " << what;
  return failure();
}

static LogicalResult needIndices(Operation *op, ArrayRef<Value *> values) {
  for (Value *value : values)
    if (!value || !isa<IndexType>(value->getType())) {
      op->emitError() << "needs values of type index behind the buffer";
      return failure();
    }
  return success();
}

static LogicalResult needTokens(Operation *op, ArrayRef<Value *> values) {
  for (Value *value : values)
    if (!value || !isa<TokenType>(value->getType())) {
      op->emitError() << "needs tokens as operands";
      return failure();
    }
  return success();
}

static LogicalResult needTokenResult(Operation *op) {
  if (isa<TokenType>(op->getResult()->getType()))
    return success();
  op->emitError() << "needs a token as result";
  return failure();
}

/// Coordinates are this far from 0 at most: sums of a few don't overflow.
static constexpr int64_t maxCoordinate = int64_t(1) << 60;

/// How often the loop runs whose counter \p index is; at least 2, so that
/// coefficients are bounded, too.
static int64_t getTripCount(Value *index) {
  Region *body = index->getArgumentOf();
  Operation *loop = body ? body->getParentOp() : nullptr;
  int64_t count = 0;
  if (isa_and_present<ForOp>(loop))
    count = loop->getInt("count", 0);
  else if (auto counts = isa_and_present<ForAllOp>(loop)
                             ? loop->getAttrOfType<IntsAttr>("counts")
                             : IntsAttr();
           counts && index->getIndex() < counts.getValue().size())
    count = counts.getValue()[index->getIndex()];
  return std::max<int64_t>(count, 2);
}

/// Whether all values of \p expr, a function of the counters \p indices, are
/// coordinates.
static bool isInReach(const AffineExpr &expr, ArrayRef<Value *> indices) {
  int64_t lo = expr.getConstant(), hi = lo;
  for (unsigned dim = 0; dim < expr.getNumDims(); ++dim) {
    int64_t distance, last = getTripCount(indices[dim]) - 1;
    if (MulOverflow(expr.getCoefficient(dim), last, distance))
      return false;
    int64_t &end = distance < 0 ? lo : hi;
    if (AddOverflow(end, distance, end))
      return false;
  }
  return lo >= -maxCoordinate && hi <= maxCoordinate;
}

static LogicalResult verifyReach(Operation *op, ArrayRef<AffineRange> box,
                                 ArrayRef<Value *> indices) {
  for (auto [dim, range] : enumerate(box))
    if (range.size > maxCoordinate || !isInReach(range.start, indices) ||
        !isInReach(range.start + range.size, indices)) {
      op->emitError() << "has a box whose dimension " << dim
                      << " reaches beyond coordinates of 2^60";
      return failure();
    }
  return success();
}

static LogicalResult verifyBox(Operation *op, ArrayRef<AffineRange> box,
                               BufferType type, ArrayRef<Value *> indices) {
  size_t numIndices = indices.size();
  if (box.size() != type.getRank()) {
    op->emitError() << "has a box of rank " << box.size()
                    << " for a buffer of rank " << type.getRank();
    return failure();
  }
  if (getNumDims(box) > numIndices) {
    op->emitError() << "has a box that depends on d" << getNumDims(box) - 1
                    << ", but only " << numIndices << " index operands";
    return failure();
  }
  if (getSizes(box) != type.getShape()) {
    op->emitError() << "has a box of other sizes than the shape of its result";
    return failure();
  }
  return verifyReach(op, box, indices);
}

/// Element type, space and layout of a view are those of its source.
static LogicalResult verifySameStorage(Operation *op, BufferType a,
                                       BufferType b) {
  if (a.getElementType() == b.getElementType() &&
      a.getSpace() == b.getSpace() && a.getRank() == b.getRank() &&
      a.getLayout().str() == b.getLayout().str())
    return success();
  op->emitError() << "has a result of type " << Type(b) << ", but views " << a
                  << ": only the shape may differ";
  return failure();
}

/// The kernel's inputs and outputs, looked at by a call or computation.
static LogicalResult findKernel(Operation *op, Graph *&kernel) {
  kernel = getKernel(op);
  if (!kernel)
    op->emitError() << "names the kernel '@"
                    << op->getAttrOfType<SymbolAttr>("kernel").getValue()
                    << "', which isn't a graph of the module";
  return success(kernel);
}

/// The storage, or a reshape of it: a whole dense array.
static bool isUnplaced(Value *buffer) {
  Operation *op = buffer->getDefiningOp();
  return !isa_and_present<PlaceOp, SliceOp, PartOp>(op);
}

LogicalResult tile::verifyCallOp(Operation *op) {
  Graph *kernel;
  if (failed(findKernel(op, kernel)))
    return failure();
  Operation *end = kernel->getBody().getTerminator();
  auto inputs = kernel->getBody().getArguments();
  bool same = end && op->getNumOperands() == kernel->getNumInputs() &&
              op->getNumResults() == end->getNumOperands();
  if (same) {
    for (auto [operand, input] : zip_equal(op->getOperands(), inputs))
      same &= operand && operand->getType() == input->getType();
    for (auto [result, output] :
         zip_equal(op->getResults(), end->getOperands()))
      same &= output && result->getType() == output->getType();
  }
  if (!same)
    op->emitError() << "has other operands or results than the kernel '@"
                    << kernel->getName() << "'";
  return success(same);
}

LogicalResult tile::verifyBlockOp(Operation *op) {
  Region &body = op->getRegion();
  if (body.getNumArguments() != op->getNumOperands()) {
    op->emitError() << "has " << op->getNumOperands() << " operands, but "
                    << body.getNumArguments() << " arguments of its body";
    return failure();
  }
  for (auto [operand, argument] :
       zip_equal(op->getOperands(), body.getArguments()))
    if (!operand || operand->getType() != argument->getType()) {
      op->emitError() << "has operands of other types than the arguments of "
                         "its body";
      return failure();
    } else if (isa<BufferType>(operand->getType()) && !isUnplaced(operand)) {
      op->emitError() << "takes whole buffers as operands; views of them "
                         "belong into its body";
      return failure();
    }
  Operation *end = body.getTerminator();
  if (!end)
    return success(); // Reported with the region.
  bool same = end->getNumOperands() == op->getNumResults();
  if (same)
    for (auto [value, result] : zip_equal(end->getOperands(), op->getResults()))
      same &= value && value->getType() == result->getType();
  if (!same)
    op->emitError() << "has other results than its body returns";
  return success(same);
}

LogicalResult tile::verifyAllocOp(Operation *op) {
  if (failed(needBuffer(op, op->getResult(), "result")))
    return failure();
  if (AllocOp(op).getMultiplicity() >= 1)
    return success();
  op->emitError() << "has a multiplicity below 1";
  return failure();
}

LogicalResult tile::verifyConstantOp(Operation *op) {
  if (failed(needBuffer(op, op->getResult(), "result")))
    return failure();
  auto shape = ConstantOp(op).getValue().getType().getStaticShape();
  if (*shape == getBufferType(op->getResult()).getShape())
    return success();
  op->emitError() << "has a value of another shape than its buffer";
  return failure();
}

/// A tensor and the buffer that holds it have one static shape.
static LogicalResult verifyTransfer(Operation *op, Value *tensor,
                                    Value *buffer) {
  if (failed(needBuffer(op, buffer, "its other side")))
    return failure();
  auto type = dyn_cast<TensorType>(tensor->getType());
  auto shape = type ? type.getStaticShape() : std::nullopt;
  if (shape && *shape == getBufferType(buffer).getShape())
    return success();
  op->emitError() << "needs a tensor and a buffer of the same static shape";
  return failure();
}

LogicalResult tile::verifyInputOp(Operation *op) {
  return verifyTransfer(op, op->getOperand(0), op->getResult());
}

LogicalResult tile::verifyOutputOp(Operation *op) {
  return verifyTransfer(op, op->getResult(), op->getOperand(0));
}

LogicalResult tile::verifyPlaceOp(Operation *op) {
  PlaceOp place(op);
  if (failed(needBuffer(op, place.getStorage(), "operand 0")) ||
      failed(needBuffer(op, op->getResult(), "result")) ||
      failed(needIndices(op, place.getIndices())))
    return failure();
  BufferType type = getBufferType(place.getStorage());
  if (type != getBufferType(op->getResult())) {
    op->emitError() << "needs a result of its storage's type";
    return failure();
  }
  if (!isa_and_present<AllocOp>(place.getStorage()->getDefiningOp())) {
    op->emitError() << "can place nothing but what a tile.Alloc gives";
    return failure();
  }
  auto domain = place.getDomain();
  if (domain.size() != type.getRank() ||
      any_of(domain, [](int64_t d) { return d < 0; })) {
    op->emitError() << "needs a domain of as many dimensions as its buffer, "
                       "none of them negative";
    return failure();
  }
  if (any_of(domain, [](int64_t d) { return d > maxCoordinate; })) {
    op->emitError() << "has a domain that reaches beyond coordinates of 2^60";
    return failure();
  }
  SmallVector<Value *, 4> indices = place.getIndices();
  if (place.getSlot().getNumDims() > indices.size()) {
    op->emitError() << "has a slot that depends on more index operands than "
                       "there are";
    return failure();
  }
  if (!isInReach(place.getSlot(), indices)) {
    op->emitError() << "has a slot beyond 2^60";
    return failure();
  }
  return verifyBox(op, place.getBox(), type, indices);
}

LogicalResult tile::verifySliceOp(Operation *op) {
  SliceOp slice(op);
  if (failed(needBuffer(op, slice.getSource(), "operand 0")) ||
      failed(needBuffer(op, op->getResult(), "result")) ||
      failed(needIndices(op, slice.getIndices())))
    return failure();
  BufferType type = getBufferType(op->getResult());
  if (failed(verifySameStorage(op, getBufferType(slice.getSource()), type)))
    return failure();
  return verifyBox(op, slice.getBox(), type, slice.getIndices());
}

LogicalResult tile::verifyPartOp(Operation *op) {
  PartOp part(op);
  if (failed(needBuffer(op, part.getSource(), "operand 0")) ||
      failed(needBuffer(op, op->getResult(), "result")))
    return failure();
  BufferType source = getBufferType(part.getSource());
  BufferType type = getBufferType(op->getResult());
  if (failed(verifySameStorage(op, source, type)))
    return failure();
  if (isa_and_present<PlaceOp, SliceOp>(part.getSource()->getDefiningOp())) {
    op->emitError() << "can't be a part of a placed buffer or a slice";
    return failure();
  }
  auto offsets = part.getOffsets();
  bool inside = offsets.size() == source.getRank();
  for (unsigned i = 0; inside && i < offsets.size(); ++i)
    inside = offsets[i] >= 0 &&
             offsets[i] <= source.getShape()[i] - type.getShape()[i];
  if (!inside) {
    op->emitError() << "isn't inside of its source";
    return failure();
  }
  for (auto [offset, extent] : zip_equal(offsets, type.getShape()))
    if (offset + extent > maxCoordinate) {
      op->emitError() << "reaches beyond coordinates of 2^60";
      return failure();
    }
  return success();
}

LogicalResult tile::verifyReshapeOp(Operation *op) {
  if (failed(needBuffer(op, op->getOperand(0), "operand 0")) ||
      failed(needBuffer(op, op->getResult(), "result")))
    return failure();
  BufferType source = getBufferType(op->getOperand(0));
  BufferType type = getBufferType(op->getResult());
  if (!isUnplaced(op->getOperand(0))) {
    op->emitError() << "needs a whole buffer, not a view";
    return failure();
  }
  if (source.getSpace() != type.getSpace() ||
      source.getElementType() != type.getElementType() ||
      getVolume(getFullBox(source.getShape())) !=
          getVolume(getFullBox(type.getShape()))) {
    op->emitError() << "changes the element type, the space or the number of "
                       "elements";
    return failure();
  }
  if (isInIndexOrder(source) && isInIndexOrder(type))
    return success();
  op->emitError() << "needs elements in the order of their index on both sides";
  return failure();
}

LogicalResult tile::verifyForOp(Operation *op) {
  ForOp loop(op);
  if (failed(needTokens(op, loop.getTokens())))
    return failure();
  Region &body = op->getRegion();
  Operation *end = body.getTerminator();
  size_t tokens = op->getNumOperands();
  auto areTokens = [](auto values) {
    return all_of(values,
                  [](Value *v) { return v && isa<TokenType>(v->getType()); });
  };
  if (loop.getCount() < 0) {
    op->emitError() << "has a negative count";
    return failure();
  }
  if (body.getNumArguments() != tokens + 1 ||
      !isa<IndexType>(body.getArgument(0)->getType()) ||
      !areTokens(drop_begin(body.getArguments()))) {
    op->emitError() << "needs a body with an index and " << tokens
                    << " tokens as arguments";
    return failure();
  }
  if (op->getNumResults() != tokens || !areTokens(op->getResults()) ||
      (end &&
       (end->getNumOperands() != tokens || !areTokens(end->getOperands())))) {
    op->emitError() << "needs a body that returns " << tokens
                    << " tokens, and as many results";
    return failure();
  }
  return success();
}

LogicalResult tile::verifyForAllOp(Operation *op) {
  auto counts = ForAllOp(op).getCounts();
  Region &body = op->getRegion();
  if (counts.empty() || any_of(counts, [](int64_t c) { return c < 1; })) {
    op->emitError() << "needs counts of at least 1";
    return failure();
  }
  if (body.getNumArguments() != counts.size() ||
      !all_of(body.getArguments(),
              [](Value *v) { return isa<IndexType>(v->getType()); })) {
    op->emitError() << "needs a body with " << counts.size()
                    << " arguments of type index";
    return failure();
  }
  Operation *end = body.getTerminator();
  if (!end || !end->getNumOperands())
    return success();
  op->emitError() << "has a body that returns values";
  return failure();
}

LogicalResult tile::verifyCopyStartOp(Operation *op) {
  CopyStartOp copy(op);
  if (failed(needBuffer(op, copy.getSource(), "source")) ||
      failed(needBuffer(op, copy.getTarget(), "target")))
    return failure();
  if (failed(needTokenResult(op)))
    return failure();
  if (getView(copy.getSource()).domain != getView(copy.getTarget()).domain) {
    op->emitError() << "copies between boxes of tensors of different shapes";
    return failure();
  }
  return success();
}

LogicalResult tile::verifyCopyWaitOp(Operation *op) {
  return needTokens(op, CopyWaitOp(op).getTokens());
}

LogicalResult tile::verifyDoneOp(Operation *op) { return needTokenResult(op); }

LogicalResult tile::verifyComputeOp(Operation *op) {
  Graph *kernel;
  if (failed(findKernel(op, kernel)))
    return failure();
  Operation *end = kernel->getBody().getTerminator();
  if (!end)
    return success(); // Reported with the graph.
  for (Value *value : op->getOperands())
    if (!value) {
      op->emitError() << "lacks an operand";
      return failure();
    }
  SmallVector<Value *, 4> values = getBuffers(ComputeOp(op));
  size_t inputs = kernel->getNumInputs();
  int64_t scratch = ComputeOp(op).getScratch();
  if (scratch < 0 ||
      values.size() != inputs + end->getNumOperands() + scratch) {
    op->emitError() << "has " << values.size() << " buffers, but the kernel '@"
                    << kernel->getName() << "' " << inputs << " inputs, "
                    << end->getNumOperands() << " outputs and " << scratch
                    << " scratch buffers";
    return failure();
  }
  for (auto [i, value] : enumerate(values)) {
    if (failed(needBuffer(op, value, "operand")))
      return failure();
    if (i >= inputs + end->getNumOperands()) {
      if (isUnplaced(value))
        continue;
      op->emitError() << "needs unplaced storage as scratch";
      return failure();
    }
    Value *formal = i < inputs ? kernel->getBody().getArgument(i)
                               : end->getOperand(i - inputs);
    auto type = dyn_cast<TensorType>(formal->getType());
    auto shape = type ? type.getStaticShape() : std::nullopt;
    if (!shape || getView(value).domain != *shape) {
      op->emitError() << "operand " << i << " is of a tensor of another shape "
                      << "than the kernel '@" << kernel->getName()
                      << "' declares";
      return failure();
    }
  }
  auto over = op->getAttrOfType<BoxAttr>("over");
  if (!over)
    return success();
  SmallVector<Operation *, 2> operators;
  for (Operation &inner : kernel->getBody().getOps())
    if (!inner.hasTrait(OpTrait::Terminator | OpTrait::ConstantLike))
      operators.push_back(&inner);
  auto indexing =
      operators.size() == 1 ? getIndexing(operators[0]) : std::nullopt;
  if (!indexing || indexing->combiner == Combiner::None) {
    op->emitError() << "can't compute a part of the reductions of the kernel '@"
                    << kernel->getName()
                    << "': that takes a single operator whose partial results "
                       "combine";
    return failure();
  }
  size_t reductions =
      count_if(indexing->dims, [](auto &dim) { return dim.isReduction; });
  if (getNumDims(over.getValue()) > getIndices(ComputeOp(op)).size()) {
    op->emitError() << "has a box 'over' that depends on more counters than it "
                       "has operands";
    return failure();
  }
  if (over.getValue().size() == reductions)
    return verifyReach(op, over.getValue(), getIndices(ComputeOp(op)));
  op->emitError() << "restricts " << over.getValue().size() << " reductions of "
                  << reductions;
  return failure();
}
