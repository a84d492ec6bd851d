#!/usr/bin/env python3
"""Prints SklearnCases.inc: models that scikit-learn has fitted to seeded random
data, as operators of ai.onnx.ml, with what scikit-learn predicts.

    sklearn-cases.py > SklearnCases.inc
"""

import numpy as np
import sklearn
from sklearn import ensemble, linear_model, svm

rng = np.random.RandomState(4)
X = rng.randn(24, 3).round(2)
y = rng.randint(0, 3, 24)
for c in range(3):
    X[y == c, c] += 1.5
X = X.round(2).astype(np.float32)
T = X[:5]
INTS = "tensor<*xi64>"
FLOATS = "tensor<*xf32>"


def text(value):
    if isinstance(value, str):
        return '"%s"' % value
    if isinstance(value, list) or isinstance(value, np.ndarray):
        return "[%s]" % ", ".join(text(v) for v in np.ravel(value))
    if isinstance(value, (float, np.floating)):
        return repr(float(np.float32(value)))
    return str(value)


def wrap(line, indent="     "):
    """The string as C++ literals that fit into 80 columns."""
    out = []
    while line:
        cut = 66 if len(line) <= 66 else line.rfind(" ", 0, 66) + 1 or 66
        out.append(indent + 'R"(%s)"' % line[:cut])
        line = line[cut:]
    return "\n".join(out)


def floats(values):
    return "{%s}" % ", ".join("%sf" % text(float(v)) for v in np.ravel(values))


def case(name, op, attributes, labels, scores):
    attrs = ", ".join("%s = %s" % (k, text(v)) for k, v in attributes.items())
    print("{\"%s\", \"onnx_ml.%s\"," % (name, op))
    print(wrap("{%s}" % attrs) + ",")
    print("     {%s}," % ", ".join(str(int(v)) for v in labels))
    print("     %s}," % floats(scores))


def nodes(trees):
    out = {k: [] for k in ("treeids", "nodeids", "featureids", "modes", "values",
                           "truenodeids", "falsenodeids")}
    for number, tree in enumerate(trees):
        for node in range(tree.node_count):
            leaf = tree.children_left[node] < 0
            out["treeids"].append(number)
            out["nodeids"].append(node)
            out["featureids"].append(0 if leaf else tree.feature[node])
            out["modes"].append("LEAF" if leaf else "BRANCH_LEQ")
            out["values"].append(0.0 if leaf else tree.threshold[node])
            out["truenodeids"].append(0 if leaf else tree.children_left[node])
            out["falsenodeids"].append(0 if leaf else tree.children_right[node])
    return {"nodes_" + k: v for k, v in out.items()}


def votes(prefix, trees, weigh):
    out = {k: [] for k in ("treeids", "nodeids", "ids", "weights")}
    for number, tree in enumerate(trees):
        for node in range(tree.node_count):
            if tree.children_left[node] >= 0:
                continue
            for target, weight in weigh(tree, node):
                out["treeids"].append(number)
                out["nodeids"].append(node)
                out["ids"].append(target)
                out["weights"].append(float(weight))
    return {prefix + "_" + k: v for k, v in out.items()}


def machine(model):
    return {
        "support_vectors": np.float32(model.support_vectors_),
        "coefficients": np.float32(model._dual_coef_),
        "rho": np.float32(model._intercept_),
    }


print("// Made by sklearn-cases.py with scikit-learn %s; don't edit."
      % sklearn.__version__)
print("static const std::vector<float> rows = %s;" % floats(T))
print("static const ModelCase models[] = {")

for kernel, gamma, coef0, degree in (("linear", 0.0, 0.0, 0), ("rbf", 0.5, 0.0, 0),
                                     ("poly", 0.3, 1.0, 2),
                                     ("sigmoid", 0.1, 0.2, 0)):
    for probability in (False, True):
        if probability and kernel != "rbf":
            continue
        model = svm.SVC(kernel=kernel, gamma=gamma or "scale", coef0=coef0,
                        degree=degree or 3, probability=probability,
                        decision_function_shape="ovo", random_state=0)
        model.fit(X[:12], y[:12])
        attributes = machine(model)
        attributes["kernel_type"] = kernel.upper()
        attributes["kernel_params"] = [gamma, coef0, float(degree)]
        attributes["vectors_per_class"] = [int(n) for n in model.n_support_]
        attributes["classlabels_ints"] = [0, 1, 2]
        scores = model.decision_function(T)
        if probability:
            attributes["prob_a"] = np.float32(model.probA_)
            attributes["prob_b"] = np.float32(model.probB_)
            scores = model.predict_proba(T)
        case("SVC " + kernel + (", probabilities" if probability else ""),
             "SVMClassifier", attributes, model.predict(T), scores)

