"""Generates C++ for protobuf messages and gRPC services with Debian's protoc."""

def cc_message_library(name, srcs, **kwargs):
    """A library of the messages in srcs, without gRPC.

    Args:
      name: the library's name.
      srcs: .proto files of this package, which lies under //proto.
      **kwargs: passed on to the cc_library.
    """
    stems = [src[:-len(".proto")] for src in srcs]
    native.genrule(
        name = name + "_generated",
        srcs = srcs,
        outs = [stem + suffix for stem in stems for suffix in [".pb.h", ".pb.cc"]],
        cmd = "protoc --proto_path=proto --cpp_out=$(GENDIR)/proto $(SRCS)",
    )
    native.cc_library(
        name = name,
        srcs = [stem + ".pb.cc" for stem in stems],
        hdrs = [stem + ".pb.h" for stem in stems],
        copts = ["-w"],
        strip_include_prefix = "/proto",
        deps = ["@protobuf"],
        **kwargs
    )

def cc_grpc_library(name, srcs, **kwargs):
    """A library of the messages and services in srcs.

    Args:
      name: the library's name.
      srcs: .proto files of this package, which lies under //proto; they import
        each other by their path below //proto.
      **kwargs: passed on to the cc_library.
    """
    stems = [src[:-len(".proto")] for src in srcs]
    native.genrule(
        name = name + "_generated",
        srcs = srcs,
        outs = [stem + suffix for stem in stems for suffix in [".pb.h", ".pb.cc", ".grpc.pb.h", ".grpc.pb.cc"]],
        cmd = "protoc --proto_path=proto --cpp_out=$(GENDIR)/proto --grpc_out=$(GENDIR)/proto" +
              " --plugin=protoc-gen-grpc=$$(which grpc_cpp_plugin) $(SRCS)",
    )
    native.cc_library(
        name = name,
        srcs = [stem + suffix for stem in stems for suffix in [".pb.cc", ".grpc.pb.cc"]],
        hdrs = [stem + suffix for stem in stems for suffix in [".pb.h", ".grpc.pb.h"]],
        copts = ["-w"],
        strip_include_prefix = "/proto",
        deps = ["@grpc//:grpc++", "@protobuf"],
        **kwargs
    )
