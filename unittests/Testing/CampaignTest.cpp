//===- CampaignTest.cpp ---------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// How a campaign takes the ways in which the process of a model can end. The
/// shell stands for it.
///
//===----------------------------------------------------------------------===//

#include "onnc/Testing/Campaign.h"
#include "onnc/IR/Context.h"
#include "gtest/gtest.h"

using namespace llvm;
using namespace onnc;

namespace {

class CampaignTest : public ::testing::Test {
protected:
  /// Runs a campaign of one model whose process runs \p script.
  bool run(StringRef script) {
    smith::CampaignOptions options;
    options.program = "/bin/sh";
    options.arguments = {"-c", script.str()};
    options.timeLimit = 1;
    raw_string_ostream os(log);
    return succeeded(smith::runCampaign(context, options, os));
  }

  Context context;
  std::string log;
};

} // namespace

TEST_F(CampaignTest, Passes) {
  EXPECT_TRUE(run("echo start types; echo passed types; echo end"));
  EXPECT_TRUE(StringRef(log).contains("1 models, 0 findings")) << log;
}

TEST_F(CampaignTest, RefusalsAreNoFindings) {
  EXPECT_TRUE(run("echo start run:a; echo refused run:a no code; echo end"));
  EXPECT_FALSE(StringRef(log).contains("no code")) << log;
}

TEST_F(CampaignTest, Failures) {
  EXPECT_FALSE(run("echo start run:a; echo failed run:a 1 is not 2; echo end"));
  EXPECT_TRUE(StringRef(log).contains("seed 0: run:a: 1 is not 2\n")) << log;
}

TEST_F(CampaignTest, CrashesBelongToTheCheckThatWasUnderWay) {
  EXPECT_FALSE(run("echo start types; echo passed types; echo start onnx;"
                   "echo oh >&2; kill -SEGV $$"));
  EXPECT_TRUE(StringRef(log).contains("seed 0: onnx: ")) << log;
  EXPECT_TRUE(StringRef(log).contains("oh")) << log;
  EXPECT_TRUE(StringRef(log).contains("1 models, 1 findings")) << log;
}

TEST_F(CampaignTest, HangsToo) {
  EXPECT_FALSE(run("echo start optimize; exec sleep 30"));
  EXPECT_TRUE(StringRef(log).contains("seed 0: optimize: ")) << log;
  EXPECT_TRUE(StringRef(log).contains("timed out")) << log;
}

TEST_F(CampaignTest, ErrorsWhileAModelIsMade) {
  EXPECT_FALSE(
      run("echo start generate; echo refused by a kernel >&2; exit 1"));
  EXPECT_TRUE(StringRef(log).contains("generate: refused by a kernel")) << log;
}
