//===- Program.cpp --------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// A program finds everything through its frame, an array of words:
///
///   0 inputs   pointers to host tensors      4 local    memory of thread 0
///   1 outputs  the same                      5 stride   to the next thread's
///   2 weights                                6 context  for parallel loops
///   3 arena                                  7… counters of the loops around
///
/// A parallel loop's body is a function of the frame, the iteration and the
/// number of the thread.
///
//===----------------------------------------------------------------------===//

#include "Program.h"
#include "Leaf.h"
#include "onnc/IR/Allocation.h"
#include "onnc/IR/Ops/Builtin.h"
#include "onnc/IR/Ops/Tile.h"
#include "onnc/IR/ShapeInference.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringExtras.h"

using namespace onnc;
using namespace onnc::x86;
using llvm::ArrayRef;
using llvm::createStringError;
using llvm::dyn_cast;
using llvm::Error;
using llvm::Expected;
using llvm::isa;
using llvm::StringRef;

IRModule::IRModule(StringRef name)
    : context(std::make_unique<llvm::LLVMContext>()),
      module(std::make_unique<llvm::Module>(name, *context)) {}
IRModule::IRModule(IRModule &&) = default;
IRModule::~IRModule() = default;

std::string x86::getWeightsSymbol(const IRProgram &program) {
  return program.prefix + "_weights";
}

namespace {

enum FrameWord : unsigned {
  Inputs,
  Outputs,
  WeightsBase,
  Arena,
  Local,
  LocalStride,
  RunContext,
  Counters
};

/// What a buffer is to the function that is being emitted.
struct BufferAccess {
  BufferType type;
  llvm::SmallVector<int64_t, 6> domain;
  IRValue *pointer;
  llvm::SmallVector<IRRange, 6> box;
  /// Another operand of the leaf has bytes in common with it.
  bool isShared = false;
};

class ProgramEmitter {
public:
  ProgramEmitter(const Module &source, const Processor &processor,
                 unsigned leafModules)
      : source(source), processor(processor), leafModules(leafModules) {}
  Expected<IRProgram> run();

private:
  // The function that operations are being emitted into.
  struct Scope {
    llvm::Function *function;
    IRValue *frame;
    IRValue *thread;
    llvm::MapVector<const Value *, IRValue *> counters;
  };

  Error emitRegion(const Region &region, Scope &scope);
  Error emitOperation(Operation &op, Scope &scope);
  Error emitInput(tile::InputOp op, Scope &scope);
  Error emitOutputs(Operation &terminator, Scope &scope);
  Error emitFor(tile::ForOp op, Scope &scope);
  Error emitForAll(tile::ForAllOp op, Scope &scope);
  Error emitCopyStart(tile::CopyStartOp op, Scope &scope);
  Error emitCompute(tile::ComputeOp op, Scope &scope);
  void emitEntries();

  Scope beginFunction(llvm::Function *function);
  IRValue *loadWord(Scope &scope, unsigned word, IRType *type);
  IRValue *getCounter(const Value *counter, Scope &scope) {
    return scope.counters.find(counter)->second;
  }
  IRValue *emitAffine(const AffineExpr &expr, ArrayRef<Value *> indices,
                      Scope &scope);
  Expected<IRValue *> getStorage(Value *storage, Scope &scope);
  Expected<int64_t> getArenaOffset(Value *storage);
  Expected<BufferAccess> getAccess(Value *buffer, Scope &scope);
  BufferAccess getHostAccess(TensorType type, IRValue *pointer);

  using LeafBody = llvm::function_ref<void(LeafBuilder &, ArrayRef<Operand>,
                                           ArrayRef<IRRange>)>;
  void callLeaf(StringRef name, std::string key,
                ArrayRef<BufferAccess> operands, ArrayRef<IRRange> box,
                LeafBody body);
  llvm::Function *declareLeaf(const std::string &symbol,
                              llvm::FunctionType *type);
  void emitLeafFunction(const std::string &symbol,
                        ArrayRef<BufferAccess> operands, ArrayRef<IRRange> box,
                        LeafBody body);
  llvm::FunctionType *getLeafType(llvm::LLVMContext &context, size_t operands,
                                  ArrayRef<IRRange> box);
  void setAttributes(llvm::Function &function);
  std::string makeUnique(std::string name);

