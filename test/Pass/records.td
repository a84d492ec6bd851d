// Mistakes in pass records are errors with their place.
// RUN: not onnc-tblgen --gen-pass-decls -I %onnc_src/include -D TWICE %s 2>&1 | FileCheck %s --check-prefix=TWICE
// RUN: not onnc-tblgen --gen-pass-decls -I %onnc_src/include -D DEFAULT %s 2>&1 | FileCheck %s --check-prefix=DEFAULT
// RUN: not onnc-tblgen --gen-pass-decls -I %onnc_src/include -D DOMAIN %s 2>&1 | FileCheck %s --check-prefix=DOMAIN
// RUN: not onnc-tblgen --gen-pass-decls -I %onnc_src/include -D NAME %s 2>&1 | FileCheck %s --check-prefix=NAME
// RUN: not onnc-tblgen --gen-pass-decls -I %onnc_src/include -D LOOP %s 2>&1 | FileCheck %s --check-prefix=LOOP
// RUN: onnc-tblgen --gen-pass-docs -I %onnc_src/include %s | FileCheck %s --check-prefix=DOCS
// RUN: onnc-tblgen --gen-pass-decls -I %onnc_src/include %s | FileCheck %s --check-prefix=DECLS
// RUN: onnc-tblgen --gen-pass-defs -I %onnc_src/include %s | FileCheck %s --check-prefix=DEFS
include "onnc/Pass/PassBase.td"

def G : PassGroup<"Things">;

#ifdef TWICE
// TWICE: records.td:[[#@LINE+1]]:5: error: pass 'a-pass': 'x' is declared twice
def A : Pass<"a-pass", G> {
  let summary = "Does";
  let options = [BoolOption<"x", 0, "an option">];
  let knobs = [IntKnob<"x", 0, 1, 1, 0, Up, "a knob">];
}
#endif
#ifdef DEFAULT
// DEFAULT: error: pass 'a-pass': the default of option 'x' is none of its values
def A : Pass<"a-pass", G> {
  let summary = "Does";
  let options = [EnumOption<"x", ["a", "b"], "c", "an option">];
}
#endif
#ifdef DOMAIN
// DOMAIN: error: pass 'a-pass': the default of knob 'x' is outside its domain
def A : Pass<"a-pass", G> {
  let summary = "Does";
  let knobs = [IntKnob<"x", 0, 8, 4, 2, Up, "a knob">];
}
#endif
#ifdef NAME
// NAME: error: pass 'A pass': name 'A pass' must be words in lower case joined by '-'
def A : Pass<"A pass", G> {
  let summary = "Does";
}
#endif
#ifdef LOOP
// LOOP: error: pass 'fixpoint': 'fixpoint' is the loop of pipelines
def A : Pass<"fixpoint", G> {
  let summary = "Does";
}
#endif

def Full : Pass<"full", G> {
  let summary = "Has everything";
  let options = [IntOption<"size", 3, "an option">];
  let knobs = [EnumKnob<"depth", ["none", "all"], "all", Down, "a knob">];
  let statistics = [Statistic<"done", "what was done">];
  let requires = [Imported];
  let sets = [Tiled];
  let after = ["another"];
}
// DOCS: ## Things
// DOCS: ### `full`
// DOCS: Has everything.
// DOCS: | `size` | int | `3` | an option |
// DOCS: | `full.depth` | none, all | `all` | down | a knob |
// DOCS: - requires: `Imported`
// DOCS: - sets: `Tiled`
// DOCS: - runs after: `another`
// DOCS: - counts `done`: what was done

// Passes made from something that they know of their target.
def Bound : PassGroup<"Bound things"> {
  let parameter = "Model";
}
def UseModel : Pass<"use-model", Bound> {
  let summary = "Uses the model";
}
// DECLS: explicit UseModelBase(const Model &parameter)
// DECLS: createUseModelPass(const Model &parameter);
// DECLS: registerBoundPasses(onnc::PassRegistry &registry, const Model &parameter);
// DEFS: registry.add(UseModelBase::getPassInfo(), [parameter] { return createUseModelPass(parameter); })
