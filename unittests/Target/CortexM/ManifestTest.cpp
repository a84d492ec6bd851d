//===- ManifestTest.cpp --------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Artifact/Manifest.h"
#include "Processor.h"
#include "llvm/ADT/STLExtras.h"
#include "gtest/gtest.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::cortexm;

static Manifest makeManifest() {
  Manifest m = Manifest::create("KWS v1.onnx", *findProcessor("cortex-m4"));
  cantFail(m.addInput("input:0", ElementType::I8, {1, 49, 10, 1}));
  cantFail(m.addInput("Scale", ElementType::F32, {}));
  cantFail(m.addOutput("input_0", ElementType::I32, {12}));
  m.arenaBytes = 4096;
  m.arenaAlignment = 16;
  return m;
}

static std::string print(const Manifest &m) {
  std::string text;
  raw_string_ostream os(text);
  m.write(os);
  return text;
}

/// The error of reading a manifest in which \p from, which stands in it, is
/// \p to.
static std::string readChanged(StringRef from, StringRef to) {
  std::string text = print(makeManifest());
  size_t at = text.find(from);
  if (at == std::string::npos)
    return ("'" + from + "' doesn't stand there").str();
  text.replace(at, from.size(), to);
  auto read = Manifest::read(text);
  return read ? "no error" : toString(read.takeError());
}

TEST(CortexMManifestTest, Names) {
  Manifest m = makeManifest();
  EXPECT_EQ(m.model, "kws_v1_onnx");
  EXPECT_EQ(m.getHeader(), "kws_v1_onnx.h");
  EXPECT_EQ(m.getEntry(), "kws_v1_onnx_run");
  EXPECT_EQ(m.getMacroPrefix(), "KWS_V1_ONNX_");
  EXPECT_EQ(m.inputs[0].parameter, "input_0");
  EXPECT_EQ(m.inputs[1].parameter, "scale");
  // Inputs and outputs are parameters of one function.
  EXPECT_EQ(m.outputs[0].parameter, "input_0_2");
  EXPECT_EQ(m.inputs[0].getNumBytes(), 490);
  EXPECT_EQ(m.inputs[1].getNumElements(), 1);
  EXPECT_EQ(m.outputs[0].getNumBytes(), 48);
}

TEST(CortexMManifestTest, RoundTrip) {
  Manifest m = makeManifest();
  std::string text = print(m);
  EXPECT_TRUE(Manifest::recognize(text));
  auto read = Manifest::read(text);
  ASSERT_TRUE(bool(read)) << toString(read.takeError());
  EXPECT_EQ(print(*read), text);
  EXPECT_EQ(read->processor, m.processor);
  EXPECT_EQ(read->inputs[0].shape, m.inputs[0].shape);
  EXPECT_EQ(read->arenaAlignment, 16);
}

static Manifest makeManifestWithExternalRam() {
  Manifest m = Manifest::create("kws", *findProcessor("cortex-m4"));
  m.externalBytes = 70000;
  m.externalAlignment = 32;
  cantFail(m.addInput("External Arena", ElementType::I8, {2}));
  cantFail(m.addOutput("y", ElementType::I8, {2}));
  return m;
}

TEST(CortexMManifestTest, ExternalRam) {
  // Without it, nothing is said of it, and a tensor may have its name.
  std::string without = print(makeManifest());
  EXPECT_FALSE(StringRef(without).contains("external"));
  Manifest named = makeManifest();
  cantFail(named.addInput("external_arena", ElementType::I8, {1}));
  EXPECT_EQ(named.inputs.back().parameter, "external_arena");
  EXPECT_EQ(toString(named.verify()), "");

  Manifest m = makeManifestWithExternalRam();
  EXPECT_EQ(m.inputs[0].parameter, "external_arena_2");
  EXPECT_EQ(toString(m.verify()), "");
  std::string text = print(m);
  EXPECT_TRUE(StringRef(text).contains("\"external_arena\": {\n"
                                       "    \"bytes\": 70000,\n"
                                       "    \"alignment\": 32\n"
                                       "  },"))
      << text;
  auto read = Manifest::read(text);
  ASSERT_TRUE(bool(read)) << toString(read.takeError());
  EXPECT_EQ(print(*read), text);
  EXPECT_EQ(read->externalBytes, 70000);
  EXPECT_EQ(read->externalAlignment, 32);
}

