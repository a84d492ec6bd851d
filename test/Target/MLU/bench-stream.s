# Loads by 1 to 32 cores: one core reaches its DMA's 64 bytes per cycle, two or
# more the 102.4 of device memory.
# RUN: onnc-mc --run %s | FileCheck %s
# CHECK: launch cores1: {{.*}}cores, 17940 cycles, {{.*}}DRAM 57.08 %
# CHECK: launch cores2: {{.*}}cores, 22102 cycles, {{.*}}DRAM 92.66 %
# CHECK: launch cores32: {{.*}}cores, 330802 cycles, {{.*}}DRAM 99.06 %
.memory 33554432
.program p
.op "stream"
  SGET $1, %core
  SLI $2, 1048576
  SMUL $1, $1, $2
  SLI $2, 65536
  SLI $3, 16
again:
  VLOAD $0, $1, $2
  SADD $1, $1, $2
  SADDI $3, $3, -1
  CB $3, again
  HALT
.launch "cores1" p*1
.launch "cores2" p*2
.launch "cores32" p*32
