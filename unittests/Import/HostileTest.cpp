//===- HostileTest.cpp ---------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Files that nobody means well with end in a message: never in a crash, a
/// hang, or memory that only the file's numbers ask for.
///
//===----------------------------------------------------------------------===//

#include "ImportTestUtil.h"
#include "onnc/Import/ONNX/Export.h"
#include <random>

using namespace llvm;
using namespace onnc;
using namespace onnc::test;

namespace {

onnx::ModelProto makeSample() {
  onnx::ModelProto model = makeModel(12);
  auto *graph = model.mutable_graph();
  setTensorType(*graph->add_input(), "x", 1, {2, 2});
  setTensorType(*graph->add_input(), "c", 9, {});
  setTensorType(*graph->add_output(), "y", 1, {2, 2});
  auto *w = graph->add_initializer();
  w->set_name("w");
  w->set_data_type(1);
  w->add_dims(2);
  w->set_raw_data(std::string(8, '\0'));
  addNode(*graph, "Add", {"x", "w"}, {"a"});
  auto &softmax = addNode(*graph, "Softmax", {"a"}, {"s"});
  auto *axis = softmax.add_attribute();
  axis->set_name("axis");
  axis->set_type(onnx::AttributeProto::INT);
  axis->set_i(0);
  auto &branch = addNode(*graph, "If", {"c"}, {"y"});
  for (const char *name : {"then_branch", "else_branch"}) {
    auto *attr = branch.add_attribute();
    attr->set_name(name);
    attr->set_type(onnx::AttributeProto::GRAPH);
    auto *body = attr->mutable_g();
    body->set_name(name);
    addNode(*body, "Relu", {"s"}, {"r"});
    setTensorType(*body->add_output(), "r", 1, {2, 2});
  }
  return model;
}

std::string messagesFor(StringRef bytes) {
  TestContext context;
  auto module = importBytes(context, bytes);
  EXPECT_FALSE(module);
  return context.messages;
}

TEST(HostileTest, EveryTruncationFails) {
  std::string bytes = makeSample().SerializeAsString();
  TestContext good;
  ASSERT_TRUE(importBytes(good, bytes)) << good.messages;
  for (size_t size = 0; size < bytes.size(); ++size) {
    TestContext context;
    auto module = importBytes(context, StringRef(bytes).take_front(size));
    // The opset comes after the graph only if the graph is whole.
    if (!module) {
      EXPECT_NE(context.messages.find("error:"), std::string::npos) << size;
    }
  }
}

TEST(HostileTest, MutationsEndInAModuleOrAMessage) {
  const std::string bytes = makeSample().SerializeAsString();
  std::mt19937 random(1);
  for (int round = 0; round < 20000; ++round) {
    std::string mutant = bytes;
    for (int i = 0, e = 1 + random() % 3; i < e; ++i)
      mutant[random() % mutant.size()] = static_cast<char>(random());
    TestContext context;
    auto module = importBytes(context, mutant);
    if (module)
      (void)exportModelToBytes(*module);
    else
      EXPECT_NE(context.messages.find("error:"), std::string::npos);
  }
}

TEST(HostileTest, WireFormat) {
  auto expect = [](StringRef bytes, const char *message) {
    std::string got = messagesFor(bytes);
    EXPECT_NE(got.find(message), std::string::npos) << got;
  };
  expect("", "the file is empty");
  expect("\x08", "byte 1: the message ends inside a number");
  expect(StringRef("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 11),
         "byte 1: a number takes more than 64 bits");
  expect("\x0b\x0c", "byte 0: field 1 is a group");
  expect("\x0f", "byte 0: field 1 has the unknown wire type 7");
  expect(StringRef("\x00\x01", 2), "byte 0: field number 0 is out of range");
  expect("\x3a\x7f", "byte 0: field 7 has 127 bytes, but the message has "
                     "only 0 more");
  expect(StringRef("\x38\x01", 2), "ModelProto.graph must be a message");
  expect(StringRef("\x0a\x00", 2), "ModelProto.ir_version has the wrong wire");
  expect(StringRef("\x08\x08", 2), "the model has no graph");
  expect("hello world", "error:");
  // A string of 2^64 - 1 bytes.
  expect(StringRef("\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11),
         "has 18446744073709551615 bytes");
}

TEST(HostileTest, NestingIsBounded) {
  onnx::TypeProto type;
  type.mutable_tensor_type()->set_elem_type(1);
  for (int i = 0; i < 200; ++i) {
    onnx::TypeProto outer;
    *outer.mutable_sequence_type()->mutable_elem_type() = type;
    type = outer;
  }
  onnx::ModelProto model = makeModel();
  auto *input = model.mutable_graph()->add_input();
  input->set_name("x");
  *input->mutable_type() = type;
  std::string got = messagesFor(model.SerializeAsString());
  EXPECT_NE(got.find("messages are nested more than 100 deep"),
            std::string::npos)
      << got;
}

/// A model that calls the first of \p count functions, each of which calls the
/// next. \p call makes the call that is the only node of a function.
std::string chainFunctions(
    int count,
    llvm::function_ref<void(onnx::FunctionProto &, const std::string &)> call) {
  onnx::ModelProto model = makeModel();
  auto *set = model.add_opset_import();
  set->set_domain("local");
  set->set_version(1);
  auto *graph = model.mutable_graph();
  setTensorType(*graph->add_input(), "x", 1, {2});
  setTensorType(*graph->add_output(), "y", 1, {2});
  addNode(*graph, "f0", {"x"}, {"y"}).set_domain("local");
  for (int i = 0; i != count; ++i) {
    auto *function = model.add_functions();
    function->set_domain("local");
    function->set_name("f" + std::to_string(i));
    function->add_input("a");
    function->add_output("b");
    *function->mutable_opset_import() = model.opset_import();
    call(*function, "f" + std::to_string(i + 1));
  }
  return model.SerializeAsString();
}

TEST(HostileTest, DepthOfCallsIsBounded) {
  std::string got = messagesFor(chainFunctions(
      20000, [](onnx::FunctionProto &function, const std::string &next) {
        auto *node = function.add_node();
        node->set_domain("local");
        node->set_op_type(next);
        node->add_input("a");
        node->add_output("b");
      }));
  EXPECT_NE(got.find("bodies and functions are nested more than 128 deep"),
            std::string::npos)
      << got.substr(0, 200);
}

TEST(HostileTest, DepthOfBodiesInCallsIsBounded) {
  // Each function alone is nested less deeply than a message may be.
  std::string got = messagesFor(chainFunctions(
      200, [](onnx::FunctionProto &function, const std::string &next) {
        onnx::NodeProto node;
        node.set_domain("local");
        node.set_op_type(next);
        node.add_input("a");
        node.add_output("b");
        for (int level = 0; level != 20; ++level) {
          onnx::NodeProto outer;
          outer.set_op_type("If");
          outer.add_input("c");
          outer.add_output("b");
          for (const char *name : {"then_branch", "else_branch"}) {
            auto *attr = outer.add_attribute();
            attr->set_name(name);
            attr->set_type(onnx::AttributeProto::GRAPH);
            auto *output = attr->mutable_g()->add_output();
            output->set_name("b");
            if (attr->name() == "then_branch") {
              *attr->mutable_g()->add_node() = node;
              continue;
            }
            auto *identity = attr->mutable_g()->add_node();
            identity->set_op_type("Identity");
            identity->add_input("a");
            identity->add_output("b");
          }
          node = outer;
        }
        auto *constant = function.add_node();
        constant->set_op_type("Constant");
        constant->add_output("c");
        auto *value = constant->add_attribute();
        value->set_name("value");
        value->set_type(onnx::AttributeProto::TENSOR);
        value->mutable_t()->set_data_type(9);
        value->mutable_t()->set_raw_data(std::string(1, '\1'));
        *function.add_node() = node;
      }));
  EXPECT_NE(got.find("bodies and functions are nested more than 128 deep"),
            std::string::npos)
      << got.substr(0, 200);
}

TEST(HostileTest, BodiesMayHaveMoreInputsThanTheirNode) {
  onnx::ModelProto model = makeModel();
  auto *graph = model.mutable_graph();
  setTensorType(*graph->add_input(), "n", 7, {});
  setTensorType(*graph->add_output(), "y", 1, {});
  auto &loop = addNode(*graph, "Loop", {"n"}, {"y"});
  auto *attr = loop.add_attribute();
  attr->set_name("body");
  attr->set_type(onnx::AttributeProto::GRAPH);
  for (const char *name : {"i", "c", "v", "w"})
    attr->mutable_g()->add_input()->set_name(name);
  for (const char *name : {"c", "v"})
    attr->mutable_g()->add_output()->set_name(name);
  EXPECT_NE(messagesFor(model.SerializeAsString()).find("error:"),
            std::string::npos);
}

TEST(HostileTest, AbsurdShapesOfInputs) {
  for (int64_t dim : {int64_t(-1), INT64_MAX}) {
    onnx::ModelProto model = makeModel();
    auto *graph = model.mutable_graph();
    setTensorType(*graph->add_input(), "x", 1, {dim, INT64_MAX, 7});
    setTensorType(*graph->add_output(), "y", 1, {1});
    addNode(*graph, "Flatten", {"x"}, {"y"});
    TestContext context;
    EXPECT_FALSE(importProto(context, model));
    EXPECT_NE(context.messages.find("error:"), std::string::npos);
  }
}

TEST(HostileTest, HugeSparseTensorsAreNotWrittenOut) {
  onnx::ModelProto model = makeModel();
  auto *sparse = model.mutable_graph()->add_sparse_initializer();
  sparse->add_dims(1 << 20);
  sparse->add_dims(1 << 20);
  for (auto *part : {sparse->mutable_values(), sparse->mutable_indices()})
    part->add_dims(0);
  sparse->mutable_values()->set_name("w");
  sparse->mutable_values()->set_data_type(1);
  sparse->mutable_indices()->set_data_type(7);
  std::string got = messagesFor(model.SerializeAsString());
  EXPECT_NE(got.find("is too large to be written out"), std::string::npos)
      << got;
}

TEST(HostileTest, PathsThatAreNoFiles) {
  TempDir dir;
  TestContext context;
  EXPECT_FALSE(importModel(context, dir.path));
  EXPECT_NE(context.messages.find("it is a directory"), std::string::npos);
  EXPECT_FALSE(importModel(context, dir.file("gone.onnx")));
  EXPECT_FALSE(importModel(context, "/dev/zero"));
  EXPECT_NE(context.messages.find("it is not a regular file"),
            std::string::npos);
}

} // namespace