TEST(CortexMManifestTest, ExternalRamThatIsWrong) {
  auto readChanged = [](StringRef from, StringRef to) {
    std::string text = print(makeManifestWithExternalRam());
    size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from.str();
    text.replace(at, from.size(), to);
    return toString(Manifest::read(text).takeError());
  };
  EXPECT_EQ(readChanged("70000", "0"),
            "external_arena: has no bytes; without it, the entry has no such "
            "parameter");
  EXPECT_EQ(readChanged("70000", "-1"),
            "external_arena.bytes: -1 is out of range");
  EXPECT_EQ(readChanged("70000", "4294967297"),
            "external_arena.bytes: 4294967297 is out of range");
  EXPECT_EQ(readChanged("\"alignment\": 32", "\"alignment\": 8192"),
            "external_arena.alignment: 8192 isn't a power of two up to 4096");
  EXPECT_EQ(readChanged("\"alignment\": 32", "\"align\": 32"),
            "external_arena: unknown member 'align'; there are bytes, "
            "alignment");
  EXPECT_EQ(readChanged("external_arena_2", "external_arena"),
            "inputs[0].parameter: 'external_arena' is the name of two "
            "parameters");
  std::string unknown = readChanged("\"external_arena\"", "\"ram\"");
  EXPECT_TRUE(
      StringRef(unknown).starts_with("manifest: unknown member 'ram'") &&
      StringRef(unknown).ends_with(", outputs, perhaps "
                                   "external_arena"))
      << unknown;
}

TEST(CortexMManifestTest, TensorsThatCHasNot) {
  Manifest m = makeManifest();
  EXPECT_EQ(toString(m.addInput("h", ElementType::F16, {1})),
            "'h': elements of type 'f16' have none in C99");
  EXPECT_EQ(toString(m.addInput("e", ElementType::I8, {2, 0})),
            "'e': a tensor without elements can't be passed in C");
  EXPECT_EQ(
      toString(m.addOutput("l", ElementType::F64, {1 << 20, 1 << 20, 1 << 20})),
      "'l': the tensor is larger than the address space");
  EXPECT_EQ(m.inputs.size(), 2u);
}

TEST(CortexMManifestTest, Structure) {
  EXPECT_EQ(readChanged("\"version\": 1", "\"version\": 2"),
            "version: this onnc reads version 1 only, not 2");
  EXPECT_EQ(readChanged("\"version\": 1,", ""),
            "version: this onnc reads version 1 only");
  EXPECT_EQ(readChanged("onnc-cortexm", "x"),
            "format: expected 'onnc-cortexm'");
  EXPECT_EQ(readChanged("\"entry\": \"kws_v1_onnx_run\",", ""),
            "manifest: member 'entry' is missing");
  EXPECT_EQ(readChanged("\"bytes\": 4096", "\"byte\": 4096"),
            "arena: unknown member 'byte'; there are bytes, alignment");
  EXPECT_EQ(readChanged("\"bytes\": 4096", "\"bytes\": \"4096\""),
            "arena.bytes: expected an integer");
  EXPECT_EQ(readChanged("\"input:0\"", "7"),
            "inputs[0].name: expected a string");
  EXPECT_EQ(readChanged("49,", "4.5,"), "inputs[0].shape[1]: expected an "
                                        "integer");
  EXPECT_EQ(readChanged("\"cortex-m4\"", "\"z80\""),
            "processor: unknown processor 'z80'");
}

