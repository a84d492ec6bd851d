//===- PipelineTest.cpp ---------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TestPass.h"

using namespace llvm;
using namespace onnc;

namespace {

constexpr OptionInfo options[] = {
    {"text", OptionKind::String, "", "", {}},
    {"real", OptionKind::Double, "0", "", {}},
    {"sizes", OptionKind::IntList, "[]", "", {}},
};

struct PipelineTest : ::testing::Test {
  TestContext c;
  TestPasses passes;
  PassRegistry registry;

  PipelineTest() {
    PassInfo a = makeInfo("a");
    a.options = options;
    auto nothing = [](Module &, PassContext &) {
      return PassResult::unchanged();
    };
    passes.add<0>(registry, a, nothing);
    passes.add<1>(registry, makeInfo("b"), nothing);
  }

  std::optional<Pipeline> parse(StringRef text) {
    return Pipeline::parse(text, registry, c.context.getDiagnostics());
  }
  /// The canonical text, checked to be a fixed point.
  std::string roundTrip(StringRef text) {
    auto once = parse(text);
    if (!once)
      return "error";
    auto twice = parse(once->str());
    EXPECT_TRUE(twice && twice->str() == once->str()) << once->str();
    return once->str();
  }
};

TEST_F(PipelineTest, PrintsCanonically) {
  EXPECT_EQ(roundTrip(""), "");
  EXPECT_EQ(roundTrip(" a ,\n b "), "a,b");
  EXPECT_EQ(roundTrip("a{ text = x }"), "a{text=\"x\"}");
  EXPECT_EQ(roundTrip("a{text=\"\"}"), "a{text=\"\"}");
  EXPECT_EQ(roundTrip("a{text=\",}(\\\" \\\\\"}"), "a{text=\",}(\\\" \\\\\"}");
  EXPECT_EQ(roundTrip("a{text=\"1\n2\"}"), "a{text=\"1\\n2\"}");
  EXPECT_EQ(roundTrip("a{sizes=[] real=1e400}"), "error");
  EXPECT_EQ(roundTrip("a{sizes=[]}"), "a{sizes=[]}");
  EXPECT_EQ(roundTrip("fixpoint{max=10}(a,fixpoint(b))"),
            "fixpoint(a,fixpoint(b))");
}

TEST_F(PipelineTest, NumbersKeepEveryBit) {
  for (double d : {0.1, 1e300, -2.5, 1.0 / 3, 5e-324}) {
    std::string text;
    raw_string_ostream os(text);
    printOptionValue(options[1], OptionValue(d), os);
    OptionText read{false, {text}};
    EXPECT_EQ(std::get<double>(cantFail(parseOptionValue(options[1], read))),
              d);
  }
}

TEST_F(PipelineTest, EveryPrefixParsesOrFailsWithAPlace) {
  StringRef text =
      "a{text=\"x\\\"y\" sizes=[1, 2]},fixpoint{max=2}(b,a{real=1})";
  for (size_t n = 0; n <= text.size(); ++n) {
    c.log.clear();
    bool ok = parse(text.take_front(n)).has_value();
    EXPECT_EQ(ok, c.log.empty());
    EXPECT_EQ(!ok, StringRef(c.log).starts_with("pipeline:1:")) << c.log;
  }
}

TEST_F(PipelineTest, PlacesCountLines) {
  EXPECT_FALSE(parse("a,\n  nope"));
  EXPECT_TRUE(StringRef(c.log).starts_with("pipeline:2:3: error: unknown pass"))
      << c.log;
}

TEST_F(PipelineTest, NestingIsBounded) {
  std::string text;
  for (int i = 0; i < 100000; ++i)
    text += "fixpoint(";
  EXPECT_FALSE(parse(text));
}

TEST_F(PipelineTest, AppendsInOrder) {
  Pipeline pipeline = std::move(*parse("a"));
  pipeline.append(std::move(*parse("b,a")));
  EXPECT_EQ(pipeline.str(), "a,b,a");
}

TEST(PassRegistryTest, RefusesANameThatIsTaken) {
  PassRegistry registry;
  PassInfo first = makeInfo("x"), second = makeInfo("x");
  EXPECT_FALSE(errorToBool(registry.add(first, nullptr)));
  EXPECT_FALSE(errorToBool(registry.add(first, nullptr)));
  EXPECT_EQ(toString(registry.add(second, nullptr)),
            "two passes have the name 'x'");
  EXPECT_EQ(registry.lookup("x")->info, &first);
}

TEST(DidYouMeanTest, OnlyWhatIsNear) {
  EXPECT_EQ(didYouMean("tiel", {"tile", "fuse"}), ", did you mean 'tile'?");
  EXPECT_EQ(didYouMean("xyz", {"tile", "fuse"}), "");
}

} // namespace
