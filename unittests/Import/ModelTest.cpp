//===- ModelTest.cpp -----------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Features of models that ONNX's text syntax (test/Import) can't express:
/// fields that libonnx is too old for, foreign operators, defaults, old files.
///
//===----------------------------------------------------------------------===//

#include "ImportTestUtil.h"
#include <google/protobuf/unknown_field_set.h>

using namespace llvm;
using namespace onnc;
using namespace onnc::test;

namespace {

std::string print(Module &module) {
  std::string out;
  raw_string_ostream os(out);
  module.print(os);
  return out;
}

/// y = f(x) by a model-local function that is a LeakyRelu whose alpha refers to
/// the function's attribute "a".
onnx::ModelProto makeFunctionModel() {
  onnx::ModelProto model = makeModel();
  auto *local = model.add_opset_import();
  local->set_domain("local");
  local->set_version(1);
  auto *graph = model.mutable_graph();
  setTensorType(*graph->add_input(), "x", 1, {2});
  setTensorType(*graph->add_output(), "y", 1, {2});
  addNode(*graph, "f", {"x"}, {"y"}).set_domain("local");
  auto *function = model.add_functions();
  function->set_name("f");
  function->set_domain("local");
  function->add_input("v");
  function->add_output("r");
  function->add_opset_import()->set_version(17);
  auto *node = function->add_node();
  node->set_op_type("LeakyRelu");
  node->add_input("v");
  node->add_output("r");
  auto *attr = node->add_attribute();
  attr->set_name("alpha");
  attr->set_type(onnx::AttributeProto::FLOAT);
  attr->set_ref_attr_name("a");
  return model;
}

void addUnknown(google::protobuf::UnknownFieldSet *fields, int number,
                const std::string &bytes) {
  fields->AddLengthDelimited(number)->assign(bytes);
}

TEST(FunctionTest, AttributeProtoGivesDefaults) {
  onnx::ModelProto model = makeFunctionModel();
  onnx::AttributeProto attr;
  attr.set_name("a");
  attr.set_type(onnx::AttributeProto::FLOAT);
  attr.set_f(0.25);
  addUnknown(model.mutable_functions(0)->mutable_unknown_fields(), 11,
             attr.SerializeAsString());
  TestContext context;
  auto module = importProto(context, model);
  ASSERT_TRUE(module) << context.messages;
  EXPECT_NE(print(*module).find("onnx.LeakyRelu(%x) {alpha = 0.25}"),
            std::string::npos)
      << print(*module);

  // The caller's value wins.
  auto *given = model.mutable_graph()->mutable_node(0)->add_attribute();
  *given = attr;
  given->set_f(0.5);
  module = importProto(context, model);
  ASSERT_TRUE(module) << context.messages;
  EXPECT_NE(print(*module).find("alpha = 0.5"), std::string::npos);
}

TEST(FunctionTest, MissingAttributeIsLeftOut) {
  onnx::ModelProto model = makeFunctionModel();
  model.mutable_functions(0)->add_attribute("a");
  TestContext context;
  auto module = importProto(context, model);
  ASSERT_TRUE(module) << context.messages;
  EXPECT_EQ(print(*module).find("alpha"), std::string::npos);
}

TEST(FunctionTest, OverloadsAreTold) {
  onnx::ModelProto model = makeFunctionModel();
  *model.add_functions() = model.functions(0);
  auto *second = model.mutable_functions(1);
  second->mutable_node(0)->set_op_type("Neg");
  second->mutable_node(0)->clear_attribute();
  addUnknown(second->mutable_unknown_fields(), 13, "other");
  TestContext context;
  auto module = importProto(context, model);
  ASSERT_TRUE(module) << context.messages;
  EXPECT_NE(print(*module).find("onnx.LeakyRelu"), std::string::npos);
  addUnknown(model.mutable_graph()->mutable_node(0)->mutable_unknown_fields(),
             8, "other");
  module = importProto(context, model);
  ASSERT_TRUE(module) << context.messages;
  EXPECT_NE(print(*module).find("onnx.Neg"), std::string::npos);
}

TEST(FunctionTest, ExplosionsAreStopped) {
  // Each function calls the next one eight times: 8^20 nodes.
  onnx::ModelProto model = makeFunctionModel();
  model.clear_functions();
  for (int i = 0; i < 20; ++i) {
    auto *function = model.add_functions();
    function->set_name(i ? "f" + std::to_string(i) : "f");
    function->set_domain("local");
    function->add_input("v0");
    function->add_output("v8");
    function->add_opset_import()->set_version(17);
    for (int j = 0; j < 8; ++j) {
      auto *node = function->add_node();
      if (i < 19) {
        node->set_op_type("f" + std::to_string(i + 1));
        node->set_domain("local");
      } else {
        node->set_op_type("Neg");
      }
      node->add_input("v" + std::to_string(j));
      node->add_output("v" + std::to_string(j + 1));
    }
    auto *id = function->add_opset_import();
    id->set_domain("local");
    id->set_version(1);
  }
  TestContext context;
  EXPECT_FALSE(importProto(context, model));
  EXPECT_NE(context.messages.find("inlining functions gives more than"),
            std::string::npos)
      << context.messages;
}

TEST(ModelTest, UnknownFieldsAreErrors) {
  onnx::ModelProto model = makeFunctionModel();
  addUnknown(model.mutable_graph()->mutable_node(0)->mutable_unknown_fields(),
             77, "?");
  TestContext context;
  EXPECT_FALSE(importProto(context, model));
  EXPECT_NE(context.messages.find("NodeProto has no field 77"),
            std::string::npos)
      << context.messages;
  EXPECT_NE(context.messages.find("byte "), std::string::npos);
}

TEST(ModelTest, NotesOfToolsAreDropped) {
  onnx::ModelProto model = makeFunctionModel();
  onnx::StringStringEntryProto entry;
  entry.set_key("k");
  std::string bytes = entry.SerializeAsString();
  addUnknown(model.mutable_graph()->mutable_unknown_fields(), 16, bytes);
  addUnknown(model.mutable_graph()->mutable_node(0)->mutable_unknown_fields(),
             9, bytes);
  *model.add_metadata_props() = entry;
  TestContext context;
  EXPECT_TRUE(importProto(context, model)) << context.messages;
  EXPECT_EQ(context.messages, "");
}

TEST(ModelTest, DeviceConfigurationsAreIgnoredWithAWarning) {
  onnx::ModelProto model = makeFunctionModel();
  addUnknown(model.mutable_graph()->mutable_node(0)->mutable_unknown_fields(),
             10, "");
  TestContext context;
  EXPECT_TRUE(importProto(context, model));
  EXPECT_NE(context.messages.find(
                "warning: NodeProto.device_configurations is ignored"),
            std::string::npos)
      << context.messages;
}

TEST(ModelTest, InitializersThatAreInputsAreConstants) {
  onnx::ModelProto model = makeModel();
  model.set_ir_version(3);
  auto *graph = model.mutable_graph();
  setTensorType(*graph->add_input(), "x", 1, {1});
  setTensorType(*graph->add_input(), "w", 1, {1});
  addTensor(model, 1, {1}).add_float_data(2);
  TestContext context;
  auto module = importProto(context, model);
  ASSERT_TRUE(module) << context.messages;
  EXPECT_EQ(module->getMain()->getNumInputs(), 1u);
  EXPECT_TRUE(getConstant(*module));

  ImportOptions options;
  options.shapes["w"] = {1};
  EXPECT_FALSE(importProto(context, model, options));
  EXPECT_NE(context.messages.find("'w' is a constant"), std::string::npos);
}

TEST(ModelTest, AnonymousDimensionsOfInputsAreSymbols) {
  onnx::ModelProto model = makeModel();
  auto *graph = model.mutable_graph();
  setTensorType(*graph->add_input(), "x", 1, {2});
  graph->mutable_input(0)
      ->mutable_type()
      ->mutable_tensor_type()
      ->mutable_shape()
      ->add_dim();
  setTensorType(*graph->add_output(), "y", 1, {2});
  // Names that only outputs have could never be checked.
  graph->mutable_output(0)
      ->mutable_type()
      ->mutable_tensor_type()
      ->mutable_shape()
      ->add_dim()
      ->set_dim_param("M");
  addNode(*graph, "Neg", {"x"}, {"y"});
  TestContext context;
  auto module = importProto(context, model);
  ASSERT_TRUE(module) << context.messages;
  auto type = module->getMain()->getOutput(0)->getTensorType();
  EXPECT_EQ(type.getDim(1).getSymbol(), "x.d1");
}

TEST(ModelTest, ForeignOperatorsGoToTheirImporter) {
  onnx::ModelProto model = makeModel();
  auto *id = model.add_opset_import();
  id->set_domain("com.acme");
  id->set_version(3);
  auto *graph = model.mutable_graph();
  setTensorType(*graph->add_input(), "x", 1, {2});
  setTensorType(*graph->add_output(), "y", 1, {2});
  addNode(*graph, "Warp", {"x"}, {"y"}).set_domain("com.acme");
  ImportOptions options;
  int64_t version = 0;
  options.foreignImporters["com.acme"] =
      [&](Builder &builder,
          const ForeignNode &node) -> Expected<SmallVector<Value *, 2>> {
    version = node.opsetVersion;
    if (node.opType != "Warp")
      return createStringError("only Warp is known");
    Operation *op = builder.createInferred("onnx.Neg", node.inputs);
    return SmallVector<Value *, 2>{op->getResult()};
  };
  TestContext context;
  auto module = importProto(context, model, options);
  ASSERT_TRUE(module) << context.messages;
  EXPECT_EQ(version, 3);
  EXPECT_NE(print(*module).find("%y = onnx.Neg(%x)"), std::string::npos);

  graph->mutable_node(0)->set_op_type("Weft");
  EXPECT_FALSE(importProto(context, model, options));
  EXPECT_NE(context.messages.find("'com.acme.Weft': only Warp is known"),
            std::string::npos)
      << context.messages;
}

TEST(ModelTest, ShapeOptions) {
  ImportOptions options;
  EXPECT_FALSE(bool(parseShapeOption("a=b=1x20", options)));
  EXPECT_FALSE(bool(parseShapeOption("s=", options)));
  EXPECT_EQ(options.shapes["a=b"], (std::vector<int64_t>{1, 20}));
  EXPECT_TRUE(options.shapes["s"].empty());
  for (StringRef bad :
       {"x", "=1", "x=1x", "x=-1", "x=1xx2", "s=1", "x=99999999999999999999"}) {
    Error e = parseShapeOption(bad, options);
    EXPECT_TRUE(bool(e)) << bad.str();
    consumeError(std::move(e));
  }
}

TEST(ModelTest, ModelsAreTold) {
  std::string bytes = makeFunctionModel().SerializeAsString();
  EXPECT_TRUE(looksLikeOnnx(bytes));
  EXPECT_TRUE(looksLikeOnnx(StringRef(bytes).take_front(16)));
  for (StringRef text : {"", "module @m\n", "// text", "graph @main() {}",
                         "\x7f"
                         "ELF\2\1\1"})
    EXPECT_FALSE(looksLikeOnnx(text)) << text.str();
}

} // namespace