  const Module &source;
  const Processor &processor;
  const unsigned leafModules;
  IRProgram program;
  std::unique_ptr<LeafBuilder> builder;
  llvm::Module *main = nullptr;
  std::vector<IRModule> leaves;
  size_t nextLeafModule = 0;
  llvm::StringMap<std::string> leafSymbols;
  llvm::StringMap<unsigned> names;
  llvm::DenseMap<const Value *, Value *> arguments;
  llvm::DenseMap<const Value *, int64_t> inputOffsets;
  int64_t persistent = 0;
  unsigned loops = 0;
};

} // namespace

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

static std::string getIdentifier(StringRef name) {
  std::string id;
  for (char c : name)
    id += llvm::isAlnum(c) ? c : '_';
  if (id.empty() || llvm::isDigit(id[0]))
    id = "model_" + id;
  return id;
}

std::string ProgramEmitter::makeUnique(std::string name) {
  unsigned count = names[name]++;
  return count ? name + "_" + std::to_string(count) : name;
}

void ProgramEmitter::setAttributes(llvm::Function &function) {
  function.addFnAttr("target-cpu", processor.cpu);
  if (!processor.features.empty())
    function.addFnAttr("target-features", processor.features);
  std::string width = std::to_string(processor.lanes * 32);
  function.addFnAttr("prefer-vector-width", width);
  function.addFnAttr("min-legal-vector-width", width);
  function.addFnAttr(llvm::Attribute::NoUnwind);
}

/// Sets the builder to the start of \p function, whose first argument is the
/// frame.
ProgramEmitter::Scope ProgramEmitter::beginFunction(llvm::Function *function) {
  builder->SetInsertPoint(
      llvm::BasicBlock::Create(builder->getContext(), "entry", function));
  return {function, function->getArg(0), nullptr, {}};
}

IRValue *ProgramEmitter::loadWord(Scope &scope, unsigned word, IRType *type) {
  IRValue *address =
      builder->CreateConstGEP1_64(builder->getInt64Ty(), scope.frame, word);
  return builder->CreateLoad(type, address);
}

//===----------------------------------------------------------------------===//
// Buffers
//===----------------------------------------------------------------------===//

IRValue *ProgramEmitter::emitAffine(const AffineExpr &expr,
                                    ArrayRef<Value *> indices, Scope &scope) {
  IRValue *sum = builder->i64(expr.getConstant());
  for (unsigned i = 0; i < expr.getNumDims(); ++i)
    if (int64_t c = expr.getCoefficient(i))
      sum = builder->add(sum, builder->mul(getCounter(indices[i], scope), c));
  return sum;
}

static Error failAt(Operation &op, const llvm::Twine &message) {
  return createStringError(op.getName() + ": " + message);
}

Expected<int64_t> ProgramEmitter::getArenaOffset(Value *storage) {
  if (auto offset = getStorageOffset(*storage))
    return *offset;
  Operation *op = storage->getDefiningOp();
  if (auto offset = op ? op->getAttrOfType<IntAttr>("onnc.offset") : IntAttr())
    return offset.getValue();
  return createStringError("a buffer has no offset: the module must go through "
                           "the pass 'allocate' first");
}

