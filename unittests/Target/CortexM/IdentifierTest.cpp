//===- IdentifierTest.cpp ------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Artifact/Identifier.h"
#include "gtest/gtest.h"

using namespace onnc::cortexm;

TEST(CortexMIdentifierTest, NamesBecomeIdentifiers) {
  EXPECT_EQ(makeIdentifier("kws"), "kws");
  EXPECT_EQ(makeIdentifier("Conv 1:0"), "conv_1_0");
  EXPECT_EQ(makeIdentifier("serving_default/Input:0"),
            "serving_default_input_0");
  EXPECT_EQ(makeIdentifier("3"), "x3");
  EXPECT_EQ(makeIdentifier(""), "x");
  EXPECT_EQ(makeIdentifier("__x"), "x__x");
  EXPECT_EQ(makeIdentifier("int"), "int_");
  EXPECT_EQ(makeIdentifier("INT"), "int_");
  EXPECT_EQ(makeIdentifier("arena"), "arena_");
  EXPECT_EQ(makeIdentifier("size_t"), "size_t_");
  EXPECT_EQ(makeIdentifier("größe"), "gr____e");
  EXPECT_TRUE(isIdentifier(makeIdentifier(std::string(1000, 'a'))));
  EXPECT_TRUE(isIdentifier(makeIdentifier(std::string("a\0b", 3))));
}

TEST(CortexMIdentifierTest, WhatIsNone) {
  for (const char *name : {"", "1a", "_a", "A", "a b", "a-b", "a;b", "while",
                           "class", "memcpy", "arena", "int8_t", "ä"})
    EXPECT_FALSE(isIdentifier(name)) << name;
  EXPECT_FALSE(isIdentifier(std::string(101, 'a')));
  EXPECT_TRUE(isIdentifier(std::string(100, 'a')));
  EXPECT_TRUE(isIdentifier("a_1"));
}

TEST(CortexMIdentifierTest, SetsKeepThemApart) {
  IdentifierSet names;
  EXPECT_EQ(names.add("x"), "x");
  EXPECT_EQ(names.add("X"), "x_2");
  EXPECT_EQ(names.add("x_2"), "x_2_2");
  EXPECT_EQ(names.add("x"), "x_3");
}
