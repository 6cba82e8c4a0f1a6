#ifndef SALLYPORT_TESTS_SERVER_ADMIN_SERVED_DIRECTORY_H_
#define SALLYPORT_TESTS_SERVER_ADMIN_SERVED_DIRECTORY_H_

// An AdminServer over an empty SQLite store called "main", in a scratch directory, under a
// policy from a file that is loaded only when it is told to.

#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "process/unix_socket.h"
#include "sallyport/v1/admin.grpc.pb.h"
#include "server/admin/admin_server.h"
#include "server/audit/audit_log.h"
#include "server/policy/policy_source.h"
#include "tests/server/stores/sqlite/sqlite_store.h"

namespace sallyport::server {

struct ServedOptions {
  // Of the policy's rules.
  std::string credentials = "{max_rotation: 72h}";
  // More stores, and the rest of the policy, in lines of YAML.
  std::string stores;
  std::string policy;
  // Any file but none stands for audit_file().
  AuditOptions audit;
  // Opens what is not an SQLite store.
  OpenStore open_other;
};

class ServedDirectory {
 public:
  explicit ServedDirectory(ServedOptions options = {}) : options_(std::move(options)) {
    // Not TEST_TMPDIR: a socket's path may have 107 bytes.
    EXPECT_NE(mkdtemp(directory_.data()), nullptr);
    AddSqlite("main", false);
    stores_ += options_.stores;
    WritePolicy();
    if (!options_.audit.file.empty()) options_.audit.file = audit_file();
    auto audit = AuditLog::Open(options_.audit);
    EXPECT_TRUE(audit.ok()) << audit.status();
    audit_ = *std::move(audit);
    auto policies = PolicySource::Create(
        {.file = policy_file(),
         .surroundings = {.decoy_key = Secret("0123456789abcdef0123456789abcdef"), .kerberos = {}},
         .open_store = [this](const v1::Store& store) { return Open(store); },
         .watch_period = absl::ZeroDuration(),
         .still_for = absl::ZeroDuration()});
    EXPECT_TRUE(policies.ok()) << policies.status();
    policies_ = *std::move(policies);
    auto admin = AdminServer::Start({.socket_path = socket_path()}, *policies_, *audit_);
    EXPECT_TRUE(admin.ok()) << admin.status();
    admin_ = *std::move(admin);
  }
  ~ServedDirectory() {
    Stop();
    policies_.reset();
    std::filesystem::remove_all(directory_);
  }

  // Stop ends the server, and writes what is in the audit log.
  void Stop() {
    admin_.reset();
    audit_.reset();
  }

  // AddStore adds a store that can be written.
  CredentialStore& AddStore(const std::string& name, bool per_tenant) {
    AddSqlite(name, per_tenant);
    AddToPolicy("");
    return *policies_->Current()->stores.back();
  }

  // AddToPolicy adds lines of YAML to the policy, and loads it.
  void AddToPolicy(const std::string& lines) {
    options_.policy += lines;
    WritePolicy();
    const absl::Status status = policies_->Reload().status;
    EXPECT_TRUE(status.ok()) << status;
  }

  // WritePolicy writes the policy's file, as it was or `text`, and does not load it.
  void WritePolicy() { WritePolicy(PolicyText()); }
  void WritePolicy(const std::string& text) {
    std::ofstream(policy_file(), std::ios::trunc) << text;
  }
  std::string PolicyText() const {
    return absl::StrCat("stores:\n", stores_,
                        "rules:\n  stores: [{store: main}]\n  credentials: ", options_.credentials,
                        "\n", options_.policy);
  }

  PolicySource& policies() { return *policies_; }
  AuditLog& audit() { return *audit_; }
  const std::string& directory() const { return directory_; }
  std::string socket_path() const { return directory_ + "/run/admin.sock"; }
  std::string policy_file() const { return directory_ + "/policy.yaml"; }
  std::string audit_file() const { return directory_ + "/audit.jsonl"; }
  // "main", and its users.
  CredentialStore& store() { return *policies_->Current()->stores.front(); }
  UserDirectory& users() { return *store().directory(); }

  std::unique_ptr<v1::Admin::Stub> Stub() const {
    return v1::Admin::NewStub(grpc::CreateChannel(*process::UnixSocketTarget(socket_path()),
                                                  grpc::InsecureChannelCredentials()));
  }

 private:
  void AddSqlite(const std::string& name, bool per_tenant) {
    absl::StrAppend(&stores_, "  - {name: ", name, ", per_tenant: ", per_tenant ? "true" : "false",
                    ", sqlite: {path: ", directory_, "/", name, ".db}}\n");
  }
  absl::StatusOr<std::shared_ptr<CredentialStore>> Open(const v1::Store& store) {
    if (!store.has_sqlite()) return options_.open_other(store);
    return std::shared_ptr<CredentialStore>(OpenSqliteStore(
        {.name = store.name(), .per_tenant = store.per_tenant()}, store.sqlite().path()));
  }

  ServedOptions options_;
  std::string directory_ = "/tmp/sallyportXXXXXX";
  // The policy's, in lines of YAML.
  std::string stores_;
  std::unique_ptr<AuditLog> audit_;
  std::unique_ptr<PolicySource> policies_;
  std::unique_ptr<AdminServer> admin_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_TESTS_SERVER_ADMIN_SERVED_DIRECTORY_H_