Expected<IRValue *> ProgramEmitter::getStorage(Value *storage, Scope &scope) {
  // What a block's argument stands for, and what a reshape is the bytes of.
  for (;;) {
    Operation *op = storage->getDefiningOp();
    if (storage->isArgument() && arguments.count(storage))
      storage = arguments[storage];
    else if (isa_and_present<tile::ReshapeOp>(op))
      storage = op->getOperand(0);
    else
      break;
  }
  LeafBuilder &b = *builder;
  auto at = [&](unsigned word, int64_t offset) {
    return b.getElementAddress(
        b.getInt8Ty(), loadWord(scope, word, b.getPtrTy()), b.i64(offset));
  };
  Operation *op = storage->getDefiningOp();
  if (auto constant = dyn_cast<tile::ConstantOp>(op))
    return at(WeightsBase, program.weights.add(constant.getValue(),
                                               tile::getBufferType(storage)));
  if (auto it = inputOffsets.find(storage); it != inputOffsets.end())
    return at(Arena, it->second);
  auto offset = getArenaOffset(storage);
  if (!offset)
    return offset.takeError();
  BufferType type = tile::getBufferType(storage);
  int64_t instance = llvm::alignTo(type.getByteSize(), 64);
  int64_t end = instance * op->getInt("multiplicity", 1);
  if (type.getSpace() == localSpace) {
    program.localBytes = std::max(program.localBytes, *offset + end);
    IRValue *stride = loadWord(scope, LocalStride, b.getInt64Ty());
    IRValue *mine = scope.thread ? b.CreateMul(scope.thread, stride)
                                 : static_cast<IRValue *>(b.i64(0));
    return b.getElementAddress(b.getInt8Ty(), at(Local, *offset), mine);
  }
  if (type.getSpace() != memorySpace)
    return createStringError("no memory '" + type.getSpace() + "' on x86-64");
  program.arenaBytes = std::max(program.arenaBytes, *offset - persistent + end);
  return at(Arena, *offset - persistent);
}

Expected<BufferAccess> ProgramEmitter::getAccess(Value *buffer, Scope &scope) {
  LeafBuilder &b = *builder;
  tile::BufferView view = tile::getView(buffer);
  if (!Operand::isSupported(view.type.getLayout()))
    return createStringError("layout '" + view.type.getLayout().str() +
                             "' isn't supported on x86-64");
  auto pointer = getStorage(view.storage, scope);
  if (!pointer)
    return pointer.takeError();
  BufferAccess access = {view.type, view.domain, *pointer, {}, false};
  // An instance, then back to where the tensor's first element would be.
  IRValue *slot = emitAffine(view.slot, view.indices, scope);
  int64_t multiplicity =
      view.storage->getDefiningOp()
          ? view.storage->getDefiningOp()->getInt("multiplicity", 1)
          : 1;
  if (multiplicity > 1)
    access.pointer =
        b.getElementAddress(b.getInt8Ty(), access.pointer,
                            b.mul(b.modFloor(slot, multiplicity),
                                  llvm::alignTo(view.type.getByteSize(), 64)));
  Operand layout = Operand::get(view.type, view.domain, nullptr);
  IRValue *origin = b.i64(0);
  for (auto [d, expr] : llvm::enumerate(view.origin)) {
    int64_t block = layout.blocks[d];
    bool aligned = expr.getConstant() % block == 0;
    for (unsigned i = 0; i < expr.getNumDims(); ++i)
      aligned &= expr.getCoefficient(i) % block == 0;
    if (!aligned)
      return createStringError("a box must start at a multiple of " +
                               llvm::Twine(block) + " along dimension " +
                               llvm::Twine(d) + " of layout '" +
                               view.type.getLayout().str() + "'");
    IRValue *index = emitAffine(expr, view.indices, scope);
    origin = b.add(origin, b.mul(b.divFloor(index, block), layout.strides[d]));
  }
  access.pointer =
      b.getElementAddress(b.getElementType(view.type.getElementType()),
                          access.pointer, b.mul(origin, -1));
  for (auto [range, extent] : llvm::zip_equal(view.box, view.domain)) {
    if (range.start.isConstant()) {
      int64_t lo = range.start.getConstant();
      access.box.push_back({b.i64(std::max<int64_t>(lo, 0)),
                            b.i64(std::min(lo + range.size, extent))});
      continue;
    }
    IRValue *lo = emitAffine(range.start, view.indices, scope);
    IRValue *hi = b.add(lo, range.size);
    access.box.push_back({b.max(lo, b.i64(0)), b.min(hi, b.i64(extent))});
  }
  return access;
}

