//===- PipelineParser.cpp -------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

///
/// \file
/// Text to Pipeline. One function per rule of the grammar in Pipeline.h.
///
//===----------------------------------------------------------------------===//

#include "onnc/Pass/Pipeline.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace onnc;

namespace onnc {

class PipelineParser {
public:
  PipelineParser(StringRef text, const PassRegistry &registry,
                 DiagnosticEngine &diagnostics, StringRef sourceName)
      : text(text), registry(registry), diagnostics(diagnostics),
        sourceName(sourceName) {}

  LogicalResult parse(std::vector<PipelineElement> &elements);
  LogicalResult expectEnd();

private:
  /// Loops may be nested this deeply; a bound for recursion.
  static constexpr unsigned maxDepth = 64;

  struct Setting {
    StringRef name;
    size_t namePos;
    OptionText value;
    size_t valuePos;
  };

  LogicalResult parseElement(std::vector<PipelineElement> &elements);
  LogicalResult parseSettings(std::vector<Setting> &settings);
  LogicalResult parseValue(OptionText &value);
  LogicalResult parseWord(std::string &word);
  LogicalResult applyToLoop(PipelineElement &loop, const Setting &setting);
  LogicalResult applyToPass(PipelineElement &element, const Setting &setting);

  void skipSpace() {
    while (pos < text.size() && isSpace(text[pos]))
      ++pos;
  }
  /// The next character that isn't space, 0 at the end.
  char peek() {
    skipSpace();
    return pos < text.size() ? text[pos] : 0;
  }
  bool consume(char c) {
    if (peek() != c)
      return false;
    ++pos;
    return true;
  }
  StringRef lexWord() {
    skipSpace();
    size_t end = pos;
    while (end < text.size() && !isSpace(text[end]) &&
           StringRef(",{}()[]=\"").find(text[end]) == StringRef::npos)
      ++end;
    StringRef word = text.slice(pos, end);
    pos = end;
    return word;
  }
  DiagLocation locate(size_t at, std::string &line) const;
  InFlightDiagnostic error(DiagID id, size_t at) const;

  StringRef text;
  const PassRegistry &registry;
  DiagnosticEngine &diagnostics;
  StringRef sourceName;
  size_t pos = 0;
  unsigned depth = 0;
};

} // namespace onnc

DiagLocation PipelineParser::locate(size_t at, std::string &line) const {
  size_t begin = text.substr(0, at).rfind('\n') + 1; // npos + 1 is 0
  line = text.substr(begin).split('\n').first.str();
  DiagLocation loc;
  loc.file = sourceName.str();
  loc.line = text.substr(0, begin).count('\n') + 1;
  loc.column = at - begin + 1;
  return loc;
}

InFlightDiagnostic PipelineParser::error(DiagID id, size_t at) const {
  std::string line;
  DiagLocation loc = locate(at, line);
  InFlightDiagnostic diag = diagnostics.error(id, loc);
  diag.setSourceLine(line);
  return diag;
}

LogicalResult PipelineParser::expectEnd() {
  skipSpace();
  if (pos != text.size())
    return error(DiagID::PipelineSyntax, pos)
           << "expected ',' or the end of the pipeline";
  return success();
}

LogicalResult PipelineParser::parse(std::vector<PipelineElement> &elements) {
  if (!peek() || peek() == ')')
    return success();
  do {
    if (failed(parseElement(elements)))
      return failure();
  } while (consume(','));
  return success();
}

LogicalResult
PipelineParser::parseElement(std::vector<PipelineElement> &elements) {
  skipSpace();
  size_t namePos = pos;
  StringRef name = lexWord();
  if (name.empty())
    return error(DiagID::PipelineSyntax, namePos) << "expected a pass";

  PipelineElement element;
  element.location = locate(namePos, element.sourceLine);
  bool isLoop = name == Pipeline::loopName;
  if (!isLoop) {
    const PassRegistry::Entry *entry = registry.lookup(name);
    if (!entry)
      return error(DiagID::PipelineUnknownPass, namePos)
             << "unknown pass '" << name << "'"
             << didYouMean(name, registry.getNames());
    element.pass = entry->create();
  } else {
    element.maxIterations = Pipeline::defaultMaxIterations;
  }

  std::vector<Setting> settings;
  if (failed(parseSettings(settings)))
    return failure();
  for (const Setting &setting : settings)
    if (failed(isLoop ? applyToLoop(element, setting)
                      : applyToPass(element, setting)))
      return failure();

  size_t bodyPos = (skipSpace(), pos);
  if (consume('(')) {
    if (!isLoop)
      return error(DiagID::PipelineSyntax, bodyPos)
             << "pass '" << name << "' takes no body, only '"
             << Pipeline::loopName << "' does";
    if (++depth > maxDepth)
      return error(DiagID::PipelineSyntax, bodyPos)
             << "loops are nested more than " << maxDepth << " deep";
    if (failed(parse(element.body)))
      return failure();
    --depth;
    if (!consume(')'))
      return error(DiagID::PipelineSyntax, pos) << "expected ',' or ')'";
  }
  if (isLoop && element.body.empty())
    return error(DiagID::PipelineSyntax, bodyPos)
           << "expected '(' and the passes to repeat";
  elements.push_back(std::move(element));
  return success();
}

