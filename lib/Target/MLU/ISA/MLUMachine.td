//===- MLUMachine.td - The simulated MLU100 in figures -----*- tablegen -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every figure of the simulated machine, once: simulator, compiler and
// documentation all read what is generated from here. A figure that no source
// gives says "chosen" and why.
//
//===----------------------------------------------------------------------===//

class MachineParam<string name, int default, string unit, string source,
                   string doc> {
  string Name = name;     // The field of MachineParams.
  int Default = default;
  string Unit = unit;
  string Source = source;
  string Doc = doc;
}

class Override<MachineParam param, int value> {
  MachineParam Param = param;
  int Value = value;
}

class Machine<string name, string doc, list<Override> overrides> {
  string Name = name;
  string Doc = doc;
  list<Override> Overrides = overrides;
}

// Cores and clock.
def Cores : MachineParam<"cores", 32, "cores", "Paleozoic",
  "flat: no clusters, no shared SRAM">;
def ClockMHz : MachineParam<"clockMHz", 1000, "MHz", "Paleozoic, Table 2",
  "one clock for cores, DMA and timing">;

// Matrix unit, per core.
def MatrixOutputs : MachineParam<"matrixOutputs", 16, "channels",
  "chosen: gives the published peak",
  "output channels that the matrix unit computes in a cycle">;
def MatrixInputsF16 : MachineParam<"matrixInputsF16", 64, "channels",
  "chosen: gives the published peak of 64 TFLOPS",
  "FP16 input channels per cycle; 16 x 64 multiply-accumulates">;
def MatrixInputsI8 : MachineParam<"matrixInputsI8", 128, "channels",
  "chosen: gives the published peak of 128 TOPS",
  "INT8 input channels per cycle; 16 x 128 multiply-accumulates">;
def MatrixAccumulators : MachineParam<"matrixAccumulators", 64, "pixels",
  "chosen", "output pixels whose 16 accumulators stand beside the unit">;

// Vector unit, per core.
def VectorBytes : MachineParam<"vectorBytes", 128, "bytes/cycle", "chosen",
  "64 FP16, 32 FP32, 128 INT8 or 32 INT32 elements in a cycle">;
def SpecialRate : MachineParam<"specialRate", 4, "cycles", "chosen",
  "cycles of an exponential, logarithm, division or root for each cycle of an "
  "addition">;

// Memories.
def NRAMBytes : MachineParam<"nramBytes", 524288, "bytes",
  "chosen: as published for the next generation",
  "neuron scratchpad of a core">;
def WRAMBytes : MachineParam<"wramBytes", 1048576, "bytes",
  "chosen: as published for the next generation",
  "weight scratchpad of a core">;
def DeviceBytes : MachineParam<"deviceBytes", 8589934592, "bytes",
  "Paleozoic, Table 2", "device memory">;
def DramChannels : MachineParam<"dramChannels", 4, "channels",
  "Paleozoic, Table 2: 256 bit, DDR4-3200", "channels of 64 bit">;
def ChannelMBps : MachineParam<"channelMBps", 25600, "MB/s",
  "Paleozoic, Table 2: 102.4 GB/s in all", "bandwidth of one channel">;
def ChannelInterleave : MachineParam<"channelInterleave", 256, "bytes",
  "chosen", "consecutive bytes of one channel before the next one's">;
def DramLine : MachineParam<"dramLine", 64, "bytes",
  "chosen: one DDR4 burst of a 64-bit channel",
  "smallest transfer; a row of an access is charged in whole lines">;

// DMA, per core.
def DmaBytes : MachineParam<"dmaBytes", 64, "bytes/cycle", "chosen",
  "most that one core's DMA moves in a cycle">;
def DmaLatency : MachineParam<"dmaLatency", 500, "cycles", "chosen",
  "from the last byte's transfer to its visibility; overlaps the next "
  "transfer">;
def Multicast : MachineParam<"multicast", 1, "bool",
  "chosen: silicon timings fit unicast weights",
  "one DRAM read serves all cores of a group; else each core reads alone">;

// Control.
def QueueDepth : MachineParam<"queueDepth", 32, "instructions", "chosen",
  "instructions that a queue holds before the scalar core must wait">;
def BarrierBase : MachineParam<"barrierBase", 100, "cycles", "chosen",
  "fixed part of a barrier">;
def BarrierPerCore : MachineParam<"barrierPerCore", 4, "cycles", "chosen",
  "part of a barrier that grows with the number of cores">;
def LaunchNs : MachineParam<"launchNs", 1000, "ns", "chosen",
  "launching an operator or a fusion block">;
def LaunchPerCoreNs : MachineParam<"launchPerCoreNs", 50, "ns", "chosen",
  "the same, for each core that takes part">;

// Host.
def HostLinkMBps : MachineParam<"hostLinkMBps", 15750, "MB/s",
  "Paleozoic, Table 2: PCIe 3.0 x16", "host link">;

// Power. The split makes full FP16 load with full DRAM traffic draw the TDP:
// 20 W idle + 32 cores x 1024 MAC x 1 GHz x 2.028 pJ + 102.4 GB/s x 150 pJ
// + 32 cores x 256 B x 1 GHz x 1 pJ = 110 W.
def TdpMilliwatts : MachineParam<"tdpMilliwatts", 110000, "mW",
  "Paleozoic, Table 2", "thermal design power">;
def IdleMilliwatts : MachineParam<"idleMilliwatts", 20000, "mW",
  "chosen: part of the split", "drawn at rest">;
def MacF16Femtojoules : MachineParam<"macF16Femtojoules", 2028, "fJ",
  "chosen: part of the split", "one FP16 multiply-accumulate">;
def MacI8Femtojoules : MachineParam<"macI8Femtojoules", 1014, "fJ",
  "chosen: half of FP16's", "one INT8 multiply-accumulate">;
def DramFemtojoules : MachineParam<"dramFemtojoules", 150000, "fJ/byte",
  "chosen: part of the split", "one byte of device memory traffic">;
def SramFemtojoules : MachineParam<"sramFemtojoules", 1000, "fJ/byte",
  "chosen: part of the split", "one byte read from or written to a scratchpad">;

// What a fit to the silicon may change (at most three); neutral here.
def DramPermille : MachineParam<"dramPermille", 1000, "1/1000",
  "neutral: not fitted", "part of the DRAM bandwidth that can be reached">;
def MatrixStartup : MachineParam<"matrixStartup", 0, "cycles",
  "neutral: not fitted", "added to every matrix instruction">;
def LaunchPermille : MachineParam<"launchPermille", 1000, "1/1000",
  "neutral: not fitted", "factor on the launch costs">;

def MLU100 : Machine<"mlu100",
  "the ideal machine: these figures and no other overhead", []>;
def MLU100Measured : Machine<"mlu100-measured",
  "without multicast loads, as the silicon's timings suggest; nothing else is "
  "fitted", [Override<Multicast, 0>]>;
