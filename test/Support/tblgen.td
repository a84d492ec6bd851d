// onnc-tblgen reports an error in a record with its place.
// RUN: not onnc-tblgen -I %onnc_src/include %s 2>&1 | FileCheck %s
// CHECK: tblgen.td:[[#@LINE+1]]:{{[0-9]+}}: error: Couldn't find class 'NoSuchClass'
def X : NoSuchClass;