BufferAccess ProgramEmitter::getHostAccess(TensorType type, IRValue *pointer) {
  auto shape = *type.getStaticShape();
  BufferAccess access = {BufferType::get(type.getContext(),
                                         type.getElementType(), shape,
                                         memorySpace),
                         {shape.begin(), shape.end()},
                         pointer,
                         {},
                         false};
  for (int64_t extent : shape)
    access.box.push_back({builder->i64(0), builder->i64(extent)});
  return access;
}

//===----------------------------------------------------------------------===//
// Leaves
//===----------------------------------------------------------------------===//

static bool isKnown(IRValue *value) { return isa<llvm::ConstantInt>(value); }

/// Pointers, then the bounds that the call sites know only at run time.
llvm::FunctionType *ProgramEmitter::getLeafType(llvm::LLVMContext &context,
                                                size_t operands,
                                                ArrayRef<IRRange> box) {
  llvm::SmallVector<llvm::Type *> types(operands,
                                        llvm::PointerType::get(context, 0));
  for (IRRange range : box)
    for (IRValue *bound : {range.lo, range.hi})
      if (!isKnown(bound))
        types.push_back(llvm::Type::getInt64Ty(context));
  return llvm::FunctionType::get(llvm::Type::getVoidTy(context), types, false);
}

static int64_t getKnown(IRValue *value) {
  return llvm::cast<llvm::ConstantInt>(value)->getSExtValue();
}

void ProgramEmitter::emitLeafFunction(const std::string &symbol,
                                      ArrayRef<BufferAccess> operands,
                                      ArrayRef<IRRange> box, LeafBody body) {
  if (leaves.size() < leafModules)
    leaves.emplace_back("leaves" + std::to_string(leaves.size()));
  IRModule &home = leaves[nextLeafModule++ % leaves.size()];
  llvm::Function *function = llvm::Function::Create(
      getLeafType(*home.context, operands.size(), box),
      llvm::Function::ExternalLinkage, symbol, *home.module);
  function->setVisibility(llvm::GlobalValue::HiddenVisibility);
  setAttributes(*function);
  LeafBuilder b(*home.context, processor.lanes);
  llvm::FastMathFlags flags;
  flags.setAllowContract();
  b.setFastMathFlags(flags);
  b.SetInsertPoint(llvm::BasicBlock::Create(*home.context, "entry", function));
  llvm::SmallVector<Operand, 4> own;
  for (auto [i, operand] : llvm::enumerate(operands)) {
    if (!operand.isShared)
      function->addParamAttr(i, llvm::Attribute::NoAlias);
    own.push_back(
        Operand::get(operand.type, operand.domain, function->getArg(i)));
  }
  llvm::SmallVector<IRRange, 6> ranges;
  unsigned next = operands.size();
  auto getBound = [&](IRValue *bound) -> IRValue * {
    if (isKnown(bound))
      return b.i64(getKnown(bound));
    return function->getArg(next++);
  };
  for (IRRange range : box) {
    IRValue *lo = getBound(range.lo);
    ranges.push_back({lo, getBound(range.hi)});
  }
  body(b, own, ranges);
  b.CreateRetVoid();
}

