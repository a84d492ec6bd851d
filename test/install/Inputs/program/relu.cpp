#include "onnc/IR/AsmParser.h"
#include "onnc/IR/Context.h"
#include "onnc/IR/CoreOps.h"

int main() {
  onnc::Context context;
  onnc::registerCoreOps(context);
  onnc::registerOnnxOps(context);
  auto module = onnc::parseModule(context, R"(
graph @main(%x: tensor<2xf32>) -> ("y") {
  %y = onnx.Relu(%x) : (tensor<2xf32>) -> tensor<2xf32>
  return(%y) : (tensor<2xf32>) -> ()
})",
                                  "text");
  if (!module)
    return 1;
  module->print(llvm::outs());
}
