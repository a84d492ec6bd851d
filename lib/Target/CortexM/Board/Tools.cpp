//===- Tools.cpp ---------------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Tools.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Program.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::cortexm;

/// The first lines of \p path.
static std::string readMessages(StringRef path) {
  auto buffer = MemoryBuffer::getFile(path);
  if (!buffer)
    return "";
  constexpr size_t maxSize = 2000;
  StringRef text = (*buffer)->getBuffer().trim();
  if (text.size() <= maxSize)
    return text.str();
  return text.take_front(text.take_front(maxSize).rfind('\n')).str() + "\n[…]";
}

Expected<ToolResult> cortexm::runTool(const Tool &tool,
                                      ArrayRef<std::string> arguments,
                                      unsigned timeLimit,
                                      TemporaryDirectory &directory) {
  auto program = sys::findProgramByName(tool.name);
  if (!program)
    return createStringError("'" + tool.name +
                             "' isn't on the PATH; Debian's package " +
                             tool.package + " has it");
  SmallVector<StringRef, 32> line{*program};
  append_range(line, arguments);
  std::string messages = directory.getPath("messages");
  std::optional<StringRef> redirects[] = {StringRef(""), StringRef(""),
                                          StringRef(messages)};
  std::string problem;
  bool notStarted = false;
  ToolResult result;
  result.status =
      sys::ExecuteAndWait(*program, line, /*Env=*/std::nullopt, redirects,
                          timeLimit, /*MemoryLimit=*/0, &problem, &notStarted);
  if (notStarted)
    return createStringError("can't start '" + *program + "': " + problem);
  // That is how ExecuteAndWait says so, and for a crash there is another text.
  if (result.status == -2 && StringRef(problem).contains("timed out"))
    return createStringError("'" + tool.name + "' took more than " +
                             Twine(timeLimit) + " seconds");
  result.messages = readMessages(messages);
  if (result.status < 0)
    result.messages = problem + "\n" + result.messages;
  return result;
}
