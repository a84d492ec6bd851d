//===- VersionTest.cpp ----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "onnc/Support/Version.h"
#include "llvm/Support/VersionTuple.h"
#include <gtest/gtest.h>

TEST(VersionTest, HasThreeParts) {
  llvm::VersionTuple v;
  ASSERT_FALSE(v.tryParse(onnc::getVersion()));
  EXPECT_TRUE(v.getMinor().has_value());
  EXPECT_TRUE(v.getSubminor().has_value());
}