LogicalResult PipelineParser::parseSettings(std::vector<Setting> &settings) {
  if (!consume('{'))
    return success();
  while (!consume('}')) {
    Setting setting;
    skipSpace();
    setting.namePos = setting.valuePos = pos;
    setting.name = lexWord();
    if (setting.name.empty())
      return error(DiagID::PipelineSyntax, pos) << "expected an option or '}'";
    if (consume('=')) {
      skipSpace();
      setting.valuePos = pos;
      if (failed(parseValue(setting.value)))
        return failure();
    } else {
      setting.value.elements = {"true"};
    }
    for (const Setting &other : settings)
      if (other.name == setting.name)
        return error(DiagID::PipelineOption, setting.namePos)
               << "'" << setting.name << "' is given twice";
    settings.push_back(std::move(setting));
  }
  return success();
}

LogicalResult PipelineParser::parseValue(OptionText &value) {
  if (!consume('['))
    return parseWord(value.elements.emplace_back());
  value.isList = true;
  if (consume(']'))
    return success();
  do {
    if (failed(parseWord(value.elements.emplace_back())))
      return failure();
  } while (consume(','));
  if (!consume(']'))
    return error(DiagID::PipelineSyntax, pos) << "expected ',' or ']'";
  return success();
}

LogicalResult PipelineParser::parseWord(std::string &word) {
  if (peek() != '"') {
    word = lexWord().str();
    if (word.empty())
      return error(DiagID::PipelineSyntax, pos) << "expected a value";
    return success();
  }
  size_t quote = pos++;
  for (; pos < text.size() && text[pos] != '"'; ++pos) {
    bool escaped = text[pos] == '\\' && pos + 1 < text.size();
    pos += escaped;
    word += escaped && text[pos] == 'n' ? '\n' : text[pos];
  }
  if (pos == text.size())
    return error(DiagID::PipelineSyntax, quote) << "the string has no end";
  ++pos;
  return success();
}

LogicalResult PipelineParser::applyToLoop(PipelineElement &loop,
                                          const Setting &setting) {
  if (setting.name != "max")
    return error(DiagID::PipelineOption, setting.namePos)
           << "'" << Pipeline::loopName << "' has no option '" << setting.name
           << "'" << didYouMean(setting.name, {"max"});
  StringRef value =
      setting.value.isList ? "[" : StringRef(setting.value.elements[0]);
  if (value.getAsInteger(10, loop.maxIterations) || loop.maxIterations == 0)
    return error(DiagID::PipelineOption, setting.valuePos)
           << "expected a positive number of iterations";
  return success();
}

LogicalResult PipelineParser::applyToPass(PipelineElement &element,
                                          const Setting &setting) {
  const PassInfo &info = element.pass->getInfo();
  auto illTyped = [&](StringRef what, Error e) -> LogicalResult {
    return error(DiagID::PipelineOption, setting.valuePos)
           << what << " '" << setting.name << "' of pass '" << info.name
           << "': " << toString(std::move(e));
  };
  if (std::optional<unsigned> index = info.findOption(setting.name)) {
    Expected<OptionValue> value =
        parseOptionValue(info.options[*index], setting.value);
    if (!value)
      return illTyped("option", value.takeError());
    element.pass->setOption(*index, *value);
    element.options.push_back({*index, std::move(*value)});
    return success();
  }
  if (const KnobInfo *knob = info.findKnob(setting.name)) {
    Expected<int64_t> value = knob->parse(
        setting.value.isList ? "[…]" : StringRef(setting.value.elements[0]));
    if (!value)
      return illTyped("knob", value.takeError());
    element.knobs.push_back({knob - info.knobs.begin(), *value});
    return success();
  }
  std::vector<StringRef> names;
  for (const OptionInfo &o : info.options)
    names.push_back(o.name);
  for (const KnobInfo &k : info.knobs)
    names.push_back(k.name);
  return error(DiagID::PipelineOption, setting.namePos)
         << "pass '" << info.name << "' has no option '" << setting.name << "'"
         << didYouMean(setting.name, names);
}

std::optional<Pipeline> Pipeline::parse(StringRef text,
                                        const PassRegistry &registry,
                                        DiagnosticEngine &diagnostics,
                                        StringRef sourceName) {
  Pipeline pipeline;
  PipelineParser parser(text, registry, diagnostics, sourceName);
  if (failed(parser.parse(pipeline.elements)) || failed(parser.expectEnd()))
    return std::nullopt;
  return pipeline;
}
