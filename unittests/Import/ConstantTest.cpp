//===- ConstantTest.cpp --------------------------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// Tensors: not copied where the file has their bytes, decoded right where it
/// hasn't, refused where shape, type and data disagree.
///
//===----------------------------------------------------------------------===//

#include "ImportTestUtil.h"

using namespace llvm;
using namespace onnc;
using namespace onnc::test;

namespace {

TEST(ConstantTest, RawDataIsASliceOfTheMappedFile) {
  TempDir dir;
  onnx::ModelProto model = makeModel();
  std::string payload(1 << 20, '\x3f');
  addTensor(model, 1, {1 << 18}).set_raw_data(payload);
  std::string bytes = model.SerializeAsString();
  std::string path = dir.write("m.onnx", bytes);

  TestContext context;
  auto module = importModel(context, path);
  ASSERT_TRUE(module) << context.messages;
  const ConstantData &data = getConstant(*module).getData();
  // The blob is the whole file, and the constant a part of it.
  ArrayRef<char> file = data.getBlob()->getBytes();
  EXPECT_EQ(file.size(), bytes.size());
  size_t offset = data.getBytes().data() - file.data();
  EXPECT_EQ(offset, bytes.find(payload));
  EXPECT_EQ(data.getBytes().size(), payload.size());
  // It stays mapped without the module.
  ConstantData kept = data;
  module.reset();
  EXPECT_EQ(kept.get<uint32_t>(12345), 0x3f3f3f3fu);
}

TEST(ConstantTest, PackedFloatsAndAttributesAreSlicesToo) {
  onnx::ModelProto model = makeModel();
  auto &tensor = addTensor(model, 1, {3});
  for (float f : {1.0f, -2.5f, 3.25f})
    tensor.add_float_data(f);
  auto &node = addNode(*model.mutable_graph(), "Constant", {}, {"c"});
  auto *attr = node.add_attribute();
  attr->set_name("value");
  attr->set_type(onnx::AttributeProto::TENSOR);
  attr->mutable_t()->set_data_type(onnx::TensorProto::DOUBLE);
  attr->mutable_t()->add_double_data(0.1);

  TestContext context;
  auto module = importProto(context, model);
  ASSERT_TRUE(module) << context.messages;
  const ConstantData &w = getConstant(*module).getData();
  const ConstantData &c = getConstant(*module, "c").getData();
  EXPECT_EQ(w.getBlob(), c.getBlob());
  EXPECT_EQ(w.get<float>(1), -2.5f);
  EXPECT_EQ(c.get<double>(0), 0.1);
}

TEST(ConstantTest, FilesBeyondTwoGigabytesAreRead) {
  // A hole of 3 GiB is the weight: nothing is allocated, on disk or in memory.
  TempDir dir;
  onnx::ModelProto model = makeModel();
  addTensor(model, 3, {int64_t(3) << 30});
  std::string before = model.SerializeAsString();
  auto varint = [](std::string &out, uint64_t v) {
    for (; v >= 0x80; v >>= 7)
      out.push_back(char(v | 0x80));
    out.push_back(char(v));
  };
  // The initializer's name, type and dims, then raw_data, whose lengths are
  // patched in by writing the messages by hand.
  uint64_t size = uint64_t(3) << 30;
  std::string tensor = model.graph().initializer(0).SerializeAsString();
  tensor += "\x4a";
  varint(tensor, size);
  std::string graph = "\x2a";
  varint(graph, tensor.size() + size);
  graph += tensor;
  onnx::GraphProto rest = model.graph();
  rest.clear_initializer();
  std::string head = "\x08\x08\x42\x02\x10\x11\x3a";
  std::string tail = rest.SerializeAsString();
  varint(head, graph.size() + size + tail.size());
  head += graph;

  std::string path = dir.file("big.onnx");
  int fd;
  ASSERT_FALSE(sys::fs::openFileForWrite(path, fd));
  {
    raw_fd_ostream os(fd, /*shouldClose=*/true);
    os << head;
    os.seek(head.size() + size);
    os << tail;
  }
  TestContext context;
  auto module = importModel(context, path);
  ASSERT_TRUE(module) << context.messages;
  EXPECT_EQ(getConstant(*module).getData().getBytes().size(), size);
}

/// Imports one initializer that \p fill has filled in.
template <typename Fill>
ConstantAttr importTensor(TestContext &context, std::unique_ptr<Module> &module,
                          int element, ArrayRef<int64_t> shape, Fill fill) {
  onnx::ModelProto model = makeModel();
  fill(addTensor(model, element, shape));
  module = importProto(context, model);
  return module ? getConstant(*module) : ConstantAttr();
}

TEST(ConstantTest, Int32DataHoldsTheNarrowTypes) {
  struct Case {
    int element;
    std::vector<int32_t> values;
    int64_t count;
    std::string bytes;
  };
  const Case cases[] = {
      {2, {0, 255}, 2, std::string("\x00\xff", 2)},  // uint8
      {3, {-128, 127}, 2, "\x80\x7f"},               // int8
      {4, {65535}, 1, "\xff\xff"},                   // uint16
      {5, {-2}, 1, "\xfe\xff"},                      // int16
      {6, {-2}, 1, "\xfe\xff\xff\xff"},              // int32
      {9, {1, 0}, 2, std::string("\x01\x00", 2)},    // bool
      {10, {0x3c00}, 1, std::string("\x00\x3c", 2)}, // float16
      {16, {0x3f80}, 1, "\x80\x3f"},                 // bfloat16
      {17, {0x38}, 1, "\x38"},                       // float8
      {21, {0x21, 0x03}, 3, "\x21\x03"},             // uint4
      {22, {0xf1}, 2, "\xf1"},                       // int4
      {23, {0x12}, 2, "\x12"},                       // float4
      {25, {0xe4}, 4, "\xe4"},                       // uint2
  };
  for (const Case &c : cases) {
    TestContext context;
    std::unique_ptr<Module> module;
    ConstantAttr value = importTensor(context, module, c.element, {c.count},
                                      [&](onnx::TensorProto &tensor) {
                                        for (int32_t v : c.values)
                                          tensor.add_int32_data(v);
                                      });
    ASSERT_TRUE(value) << c.element << ": " << context.messages;
    ArrayRef<char> bytes = value.getData().getBytes();
    EXPECT_EQ(std::string(bytes.begin(), bytes.end()), c.bytes) << c.element;
  }
}

TEST(ConstantTest, OtherFields) {
  TestContext context;
  std::unique_ptr<Module> module;
  auto u32 = importTensor(context, module, 12, {1},
                          [](auto &t) { t.add_uint64_data(0xfffffffful); });
  EXPECT_EQ(u32.getData().get<uint32_t>(0), 0xffffffffu);
  auto u64 = importTensor(context, module, 13, {1},
                          [](auto &t) { t.add_uint64_data(~0ull); });
  EXPECT_EQ(u64.getData().get<uint64_t>(0), ~0ull);
  auto i64 = importTensor(context, module, 7, {},
                          [](auto &t) { t.add_int64_data(-7); });
  EXPECT_EQ(i64.getData().get<int64_t>(0), -7);
  auto c64 = importTensor(context, module, 14, {1}, [](auto &t) {
    t.add_float_data(1);
    t.add_float_data(2);
  });
  EXPECT_EQ(c64.getData().get<float>(1), 2.0f);
  auto text = importTensor(context, module, 8, {2}, [](auto &t) {
    t.add_string_data("a");
    t.add_string_data(std::string("\0b", 2));
  });
  EXPECT_EQ(text.getData().getStrings()[1], std::string("\0b", 2));
  EXPECT_EQ(context.messages, "");
}

TEST(ConstantTest, DisagreementIsAnError) {
  auto expectError = [](int element, ArrayRef<int64_t> shape, auto fill,
                        StringRef message) {
    TestContext context;
    std::unique_ptr<Module> module;
    importTensor(context, module, element, shape, fill);
    EXPECT_FALSE(module);
    EXPECT_NE(context.messages.find(message.str()), std::string::npos)
        << context.messages << "\nexpected: " << message.str();
    EXPECT_NE(context.messages.find("test.onnx: node 'w': error:"),
              std::string::npos);
  };
  expectError(
      1, {2}, [](auto &t) { t.set_raw_data("1234567"); },
      "shape 2 of float takes 8 bytes, the data has 7");
  expectError(
      1, {2}, [](auto &t) { t.add_int32_data(1); },
      "takes 2 elements of float_data, there are 0");
  expectError(
      3, {1}, [](auto &t) { t.add_int32_data(128); },
      "int32_data holds 128, which is no int8");
  expectError(
      7, {1}, [](auto &t) { t.add_float_data(1); },
      "elements of type int64 can't be kept in the field");
  expectError(
      8, {1}, [](auto &t) { t.set_raw_data("x"); },
      "elements of type string can't be kept");
  expectError(
      99, {1}, [](auto &t) { t.set_raw_data("x"); }, "unknown element type 99");
  expectError(
      1, {-1}, [](auto &t) { t.set_raw_data("x"); }, "negative dimension -1");
  expectError(
      1, {INT64_MAX, 4}, [](auto &t) { t.set_raw_data("x"); },
      "has more bytes than 64 bits can count");
}

TEST(ConstantTest, DataTwiceIsAnError) {
  onnx::ModelProto model = makeModel();
  auto &tensor = addTensor(model, 1, {1});
  tensor.add_float_data(1);
  tensor.set_raw_data("1234");
  TestContext context;
  EXPECT_FALSE(importProto(context, model));
  EXPECT_NE(context.messages.find("the tensor has its data twice"),
            std::string::npos);
}

TEST(ConstantTest, SparseInitializersAreWrittenOut) {
  for (bool linear : {true, false}) {
    onnx::ModelProto model = makeModel();
    auto *graph = model.mutable_graph();
    auto *sparse = graph->add_sparse_initializer();
    sparse->add_dims(2);
    sparse->add_dims(3);
    auto *values = sparse->mutable_values();
    values->set_name("w");
    values->set_data_type(1);
    values->add_dims(2);
    values->add_float_data(5);
    values->add_float_data(6);
    auto *indices = sparse->mutable_indices();
    indices->set_data_type(7);
    indices->add_dims(2);
    if (!linear)
      indices->add_dims(2);
    for (int64_t i :
         linear ? std::vector<int64_t>{1, 5} : std::vector<int64_t>{0, 1, 1, 2})
      indices->add_int64_data(i);
    setTensorType(*graph->add_output(), "w", 1, {2, 3});
    TestContext context;
    auto module = importProto(context, model);
    ASSERT_TRUE(module) << context.messages;
    const ConstantData &data = getConstant(*module).getData();
    const float expected[] = {0, 5, 0, 0, 0, 6};
    for (size_t i = 0; i < 6; ++i)
      EXPECT_EQ(data.get<float>(i), expected[i]) << i;
  }
}

//===----------------------------------------------------------------------===//
// External data
//===----------------------------------------------------------------------===//

std::string importExternal(const TempDir &dir, StringRef location,
                           StringRef offset = "4", StringRef length = "8") {
  onnx::ModelProto model = makeModel();
  auto &tensor = addTensor(model, 1, {2});
  tensor.set_data_location(onnx::TensorProto::EXTERNAL);
  auto add = [&](StringRef key, StringRef value) {
    auto *entry = tensor.add_external_data();
    entry->set_key(key.str());
    entry->set_value(value.str());
  };
  add("location", location);
  add("offset", offset);
  if (!length.empty())
    add("length", length);
  std::string path = dir.write("m.onnx", model.SerializeAsString());
  TestContext context;
  auto module = importModel(context, path);
  if (!module)
    return context.messages;
  return std::to_string(getConstant(*module).getData().get<uint32_t>(0));
}

TEST(ExternalDataTest, ReadsAndChecks) {
  TempDir dir;
  dir.write("w.bin", StringRef("\0\0\0\0\x2a\0\0\0\0\0\0\0", 12));
  EXPECT_EQ(importExternal(dir, "w.bin"), "42");
  EXPECT_EQ(importExternal(dir, "./w.bin", "4", ""), "42");
  auto expect = [&](const std::string &messages, const char *part) {
    EXPECT_NE(messages.find(part), std::string::npos) << messages;
    EXPECT_NE(messages.find("[import-external-data]"), std::string::npos);
  };
  expect(importExternal(dir, "w.bin", "5"), "ends beyond 'w.bin'");
  expect(importExternal(dir, "w.bin", "18446744073709551615"), "ends beyond");
  expect(importExternal(dir, "w.bin", "4", "4"),
         "takes 8 bytes, its external data has 4");
  expect(importExternal(dir, "w.bin", "x"), "is 'x', not a number");
  expect(importExternal(dir, "gone.bin"), "can't be found");
  expect(importExternal(dir, ""), "has no location");
}

TEST(ExternalDataTest, StaysInTheModelsDirectory) {
  TempDir outside, dir;
  std::string secret = outside.write("w.bin", std::string(12, '\1'));
  auto expect = [&](const std::string &messages, const char *part) {
    EXPECT_NE(messages.find(part), std::string::npos) << messages;
  };
  expect(importExternal(dir, secret), "must have a path relative to");
  expect(importExternal(dir, "../w.bin"), "must not leave");
  expect(importExternal(dir, "a/../../w.bin"), "must not leave");
  ASSERT_FALSE(sys::fs::create_link(secret, dir.file("link.bin")));
  expect(importExternal(dir, "link.bin"), "is a link that leaves");
  ASSERT_FALSE(sys::fs::create_link(outside.path, dir.file("sub")));
  expect(importExternal(dir, "sub/w.bin"), "is a link that leaves");
  ASSERT_FALSE(sys::fs::create_directory(dir.file("d")));
  expect(importExternal(dir, "d"), "it is a directory");
}

} // namespace
