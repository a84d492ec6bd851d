//===- PassBase.td - The schema of pass records ---------------------------===//
//
// Part of the ONNC project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
///
/// \file
/// A pass is one record of class Pass. From it onnc-tblgen generates the base
/// class with options, knobs and statistics (--gen-pass-decls), the table that
/// the framework reads with the registration function (--gen-pass-defs), and
/// the reference (--gen-pass-docs). The author derives from the base class and
/// writes `run`. See docs/PassFramework.md.
///
//===----------------------------------------------------------------------===//
#ifndef ONNC_PASS_PASSBASE_TD
#define ONNC_PASS_PASSBASE_TD

// Groups ---------------------------------------------------------------------

/// The passes that are registered together, by `register<Def>Passes`. Every
/// Passes.td declares one.
class PassGroup<string t> {
  /// The heading in the reference.
  string title = t;
  /// The C++ namespace of the generated code.
  string cppNamespace = "onnc";
  /// A mandatory pass binds only pipelines that use a pass of its group: set
  /// by targets, which share one registry.
  bit targetSpecific = 0;
  /// A C++ type, cheap to copy, that every pass of the group is created from
  /// (what a pass knows of the machine): create<Def>Pass and the registration
  /// function then take a value of it. Empty: nothing.
  string parameter = "";
}

// Properties -----------------------------------------------------------------

/// The C++ enumerator Property::<enumerator> (onnc/IR/Module.h).
class ModuleProperty<string e> {
  string enumerator = e;
}
def Imported : ModuleProperty<"Imported">;
def Partitioned : ModuleProperty<"Partitioned">;
def Selected : ModuleProperty<"Selected">;
def Tiled : ModuleProperty<"Tiled">;
def Scheduled : ModuleProperty<"Scheduled">;
def Allocated : ModuleProperty<"Allocated">;

// Analyses -------------------------------------------------------------------

/// An analysis of the qualified C++ class \p c, which has a static member
/// `key` (onnc/Pass/AnalysisManager.h). The .cpp that includes the generated
/// definitions includes its header.
class Analysis<string c> {
  string cppClass = c;
}

// Options --------------------------------------------------------------------

/// What the pipeline's author chooses: `pass{name=value}`. Becomes a data
/// member of the generated class, set before the pass runs and constant then.
/// \p n: kebab-case. \p d: the default, as it would stand in a pipeline.
class PassOption<string n, string k, string d, string h> {
  string name = n;
  string kind = k;
  string defaultText = d;
  string help = h;
  list<string> values = [];
}
class BoolOption<string n, bit d, string h>
    : PassOption<n, "Bool", !if(d, "true", "false"), h>;
class IntOption<string n, int d, string h>
    : PassOption<n, "Int", !cast<string>(d), h>;
class DoubleOption<string n, string d, string h>
    : PassOption<n, "Double", d, h>;
class StringOption<string n, string d, string h>
    : PassOption<n, "String", d, h>;
/// One of \p v; the member's type is a generated enum class.
class EnumOption<string n, list<string> v, string d, string h>
    : PassOption<n, "Enum", d, h> {
  let values = v;
}
/// Lists are written [1, 2]; they are empty by default.
class IntListOption<string n, string h> : PassOption<n, "IntList", "[]", h>;
class DoubleListOption<string n, string h>
    : PassOption<n, "DoubleList", "[]", h>;
class StringListOption<string n, string h>
    : PassOption<n, "StringList", "[]", h>;

// Knobs ----------------------------------------------------------------------

/// Where a retry hint may move a knob. Each hint moves it strictly in this
/// direction, so that retrying ends.
class TightenDirection<string e> {
  string enumerator = e;
}
def Down : TightenDirection<"Down">;
def Up : TightenDirection<"Up">;

/// What a search or a retry may turn: a value of a finite, ordered domain.
/// Knobs don't belong to one occurrence of the pass but to the compilation;
/// they are addressed as `pass.knob`.
class Knob<string n, string k, TightenDirection t, string h> {
  string name = n;
  string kind = k;
  TightenDirection tighten = t;
  string help = h;
  int min = 0;
  int max = 0;
  int step = 1;
  int defaultValue = 0;
  list<string> values = [];
}
/// min, min + step, …, max.
class IntKnob<string n, int lo, int hi, int by, int d, TightenDirection t,
              string h> : Knob<n, "Int", t, h> {
  let min = lo;
  let max = hi;
  let step = by;
  let defaultValue = d;
}
/// The names \p v, in order: Down goes to the first.
class EnumKnob<string n, list<string> v, string d, TightenDirection t, string h>
    : Knob<n, "Enum", t, h> {
  let values = v;
  string defaultName = d;
}

// Statistics -----------------------------------------------------------------

/// A counter: `context.count(<name>)`.
class Statistic<string n, string h> {
  string name = n;
  string help = h;
}

// Passes ---------------------------------------------------------------------

/// \p n: the name in pipelines, kebab-case. The record's own name is that of
/// the C++ class: `def FoldConstants : Pass<"fold-constants", …>` generates
/// FoldConstantsBase and declares createFoldConstantsPass.
class Pass<string n, PassGroup g> {
  string name = n;
  PassGroup group = g;
  string summary = "";
  string description = "";
  list<PassOption> options = [];
  list<Knob> knobs = [];
  list<Statistic> statistics = [];

  /// The analyses that `run` queries; it may query no others.
  list<Analysis> requiredAnalyses = [];
  /// Those that stay valid although the pass changes the module.
  list<Analysis> preservedAnalyses = [];

  /// Properties that the module must have, that it has and loses afterwards.
  list<ModuleProperty> requires = [];
  list<ModuleProperty> sets = [];
  list<ModuleProperty> clears = [];

  /// Passes that must have run before in the pipeline, unless the properties
  /// that they set hold.
  list<string> after = [];
  /// Passes that `run` may ask to return to; the module is checkpointed before
  /// them. They needn't be in the pipeline, nor registered: where they aren't,
  /// asking is in vain.
  list<string> retryPoints = [];
  /// A pipeline that sets one of these properties must contain this pass;
  /// bisection never skips it.
  list<ModuleProperty> mandatoryFor = [];
}

#endif // ONNC_PASS_PASSBASE_TD
