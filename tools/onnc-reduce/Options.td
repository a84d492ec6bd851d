//===- Options.td - Options of onnc-reduce --------------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
include "llvm/Option/OptParser.td"

class F<string name, string help>
    : Flag<["--", "-"], name>, HelpText<help>;
class V<string name, string meta, string help>
    : Joined<["--", "-"], name>, MetaVarName<meta>, HelpText<help>;

def help : F<"help", "Show this text">;
def : Flag<["-"], "h">, Alias<help>;
def version : F<"version", "Show the version">;

def test_EQ : V<"test=", "<command>",
    "Shell command that ends with status 0 where the module in the file that is "
    "added to it (or stands for %s) still shows the problem">;
def time_limit_EQ : V<"time-limit=", "<seconds>",
    "After which a run of the command counts as not interesting; 60 by default">;
def o : JoinedOrSeparate<["-"], "o">, MetaVarName<"<file>">,
    HelpText<"Where the reduced module goes; reduced.onncir by default">;
