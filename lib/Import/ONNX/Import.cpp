//===- Import.cpp --------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Import/ONNX/Import.h"
#include "ImportError.h"
#include "MappedFile.h"
#include "ModelImporter.h"
#include "WireFormat.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::onnx_import;

std::unique_ptr<Module> onnc::importModel(Context &context, StringRef path,
                                          const ImportOptions &options) {
  Expected<BlobRef> file = mapFile(path);
  if (!file) {
    (void)report(context.getDiagnostics(), {.file = path.str()},
                 file.takeError());
    return nullptr;
  }
  return importModel(context, *file, path, options);
}

std::unique_ptr<Module> onnc::importModel(Context &context, BlobRef bytes,
                                          StringRef name,
                                          const ImportOptions &options) {
  return ModelImporter(context, std::move(bytes), name, options).run();
}

Error onnc::parseShapeOption(StringRef text, ImportOptions &options) {
  auto fail = [&](const Twine &why) {
    return importError(DiagID::CommandLine,
                       "shape '" + text + "': " + why +
                           "; it must read like x=1x3x224x224");
  };
  // Names of inputs may hold '=' and 'x', sizes can't.
  auto [name, sizes] = text.rsplit('=');
  if (name.size() == text.size())
    return fail("there is no '='");
  if (name.empty())
    return fail("there is no name");
  std::vector<int64_t> shape;
  while (!sizes.empty()) {
    auto [size, rest] = sizes.split('x');
    uint64_t value;
    if (size.getAsInteger(10, value) || value > INT64_MAX ||
        (rest.empty() && size.size() != sizes.size()))
      return fail("'" + size + "' is not a size");
    shape.push_back(static_cast<int64_t>(value));
    sizes = rest;
  }
  if (!options.shapes.try_emplace(name.str(), std::move(shape)).second)
    return fail("the input has a shape already");
  return Error::success();
}

bool onnc::looksLikeOnnx(StringRef bytes) {
  // The fields of ModelProto with their wire types. Text can hardly begin with
  // several of them; a field that goes on beyond what is there counts.
  auto isField = [](uint32_t number, unsigned type) {
    switch (number) {
    case 1:
    case 5:
      return type == unsigned(WireType::Varint);
    case 2:
    case 3:
    case 4:
    case 6:
    case 7:
    case 8:
    case 14:
    case 20:
    case 25:
    case 26:
      return type == unsigned(WireType::Length);
    default:
      return false;
    }
  };
  WireReader reader(bytes);
  for (unsigned seen = 0; seen < 3 && !reader.atEnd(); ++seen) {
    Expected<WireField> field = reader.next();
    if (!field) {
      consumeError(field.takeError());
      return seen > 0;
    }
    if (!isField(field->number, unsigned(field->type)))
      return false;
  }
  return !bytes.empty();
}
