//===- Options.td - Command line of onnc-memplan -----------*- tablegen -*-===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

include "llvm/Option/OptParser.td"

def help : Flag<["--"], "help">, HelpText<"Show this text">;
def : Flag<["-"], "h">, Alias<help>;
def version : Flag<["--"], "version">, HelpText<"Show the version">;
def o : Separate<["-"], "o">, MetaVarName<"<file>">,
  HelpText<"Write the plan to <file> instead of standard output">;
def capacity_EQ : Joined<["--"], "capacity=">, MetaVarName<"<bytes>">,
  HelpText<"Find a plan that fits into <bytes>">;
def minimize : Flag<["--"], "minimize">,
  HelpText<"Find the plan with the least peak (the default)">;
def heuristics_only : Flag<["--"], "heuristics-only">,
  HelpText<"Take the best heuristic's plan, without a search">;
def time_limit_EQ : Joined<["--"], "time-limit=">, MetaVarName<"<seconds>">,
  HelpText<"Stop searching after <seconds> (default 60; 0: never)">;
def node_limit_EQ : Joined<["--"], "node-limit=">, MetaVarName<"<n>">,
  HelpText<"Stop searching after <n> nodes, which is the same everywhere">;
def threads_EQ : Joined<["--"], "threads=">, MetaVarName<"<n>">,
  HelpText<"Run up to <n> strategies at the same time (default 2)">;
def spill : Flag<["--"], "spill">,
  HelpText<"With --capacity: buffers may be copied away between the first and "
           "the last time that they are live, which moves the fewest bytes">;
def spill_nodes_EQ : Joined<["--"], "spill-nodes=">, MetaVarName<"<n>">,
  HelpText<"Look at <n> nodes for what to copy away (default 20000; 0: "
           "greedily)">;
def stats : Flag<["--"], "stats">,
  HelpText<"Print peak, bound, gap and the search to standard error">;
