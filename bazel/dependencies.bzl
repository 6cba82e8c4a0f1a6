"""Every outside dependency, declared once.

Each comes from a Debian 12 package. To build one from a source archive
instead, replace its entry here: the labels (`@grpc//:grpc++`, ...) stay.
"""

# Bazel's own rules, and the Debian package that carries each.
_RULES = {
    "bazel_skylib": "/usr/share/bazel/tools/skylib",  # bazel-skylib
    "platforms": "/usr/share/bazel/tools/platforms",  # bazel-platforms
    "rules_java": "/usr/share/bazel/rules/java",  # bazel-rules-java
    "rules_proto": "/usr/share/bazel/rules/proto",  # bazel-rules-proto
}

# Libraries: the BUILD file in bazel/debian/ names the package and its targets.
_LIBRARIES = [
    "absl",  # status, string and container types
    "argon2",  # Argon2id password hashes
    "asio",  # the event loops of the gateway and of the text protocol
    "benchmark",  # micro-benchmarks
    "cjose",  # JSON Web Signatures of bearer tokens
    "cli11",  # command lines
    "crypt",  # crypt(3) hashes of passwords
    "curl",  # fetches key sets
    "cyrus_sasl",  # tests: an independent SASL implementation
    "gsasl",  # tests and benchmarks: an independent SASL implementation
    "googletest",  # tests
    "grpc",  # the service's transport
    "icu",  # SASLprep (RFC 4013)
    "jansson",  # JSON inside of tokens
    "krb5",  # Kerberos, by GSS-API
    "ldap",  # the LDAP store
    "libpq",  # the PostgreSQL store
    "nlohmann_json",  # JSON log lines and output
    "openssl",  # digests, HMAC, PBKDF2, randomness, X.509
    "prometheus_cpp",  # metrics, and the HTTP server that shows them
    "protobuf",  # the contracts
    "re2",  # patterns in the policy
    "spdlog",  # the asynchronous log sink
    "sqlite3",  # the embedded credential store
    "yaml_cpp",  # configuration files
]

def sallyport_dependencies():
    for name, path in _RULES.items():
        native.local_repository(name = name, path = path)
    native.local_repository(name = "rules_cc", path = "bazel/rules_cc")
    native.local_repository(name = "remote_coverage_tools", path = "bazel/remote_coverage_tools")
    for name in _LIBRARIES:
        native.new_local_repository(
            name = name,
            path = "bazel/debian/root",
            build_file = "//bazel/debian:%s.BUILD" % name,
        )