TEST(CortexMManifestTest, Syntax) {
  for (StringRef text : {"", "{", "[1, 2", "\"x",
                         "{\"format\": \"onnc-cortexm\"", "\xff\xfe", "nul"})
    EXPECT_NE(toString(Manifest::read(text).takeError()), "") << text.str();
  for (StringRef text : {"[]", "1", "null", "\"onnc-cortexm\"", "{}"})
    EXPECT_EQ(toString(Manifest::read(text).takeError()),
              "format: expected 'onnc-cortexm'");
  // The parser recurses; that mustn't end the program.
  EXPECT_EQ(toString(Manifest::read(std::string(1000000, '[')).takeError()),
            "brackets are nested too deeply for a manifest");
  // Brackets in strings don't nest, and escapes don't end them.
  std::string name = std::string(100, '[') + "\\\"" + std::string(100, '{');
  EXPECT_EQ(readChanged("\"input:0\"", "\"" + name + "\""), "no error");
}

TEST(CortexMManifestTest, Contents) {
  EXPECT_EQ(readChanged("\"model\": \"kws_v1_onnx\"", "\"model\": \"kws\""),
            "header: 'kws_v1_onnx.h' doesn't agree with the rest, which makes "
            "'kws.h'");
  EXPECT_EQ(readChanged("\"kws_v1_onnx.c\"", "\"../kws.c\""),
            "sources[0]: '../kws.c' isn't the name of a C source beside the "
            "manifest");
  EXPECT_EQ(readChanged("\"kws_v1_onnx.c\"", "\"-o.c\""),
            "sources[0]: '-o.c' isn't the name of a C source beside the "
            "manifest");
  EXPECT_EQ(readChanged("\"kws_v1_onnx.c\"", "\"a.c\", \"a.c\""),
            "sources[1]: 'a.c' stands there twice");
  EXPECT_EQ(readChanged("\"kws_v1_onnx.c\"", ""), "sources: there is none");
  EXPECT_EQ(readChanged("\"-O2\"", "\"-wrapper,sh\""),
            "flags[5]: '-wrapper,sh' isn't a flag that artifacts for cortex-m4 "
            "may ask for");
  EXPECT_EQ(readChanged("\"-mcpu=cortex-m4\",", ""),
            "flags: '-mcpu=cortex-m4', which cortex-m4 needs, isn't among "
            "them");
  EXPECT_EQ(readChanged("\"bytes\": 4096", "\"bytes\": -1"),
            "arena.bytes: -1 is out of range");
  EXPECT_EQ(readChanged("\"alignment\": 16", "\"alignment\": 12"),
            "arena.alignment: 12 isn't a power of two up to 4096");
  EXPECT_EQ(readChanged("\"parameter\": \"scale\"", "\"parameter\": \"x;y\""),
            "inputs[1].parameter: 'x;y' isn't an identifier of lower case, or "
            "reserved");
  EXPECT_EQ(
      readChanged("\"parameter\": \"scale\"", "\"parameter\": \"input_0\""),
      "inputs[1].parameter: 'input_0' is the name of two parameters");
  EXPECT_EQ(readChanged("\"i8\"", "\"i4\""),
            "inputs[0].element_type: no element type 'i4' here");
  EXPECT_EQ(readChanged("\"int8_t\"", "\"char\""),
            "inputs[0].c_type: 'char' doesn't agree with the rest, which makes "
            "'int8_t'");
  EXPECT_EQ(readChanged("49,", "-49,"),
            "inputs[0]: a tensor without elements can't be passed in C");
  EXPECT_EQ(readChanged("49,", "9007199254740993,"),
            "inputs[0]: the tensor is larger than the address space");
  EXPECT_EQ(readChanged("\"bytes\": 490", "\"bytes\": 491"),
            "inputs[0].bytes: type and shape make 490");
}

TEST(CortexMManifestTest, NeedsOutputs) {
  Manifest m = makeManifest();
  m.outputs.clear();
  EXPECT_EQ(toString(m.verify()), "outputs: there is none");
}

TEST(CortexMManifestTest, Recognize) {
  EXPECT_FALSE(Manifest::recognize("{\"format\": \"something else\"}"));
  EXPECT_FALSE(Manifest::recognize("\"onnc-cortexm\""));
  EXPECT_TRUE(Manifest::recognize("\n {\"format\":\"onnc-cortexm\""));
}
