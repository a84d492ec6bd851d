//===- ModelGenerator.cpp -------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Testing/ModelGenerator.h"
#include "ModelBuilder.h"
#include "onnc/IR/Verifier.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::smith;

static std::vector<Maker> getMakers() {
  std::vector<Maker> makers;
  for (ArrayRef<Maker> family :
       {getControlFlowMakers(), getElementwiseMakers(), getMovementMakers(),
        getNeuralMakers(), getQuantizedMakers(), getReductionMakers(),
        getSequenceMakers()})
    append_range(makers, family);
  return makers;
}

std::vector<StringRef> smith::getMakerNames() {
  std::vector<StringRef> names;
  for (const Maker &maker : getMakers())
    names.push_back(maker.name);
  sort(names);
  return names;
}

/// Each maker as often as its weight says.
static std::vector<MakeFn> getChoices(const GeneratorOptions &options) {
  std::vector<MakeFn> choices;
  for (const Maker &maker : getMakers())
    if (options.makers.empty() || is_contained(options.makers, maker.name))
      choices.insert(choices.end(), maker.weight, maker.make);
  return choices;
}

Expected<std::unique_ptr<Module>>
smith::generateModel(Context &context, const GeneratorOptions &options) {
  std::vector<MakeFn> choices = getChoices(options);
  assert(!choices.empty() && !options.types.empty() &&
         "nothing to choose from");
  ModelBuilder builder(context, options);
  for (int64_t i = 0, n = builder.pick(1, 2); i < n; ++i)
    builder.addInput(builder.oneOfRange(options.types), 1, 4);
  unsigned made = 0;
  // Makers may find nothing that fits; with few of them, never.
  for (unsigned attempt = 0;
       made < options.numOperators && attempt < 20 * options.numOperators + 20;
       ++attempt)
    made += builder.oneOfRange(choices)(builder) != nullptr;
  if (!builder.getFlaw().empty())
    return createStringError("an operation was refused: " + builder.getFlaw());
  if (made == 0)
    return createStringError("none of the operators that were asked for fits "
                             "the element types");
  std::unique_ptr<Module> module = builder.finish();
  if (failed(verify(*module)))
    return createStringError("the verifier refuses the model");
  return module;
}
