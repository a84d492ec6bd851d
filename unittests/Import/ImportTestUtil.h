//===- ImportTestUtil.h - Models made in tests ---------------*- C++ -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#ifndef ONNC_UNITTESTS_IMPORT_IMPORTTESTUTIL_H
#define ONNC_UNITTESTS_IMPORT_IMPORTTESTUTIL_H

#include "onnc/IR/Context.h"
#include "onnc/Import/ONNX/Import.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "gtest/gtest.h"
#include <onnx/onnx_pb.h>

namespace onnc::test {

/// A directory that goes with the test.
class TempDir {
public:
  TempDir() { llvm::sys::fs::createUniqueDirectory("onnc-import", path); }
  ~TempDir() { llvm::sys::fs::remove_directories(path); }
  std::string file(llvm::StringRef name) const {
    llvm::SmallString<128> out(path);
    llvm::sys::path::append(out, name);
    return out.str().str();
  }
  std::string write(llvm::StringRef name, llvm::StringRef bytes) const {
    std::error_code ec;
    llvm::raw_fd_ostream os(file(name), ec);
    os << bytes;
    return file(name);
  }
  llvm::SmallString<128> path;
};

/// A context that collects what it is told.
class TestContext : public Context {
public:
  TestContext() {
    getDiagnostics().setHandler([this](const Diagnostic &d) {
      llvm::raw_string_ostream os(messages);
      d.print(os);
    });
  }
  std::string messages;
};

inline void setTensorType(onnx::ValueInfoProto &info, llvm::StringRef name,
                          int element, llvm::ArrayRef<int64_t> shape) {
  info.set_name(name.str());
  auto *type = info.mutable_type()->mutable_tensor_type();
  type->set_elem_type(element);
  auto *dims = type->mutable_shape();
  for (int64_t size : shape)
    dims->add_dim()->set_dim_value(size);
}

/// A model of operator set \p opset with an empty graph.
inline onnx::ModelProto makeModel(int64_t opset = 17) {
  onnx::ModelProto model;
  model.set_ir_version(8);
  model.add_opset_import()->set_version(opset);
  model.mutable_graph()->set_name("g");
  return model;
}

inline onnx::NodeProto &addNode(onnx::GraphProto &graph, llvm::StringRef op,
                                llvm::ArrayRef<llvm::StringRef> inputs,
                                llvm::ArrayRef<llvm::StringRef> outputs) {
  auto &node = *graph.add_node();
  node.set_op_type(op.str());
  for (llvm::StringRef name : inputs)
    node.add_input(name.str());
  for (llvm::StringRef name : outputs)
    node.add_output(name.str());
  return node;
}

/// A model whose only output is the initializer that it returns, "w".
inline onnx::TensorProto &addTensor(onnx::ModelProto &model, int element,
                                    llvm::ArrayRef<int64_t> shape) {
  auto *graph = model.mutable_graph();
  auto *tensor = graph->add_initializer();
  tensor->set_name("w");
  tensor->set_data_type(element);
  for (int64_t size : shape)
    tensor->add_dims(size);
  setTensorType(*graph->add_output(), "w", element, shape);
  return *tensor;
}

inline std::unique_ptr<Module> importBytes(Context &context,
                                           llvm::StringRef bytes,
                                           const ImportOptions &options = {}) {
  BlobRef blob(new Blob(std::vector<char>(bytes.begin(), bytes.end())));
  return importModel(context, blob, "test.onnx", options);
}

inline std::unique_ptr<Module> importProto(Context &context,
                                           const onnx::ModelProto &model,
                                           const ImportOptions &options = {}) {
  return importBytes(context, model.SerializeAsString(), options);
}

/// The constant that the value \p name of the main graph is.
inline ConstantAttr getConstant(Module &module, llvm::StringRef name = "w") {
  for (Operation &op : module.getMain()->getBody().getOps())
    if (op.getNumResults() && op.getResult()->getName() == name)
      return op.getAttrOfType<ConstantAttr>("value");
  return ConstantAttr();
}

} // namespace onnc::test

#endif // ONNC_UNITTESTS_IMPORT_IMPORTTESTUTIL_H
