# INT8 utilisation by input channels: 16 x 128 units.
# RUN: onnc-mc --run %s | FileCheck %s
#
# CHECK: launch c3: {{.*}}cores, 59059 cycles, {{.*}}utilisation 2.24 %
# CHECK: launch c64: {{.*}}cores, 59059 cycles, {{.*}}utilisation 47.79 %
# CHECK: launch c128: {{.*}}cores, 59059 cycles, {{.*}}utilisation 95.58 %
# CHECK: launch c129: {{.*}}cores, 115507 cycles, {{.*}}utilisation 49.25 %
# CHECK: launch c256: {{.*}}cores, 115507 cycles, {{.*}}utilisation 97.74 %

# 3x3 convolutions of a padded 16 x 16 tile to 128 channels, four times, from
# scratchpads alone.
.program p3
.op "conv"
  SETCI %in.h, 16
  SETCI %in.w, 16
  SETCI %in.c, 3
  SETCI %out.h, 14
  SETCI %out.w, 14
  SETCI %out.c, 128
  SETCI %k.h, 3
  SETCI %k.w, 3
  SLI $1, 262144
  SLI $2, 4
again:
  CONV.i8.i32 $1, $0, $0
  SADDI $2, $2, -1
  CB $2, again
  HALT
.launch "c3" p3*32
.program p64
.op "conv"
  SETCI %in.h, 16
  SETCI %in.w, 16
  SETCI %in.c, 64
  SETCI %out.h, 14
  SETCI %out.w, 14
  SETCI %out.c, 128
  SETCI %k.h, 3
  SETCI %k.w, 3
  SLI $1, 262144
  SLI $2, 4
again:
  CONV.i8.i32 $1, $0, $0
  SADDI $2, $2, -1
  CB $2, again
  HALT
.launch "c64" p64*32
.program p128
.op "conv"
  SETCI %in.h, 16
  SETCI %in.w, 16
  SETCI %in.c, 128
  SETCI %out.h, 14
  SETCI %out.w, 14
  SETCI %out.c, 128
  SETCI %k.h, 3
  SETCI %k.w, 3
  SLI $1, 262144
  SLI $2, 4
again:
  CONV.i8.i32 $1, $0, $0
  SADDI $2, $2, -1
  CB $2, again
  HALT
.launch "c128" p128*32
.program p129
.op "conv"
  SETCI %in.h, 16
  SETCI %in.w, 16
  SETCI %in.c, 129
  SETCI %out.h, 14
  SETCI %out.w, 14
  SETCI %out.c, 128
  SETCI %k.h, 3
  SETCI %k.w, 3
  SLI $1, 262144
  SLI $2, 4
again:
  CONV.i8.i32 $1, $0, $0
  SADDI $2, $2, -1
  CB $2, again
  HALT
.launch "c129" p129*32
.program p256
.op "conv"
  SETCI %in.h, 16
  SETCI %in.w, 16
  SETCI %in.c, 256
  SETCI %out.h, 14
  SETCI %out.w, 14
  SETCI %out.c, 128
  SETCI %k.h, 3
  SETCI %k.w, 3
  SLI $1, 262144
  SLI $2, 4
again:
  CONV.i8.i32 $1, $0, $0
  SADDI $2, $2, -1
  CB $2, again
  HALT
.launch "c256" p256*32