void ProgramEmitter::callLeaf(StringRef name, std::string key,
                              ArrayRef<BufferAccess> operands,
                              ArrayRef<IRRange> box, LeafBody body) {
  for (IRRange range : box)
    if (isKnown(range.lo) && isKnown(range.hi) &&
        getKnown(range.lo) >= getKnown(range.hi))
      return;
  llvm::raw_string_ostream os(key);
  for (const BufferAccess &operand : operands) {
    os << '|' << operand.type.str();
    for (int64_t extent : operand.domain)
      os << ',' << extent;
    if (operand.isShared)
      os << ",shared";
  }
  os << '|';
  for (IRRange range : box)
    for (IRValue *bound : {range.lo, range.hi})
      if (isKnown(bound))
        os << getKnown(bound) << ',';
      else
        os << "?,";
  std::string &symbol = leafSymbols[key];
  if (symbol.empty()) {
    std::string text = name.str();
    for (auto [i, extent] : llvm::enumerate(operands.back().domain))
      text += (i ? "x" : "_") + std::to_string(extent);
    symbol = program.prefix + "." + makeUnique(text);
    emitLeafFunction(symbol, operands, box, body);
  }
  llvm::FunctionCallee callee = main->getOrInsertFunction(
      symbol, getLeafType(builder->getContext(), operands.size(), box));
  auto *function = llvm::cast<llvm::Function>(callee.getCallee());
  function->setVisibility(llvm::GlobalValue::HiddenVisibility);
  IRValues arguments;
  for (const BufferAccess &operand : operands)
    arguments.push_back(operand.pointer);
  for (IRRange range : box)
    for (IRValue *bound : {range.lo, range.hi})
      if (!isKnown(bound))
        arguments.push_back(bound);
  builder->CreateCall(callee, arguments);
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

Error ProgramEmitter::emitInput(tile::InputOp op, Scope &scope) {
  LeafBuilder &b = *builder;
  Value *tensor = op.getTensor();
  IRValue *table = loadWord(scope, Inputs, b.getPtrTy());
  IRValue *pointer =
      b.CreateLoad(b.getPtrTy(), b.CreateConstGEP1_64(b.getPtrTy(), table,
                                                      tensor->getIndex()));
  BufferAccess host = getHostAccess(tensor->getTensorType(), pointer);
  auto access = getAccess(op.getBuffer(), scope);
  if (!access)
    return access.takeError();
  callLeaf(
      "input", "input", {host, *access}, host.box,
      [](LeafBuilder &b, ArrayRef<Operand> operands, ArrayRef<IRRange> box) {
        emitCopy(b, operands[0], operands[1], box);
      });
  return Error::success();
}

Error ProgramEmitter::emitOutputs(Operation &terminator, Scope &scope) {
  LeafBuilder &b = *builder;
  for (auto [i, tensor] : llvm::enumerate(terminator.getOperands())) {
    auto output = dyn_cast_if_present<tile::OutputOp>(tensor->getDefiningOp());
    if (!output)
      return createStringError("an output of the program isn't a tile.Output");
    auto access = getAccess(output.getBuffer(), scope);
    if (!access)
      return access.takeError();
    IRValue *table = loadWord(scope, Outputs, b.getPtrTy());
    IRValue *pointer = b.CreateLoad(
        b.getPtrTy(), b.CreateConstGEP1_64(b.getPtrTy(), table, i));
    BufferAccess host = getHostAccess(tensor->getTensorType(), pointer);
    callLeaf(
        "output", "output", {*access, host}, host.box,
        [](LeafBuilder &b, ArrayRef<Operand> operands, ArrayRef<IRRange> box) {
          emitCopy(b, operands[0], operands[1], box);
        });
  }
  return Error::success();
}

Error ProgramEmitter::emitFor(tile::ForOp op, Scope &scope) {
  Error error = Error::success();
  builder->loop(
      {builder->i64(0), builder->i64(op.getCount())}, 1, [&](IRValue *counter) {
        scope.counters[op->getRegion().getArgument(0)] = counter;
        if (Error inner = emitRegion(op->getRegion(), scope))
          error = llvm::joinErrors(std::move(error), std::move(inner));
      });
  return error;
}

/// The body becomes a function; counters of the loops around go into a frame
/// of its own.
Error ProgramEmitter::emitForAll(tile::ForAllOp op, Scope &scope) {
  LeafBuilder &b = *builder;
  IRType *word = b.getInt64Ty(), *pointer = b.getPtrTy();
  auto *type =
      llvm::FunctionType::get(b.getVoidTy(), {pointer, word, word}, false);
  llvm::Function *body =
      llvm::Function::Create(type, llvm::Function::InternalLinkage,
                             "loop" + std::to_string(loops++), *main);
  setAttributes(*body);

  IRValue *frame = scope.frame;
  if (!scope.counters.empty()) {
    llvm::IRBuilder<> entry(&scope.function->getEntryBlock(),
                            scope.function->getEntryBlock().begin());
    frame = entry.CreateAlloca(
        word, entry.getInt64(Counters + scope.counters.size()));
    b.CreateMemCpy(frame, llvm::Align(8), scope.frame, llvm::Align(8),
                   Counters * 8);
    for (auto [i, entry] : llvm::enumerate(scope.counters))
      b.CreateStore(entry.second,
                    b.CreateConstGEP1_64(word, frame, Counters + i));
  }
  int64_t count = 1;
  auto counts = op.getCounts();
  for (int64_t c : counts)
    count *= c;
  llvm::FunctionCallee parallel = main->getOrInsertFunction(
      "onnc_x86_parallel", b.getVoidTy(), pointer, pointer, pointer, word);
  llvm::cast<llvm::Function>(parallel.getCallee())
      ->setVisibility(llvm::GlobalValue::HiddenVisibility);
  b.CreateCall(parallel, {loadWord(scope, RunContext, pointer), body, frame,
                          b.i64(count)});

  auto point = b.saveIP();
  Scope inner = beginFunction(body);
  inner.thread = body->getArg(2);
  for (auto [i, entry] : llvm::enumerate(scope.counters))
    inner.counters[entry.first] = loadWord(inner, Counters + i, word);
  IRValue *rest = body->getArg(1);
  for (unsigned i = counts.size(); i-- > 0;) {
    IRValue *own = i ? b.CreateURem(rest, b.i64(counts[i])) : rest;
    inner.counters[op->getRegion().getArgument(i)] = own;
    rest = b.CreateUDiv(rest, b.i64(counts[i]));
  }
  Error error = emitRegion(op->getRegion(), inner);
  b.CreateRetVoid();
  b.restoreIP(point);
  return error;
}

Error ProgramEmitter::emitCopyStart(tile::CopyStartOp op, Scope &scope) {
  LeafBuilder &b = *builder;
  auto from = getAccess(op.getSource(), scope);
  if (!from)
    return from.takeError();
  auto to = getAccess(op.getTarget(), scope);
  if (!to)
    return to.takeError();
  if (op->hasAttr("fill")) {
    // All of the target's box, what hangs over included.
    tile::BufferView view = tile::getView(op.getTarget());
    BufferAccess all = *to;
    all.box.clear();
    for (const AffineRange &range : view.box) {
      IRValue *lo = emitAffine(range.start, view.indices, scope);
      all.box.push_back({lo, b.add(lo, range.size)});
    }
    double value = op.getFill();
    callLeaf("fill", "fill" + std::to_string(value), {all}, all.box,
             [value](LeafBuilder &b, ArrayRef<Operand> operands,
                     ArrayRef<IRRange> box) {
               emitFill(b, operands[0], box, value);
             });
  }
  llvm::SmallVector<IRRange, 6> box;
  for (auto [a, c] : llvm::zip_equal(from->box, to->box)) {
    auto pick = [&](IRValue *x, IRValue *y, bool larger) -> IRValue * {
      if (isKnown(x) && isKnown(y))
        return b.i64(larger ? std::max(getKnown(x), getKnown(y))
                            : std::min(getKnown(x), getKnown(y)));
      return larger ? b.max(x, y) : b.min(x, y);
    };
    box.push_back({pick(a.lo, c.lo, true), pick(a.hi, c.hi, false)});
  }
  callLeaf(
      "copy", "copy", {*from, *to}, box,
      [](LeafBuilder &b, ArrayRef<Operand> operands, ArrayRef<IRRange> box) {
        emitCopy(b, operands[0], operands[1], box);
      });
  return Error::success();
}

Error ProgramEmitter::emitCompute(tile::ComputeOp op, Scope &scope) {
  Graph *kernel = tile::getKernel(op);
  if (!op.getOver().empty())
    return failAt(*op, "reductions can't be cut on x86-64");
  auto plan = planKernel(*kernel, processor.lanes);
  if (!plan)
    return failAt(*op, llvm::toString(plan.takeError()));
  llvm::SmallVector<BufferAccess, 4> operands;
  auto buffers = tile::getInputs(op);
  buffers.push_back(tile::getOutputs(op).front());
  for (Value *buffer : buffers) {
    auto access = getAccess(buffer, scope);
    if (!access)
      return access.takeError();
    operands.push_back(std::move(*access));
  }
  const Value *output = tile::getView(buffers.back()).storage;
  for (auto [access, buffer] :
       llvm::zip(operands, ArrayRef(buffers).drop_back()))
    if (shareBytes(*tile::getView(buffer).storage, *output))
      access.isShared = operands.back().isShared = true;
  auto box = operands.back().box;
  callLeaf(plan->name, kernel->getName().str(), operands, box,
           [&](LeafBuilder &b, ArrayRef<Operand> own, ArrayRef<IRRange> box) {
             LeafTask task = {b,
                              *kernel,
                              *plan,
                              {own.begin(), own.end() - 1},
                              own.back(),
                              {box.begin(), box.end()},
                              processor.registers};
             emitLeaf(task);
           });
  return Error::success();
}

Error ProgramEmitter::emitOperation(Operation &op, Scope &scope) {
  if (auto input = dyn_cast<tile::InputOp>(&op))
    return emitInput(input, scope);
  if (auto block = dyn_cast<tile::BlockOp>(&op)) {
    for (auto [argument, operand] :
         llvm::zip_equal(block->getRegion().getArguments(), op.getOperands()))
      arguments[argument] = operand;
    return emitRegion(block->getRegion(), scope);
  }
  if (auto loop = dyn_cast<tile::ForOp>(&op))
    return emitFor(loop, scope);
  if (auto loop = dyn_cast<tile::ForAllOp>(&op))
    return emitForAll(loop, scope);
  if (auto copy = dyn_cast<tile::CopyStartOp>(&op))
    return emitCopyStart(copy, scope);
  if (auto compute = dyn_cast<tile::ComputeOp>(&op))
    return emitCompute(compute, scope);
  // Views are followed from where they are used, copies are done when they
  // start.
  if (op.hasTrait(OpTrait::Terminator) ||
      isa<tile::AllocOp, tile::ConstantOp, tile::PlaceOp, tile::SliceOp,
          tile::PartOp, tile::ReshapeOp, tile::CopyWaitOp, tile::OutputOp>(&op))
    return Error::success();
  return failAt(op, "isn't an operation of the tile level");
}

Error ProgramEmitter::emitRegion(const Region &region, Scope &scope) {
  for (Operation &op : const_cast<Region &>(region).getOps())
    if (Error error = emitOperation(op, scope))
      return error;
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Entries
//===----------------------------------------------------------------------===//

/// PREFIX_invoke(context, inputs, outputs) and the three functions of the C
/// header, which call it and the runtime.
void ProgramEmitter::emitEntries() {
  LeafBuilder &b = *builder;
  IRType *word = b.getInt64Ty(), *pointer = b.getPtrTy();
  auto define = [&](StringRef name, IRType *result, ArrayRef<IRType *> types) {
    llvm::Function *function = llvm::Function::Create(
        llvm::FunctionType::get(result, types, false),
        llvm::Function::ExternalLinkage, program.prefix + name, *main);
    function->addFnAttr(llvm::Attribute::NoUnwind);
    b.SetInsertPoint(
        llvm::BasicBlock::Create(b.getContext(), "entry", function));
    return function;
  };
  auto callRuntime = [&](StringRef name, IRType *result,
                         ArrayRef<IRValue *> arguments) {
    llvm::SmallVector<llvm::Type *> types;
    for (IRValue *argument : arguments)
      types.push_back(argument->getType());
    auto callee = main->getOrInsertFunction(
        name, llvm::FunctionType::get(result, types, false));
    llvm::cast<llvm::Function>(callee.getCallee())
        ->setVisibility(llvm::GlobalValue::HiddenVisibility);
    return b.CreateCall(callee, arguments);
  };
  IRType *none = b.getVoidTy(), *status = b.getInt32Ty();

  auto *weights = new llvm::GlobalVariable(*main, b.getInt8Ty(), true,
                                           llvm::GlobalValue::ExternalLinkage,
                                           nullptr, getWeightsSymbol(program));
  weights->setVisibility(llvm::GlobalValue::HiddenVisibility);

  llvm::Function *invoke =
      define("_invoke", status, {pointer, pointer, pointer});
  b.CreateRet(
      callRuntime("onnc_x86_run", status,
                  {invoke->getArg(0), invoke->getArg(1), invoke->getArg(2),
                   weights, main->getFunction(program.prefix + ".program")}));

  llvm::Function *create = define("_create", pointer, {b.getInt32Ty()});
  b.CreateRet(callRuntime("onnc_x86_create", pointer,
                          {create->getArg(0), b.i64(program.arenaBytes),
                           b.i64(program.localBytes)}));
  llvm::Function *destroy = define("_destroy", none, {pointer});
  callRuntime("onnc_x86_destroy", none, {destroy->getArg(0)});
  b.CreateRetVoid();
  define("_arena_bytes", word, {});
  b.CreateRet(b.i64(program.arenaBytes));

  const Graph &graph = *source.getMain();
  unsigned numInputs = graph.getNumInputs(), numOutputs = graph.getNumOutputs();
  llvm::SmallVector<IRType *> types(1 + numInputs + numOutputs, pointer);
  llvm::Function *run = define("_run", status, types);
  auto makeTable = [&](unsigned first, unsigned count) {
    IRValue *table = b.CreateAlloca(pointer, b.i64(std::max(count, 1u)));
    for (unsigned i = 0; i != count; ++i)
      b.CreateStore(run->getArg(first + i),
                    b.CreateConstGEP1_64(pointer, table, i));
    return table;
  };
  IRValue *inputs = makeTable(1, numInputs);
  IRValue *outputs = makeTable(1 + numInputs, numOutputs);
  b.CreateRet(b.CreateCall(invoke, {run->getArg(0), inputs, outputs}));
}

Expected<IRProgram> ProgramEmitter::run() {
  const Graph *graph = source.getMain();
  if (!graph)
    return createStringError("the module has no graph 'main'");
  program.prefix = getIdentifier(source.getName());
  program.modules.emplace_back(program.prefix);
  main = program.modules[0].module.get();
  builder = std::make_unique<LeafBuilder>(*program.modules[0].context,
                                          processor.lanes);
  // Persistent data of the plan is here weights, which have their own place,
  // and inputs, which go behind everything else.
  if (auto usage = getMemoryUsage(source, memorySpace)) {
    persistent = usage->persistent;
    program.arenaBytes = usage->size - usage->persistent;
  }
  for (Operation &op : const_cast<Graph *>(graph)->getBody().getOps())
    if (isa<tile::InputOp>(&op) && !op.hasAttr("onnc.offset")) {
      int64_t offset = llvm::alignTo(program.arenaBytes, 64);
      inputOffsets[op.getResult()] = offset;
      program.arenaBytes =
          offset + tile::getBufferType(op.getResult()).getByteSize();
    }

  llvm::Function *function = llvm::Function::Create(
      llvm::FunctionType::get(builder->getVoidTy(), {builder->getPtrTy()},
                              false),
      llvm::Function::ExternalLinkage, program.prefix + ".program", *main);
  function->setVisibility(llvm::GlobalValue::HiddenVisibility);
  setAttributes(*function);
  Scope scope = beginFunction(function);
  if (Error error = emitRegion(graph->getBody(), scope))
    return error;
  if (Error error = emitOutputs(*graph->getBody().getTerminator(), scope))
    return error;
  builder->CreateRetVoid();
  emitEntries();
  for (IRModule &leaf : leaves)
    program.modules.push_back(std::move(leaf));
  return std::move(program);
}

Expected<IRProgram> x86::emitProgram(const Module &module,
                                     const Processor &processor,
                                     unsigned leafModules) {
  return ProgramEmitter(module, processor, leafModules).run();
}
