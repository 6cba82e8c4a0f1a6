"""Fuzz targets whose corpus is also replayed as a plain test."""

load("@rules_cc//cc:defs.bzl", "cc_binary", "cc_library", "cc_test")

def fuzz_target(name, srcs, corpus, deps):
    """Declares a fuzz target.

    `NAME` is the fuzzer, built by hand with --config=fuzz; `NAME_replay_test` runs the corpus
    through the same code without one.

    Args:
      name: the fuzzer.
      srcs: what defines LLVMFuzzerTestOneInput.
      corpus: the folder of the corpus, relative to the package; not empty.
      deps: what srcs depend on.
    """
    cc_library(
        name = name + "_lib",
        testonly = True,
        srcs = srcs,
        deps = deps,
        alwayslink = True,
    )
    cc_test(
        name = name + "_replay_test",
        size = "small",
        srcs = ["//tests/fuzz:replay_main.cc"],
        args = [native.package_name() + "/" + corpus],
        data = native.glob([corpus + "/**"]),
        deps = [":" + name + "_lib"],
    )
    cc_binary(
        name = name,
        testonly = True,
        linkopts = ["-fsanitize=fuzzer"],
        tags = ["manual"],
        deps = [":" + name + "_lib"],
    )
