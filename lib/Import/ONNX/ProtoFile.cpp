//===- ProtoFile.cpp -----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ProtoFile.h"
#include "ImportError.h"
#include <google/protobuf/io/coded_stream.h>

using namespace llvm;
using namespace onnc;
using namespace onnc::onnx_import;

/// Tells protobuf's own log, which writes to standard error, to be quiet: the
/// error is ours to report.
static void silenceProtobuf() {
  static google::protobuf::LogHandler *const previous =
      google::protobuf::SetLogHandler(nullptr);
  (void)previous;
}

Expected<std::vector<std::string>>
onnx_import::parseMessage(StringRef file, RootMessage root,
                          google::protobuf::MessageLite &message) {
  Expected<StrippedMessage> stripped = stripPayloads(file, root);
  if (!stripped)
    return malformed(toString(stripped.takeError()));
  if (stripped->bytes.size() > INT_MAX)
    return unsupported("the model has more than 2 GB beside its weights");
  silenceProtobuf();
  google::protobuf::io::CodedInputStream stream(
      reinterpret_cast<const uint8_t *>(stripped->bytes.data()),
      static_cast<int>(stripped->bytes.size()));
  stream.SetRecursionLimit(maxMessageDepth + 1);
  if (!message.ParseFromCodedStream(&stream) || !stream.ConsumedEntireMessage())
    return malformed("a packed list or a string in the file is corrupt");
  return std::move(stripped->ignored);
}