for name, model in (("SVR", svm.SVR(kernel="rbf", gamma=0.5)),
                    ("OneClassSVM", svm.OneClassSVM(gamma=0.5, nu=0.4))):
    model.fit(X[:8], X[:8, 0] * 2)
    attributes = machine(model)
    attributes["kernel_type"] = "RBF"
    attributes["kernel_params"] = [0.5, 0.0, 0.0]
    attributes["n_supports"] = len(model.support_)
    attributes["one_class"] = int(name == "OneClassSVM")
    case(name, "SVMRegressor", attributes, [], model.predict(T))

model = linear_model.LogisticRegression(multi_class="multinomial").fit(X, y)
case("LogisticRegression", "LinearClassifier", {
    "coefficients": np.float32(model.coef_),
    "intercepts": np.float32(model.intercept_),
    "classlabels_ints": [0, 1, 2], "post_transform": "SOFTMAX"
}, model.predict(T), model.predict_proba(T))

model = linear_model.LogisticRegression().fit(X, y > 0)
case("LogisticRegression, two classes", "LinearClassifier", {
    "coefficients": np.float32(model.coef_),
    "intercepts": np.float32(model.intercept_),
    "classlabels_ints": [0, 1], "post_transform": "LOGISTIC"
}, model.predict(T), model.predict_proba(T))

model = linear_model.Ridge().fit(X, np.c_[X[:, 0] * 2 + 1, X[:, 1] - X[:, 2]])
case("Ridge, two targets", "LinearRegressor", {
    "coefficients": np.float32(model.coef_),
    "intercepts": np.float32(model.intercept_), "targets": 2
}, [], model.predict(T))

model = ensemble.RandomForestClassifier(3, max_depth=2, random_state=1)
model.fit(X, y)
trees = [e.tree_ for e in model.estimators_]


def shares(tree, node):
    counts = tree.value[node][0]
    return [(c, n / counts.sum() / len(trees)) for c, n in enumerate(counts) if n]


case("RandomForestClassifier", "TreeEnsembleClassifier",
     {**nodes(trees), **votes("class", trees, shares),
      "classlabels_int64s": [0, 1, 2]},
     model.predict(T), model.predict_proba(T))

model = ensemble.RandomForestRegressor(3, max_depth=2, random_state=1)
model.fit(X, np.c_[X[:, 0] * X[:, 1], X[:, 2]])
trees = [e.tree_ for e in model.estimators_]
case("RandomForestRegressor", "TreeEnsembleRegressor",
     {**nodes(trees),
      **votes("target", trees, lambda tree, node: [
          (k, v[0]) for k, v in enumerate(tree.value[node])]),
      "n_targets": 2, "aggregate_function": "AVERAGE"},
     [], model.predict(T))

model = ensemble.GradientBoostingRegressor(n_estimators=2, max_depth=2,
                                           learning_rate=0.5, random_state=1)
model.fit(X, X[:, 0] * X[:, 1])
trees = [e[0].tree_ for e in model.estimators_]
case("GradientBoostingRegressor", "TreeEnsembleRegressor",
     {**nodes(trees),
      **votes("target", trees, lambda tree, node: [
          (0, tree.value[node][0][0] * 0.5)]),
      "n_targets": 1, "base_values": np.float32(model.init_.constant_)},
     [], model.predict(T))

model = ensemble.GradientBoostingClassifier(n_estimators=3, max_depth=1,
                                            random_state=1).fit(X, y > 0)
trees = [e[0].tree_ for e in model.estimators_]
case("GradientBoostingClassifier", "TreeEnsembleClassifier",
     {**nodes(trees),
      **votes("class", trees, lambda tree, node: [
          (0, tree.value[node][0][0] * 0.1)]),
      "classlabels_int64s": [0, 1], "post_transform": "LOGISTIC",
      "base_values": np.float32(model._raw_predict_init(T)[0])},
     model.predict(T),
     # The operator's first score is that of the negated sum.
     model.predict_proba(T))
print("};")
