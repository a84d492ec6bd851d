# Status 0 where the module in $1 has both operators.
grep -q 'onnx\.Conv(' "$1" && grep -q 'onnx\.Softmax(' "$1"
