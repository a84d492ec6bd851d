//===- Pieces.cpp ---------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Pieces.h"
#include "onnc/CodeGen/Kernels.h"
#include "onnc/IR/Indexing.h"
#include "onnc/IR/ShapeInference.h"

using namespace llvm;
using namespace onnc;

namespace {
/// A box of a result of an operator that is a box of an operand.
struct OperatorPiece {
  unsigned operand, result;
  SmallVector<int64_t, 6> from, to, sizes;
};
} // namespace

/// The layout of \p type that \p model wants is cut between blocks.
static bool canCut(ArrayRef<int64_t> from, ArrayRef<int64_t> to,
                   TensorType type, const TileModel &model) {
  Layout layout = model.getTensorBuffer(type).getLayout();
  return all_of(layout.getBlocks(), [&](const Layout::Block &b) {
    return from[b.dim] % b.size == 0 && to[b.dim] % b.size == 0;
  });
}

/// Adds what result \p r of \p op consists of; false where that isn't boxes of
/// its operands.
static bool addPieces(const Operation &op, const Indexing &indexing, unsigned r,
                      SmallVectorImpl<OperatorPiece> &pieces) {
  const Access &result = indexing.results[r];
  auto shape = getStaticShape(op.getResult(r));
  int64_t covered = 0;
  for (auto [o, operand] : enumerate(indexing.operands)) {
    if (!operand)
      continue;
    auto extents = getStaticShape(op.getOperand(o));
    if (operand->size() != result.size())
      return false;
    OperatorPiece piece{unsigned(o), r, {}, {}, {}};
    int64_t volume = 1;
    for (unsigned dim = 0; dim < shape.size(); ++dim) {
      auto read = (*operand)[dim].getSingleDim();
      auto write = result[dim].getSingleDim();
      if (!read || read != write)
        return false;
      int64_t delta = (*operand)[dim].constant - result[dim].constant;
      int64_t lo = std::max<int64_t>(0, -delta);
      int64_t hi = std::min(shape[dim], extents[dim] - delta);
      piece.to.push_back(lo);
      piece.from.push_back(lo + delta);
      piece.sizes.push_back(std::max<int64_t>(hi - lo, 0));
      volume *= piece.sizes.back();
    }
    covered += volume;
    if (volume)
      pieces.push_back(std::move(piece));
  }
  return covered == getVolume(getFullBox(shape));
}

/// Empty where \p op isn't made of pieces, or layouts can't be cut there.
static SmallVector<OperatorPiece, 4> getPieces(const Operation &op,
                                               const TileModel &model) {
  SmallVector<OperatorPiece, 4> pieces;
  auto indexing = getIndexing(&op);
  if (!indexing || !indexing->isDataMovement)
    return pieces;
  for (unsigned r = 0; r < op.getNumResults(); ++r)
    if (!addPieces(op, *indexing, r, pieces))
      return {};
  for (const OperatorPiece &piece : pieces)
    for (const Value *value :
         {op.getOperand(piece.operand), op.getResult(piece.result)})
      if (!canCut(piece.from, piece.to, value->getTensorType(), model))
        return {};
  return pieces;
}

bool onnc::isMadeOfPieces(const Operation &op, const TileModel &model) {
  return !::getPieces(op, model).empty();
}

/// The only operator of the only call of \p block; null where there are more.
static Operation *getOnlyOperator(tile::BlockOp block) {
  Operation *call = &*block.getBody().getOps().begin();
  Graph *kernel = isa<tile::CallOp>(call) ? tile::getKernel(call) : nullptr;
  if (!kernel || call->getNextOp() != block.getBody().getTerminator())
    return nullptr;
  auto operators = getOperators(*kernel);
  return operators.size() == 1 ? operators[0] : nullptr;
}

/// What \p value, a result of \p block's call, is outside; null where nothing
/// wants it.
static Value *findResult(tile::BlockOp block, const Value *value) {
  for (auto [returned, result] : zip_equal(
           block.getBody().getTerminator()->getOperands(), block->getResults()))
    if (returned == value)
      return result;
  return nullptr;
}

SmallVector<Piece, 4> onnc::getPieces(tile::BlockOp block,
                                      const TileModel &model) {
  SmallVector<Piece, 4> pieces;
  Operation *op = getOnlyOperator(block);
  if (!op)
    return pieces;
  Operation *call = &*block.getBody().getOps().begin();
  const Graph &kernel = *tile::getKernel(call);
  for (OperatorPiece &piece : ::getPieces(*op, model)) {
    const Value *input = op->getOperand(piece.operand);
    unsigned output = 0;
    while (output < kernel.getNumOutputs() &&
           kernel.getOutput(output) != op->getResult(piece.result))
      ++output;
    if (!input->isArgument() || output == kernel.getNumOutputs())
      return {};
    Value *source = call->getOperand(input->getIndex());
    if (source->isArgument())
      source = block->getOperand(source->getIndex());
    if (Value *result = findResult(block, call->getResult(output)))
      pieces.push_back({input->getIndex(), source, result,
                        std::move(piece.from), std::move(piece.to),
                        std::move(piece.sizes)});
  }
  return pieces;
}

bool onnc::isReshape(tile::BlockOp block, const TileModel &model) {
  static constexpr StringRef reshapes[] = {"onnx.Reshape", "onnx.Flatten",
                                           "onnx.Squeeze", "onnx.Unsqueeze",
                                           "onnx.Identity"};
  Operation *op = getOnlyOperator(block);
  Operation *call = &*block.getBody().getOps().begin();
  if (!op || !is_contained(reshapes, op->getName()) || !getIndexing(op) ||
      call->getNumOperands() != 1 || block->getNumResults() != 1)
    return false;
  BufferType from =
      model.getTensorBuffer(block->getOperand(0)->getTensorType());
  BufferType to = model.getTensorBuffer(block->getResult(0)->getTensorType());
  return from.getElementType() == to.getElementType() &&
         tile::isInIndexOrder(from) && tile::isInIndexOrder(to);
}
