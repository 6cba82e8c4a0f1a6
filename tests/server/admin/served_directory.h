#ifndef SALLYPORT_TESTS_SERVER_ADMIN_SERVED_DIRECTORY_H_
#define SALLYPORT_TESTS_SERVER_ADMIN_SERVED_DIRECTORY_H_

// An AdminServer over an empty SQLite store called "main", in a scratch directory.

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/admin/admin_server.h"
#include "server/admin/writable_stores.h"
#include "tests/server/stores/sqlite/sqlite_store.h"

namespace sallyport::server {

class ServedDirectory {
 public:
  ServedDirectory() {
    // Not TEST_TMPDIR: a socket's path may have 107 bytes.
    EXPECT_NE(mkdtemp(directory_.data()), nullptr);
    AddStore("main", false);
    auto admin = AdminServer::Start({.socket_path = socket_path()}, find_store());
    EXPECT_TRUE(admin.ok()) << admin.status();
    admin_ = *std::move(admin);
  }
  ~ServedDirectory() {
    Stop();
    stores_.clear();
    std::filesystem::remove_all(directory_);
  }

  void Stop() { admin_.reset(); }

  // AddStore adds a store that can be written. Not while a call is under way.
  CredentialStore& AddStore(const std::string& name, bool per_tenant) {
    stores_.push_back(
        OpenSqliteStore({.name = name, .per_tenant = per_tenant}, directory_ + "/" + name + ".db"));
    return *stores_.back();
  }

  FindStore find_store() {
    return [this](std::string_view name) { return FindWritableStore(stores_, name); };
  }
  const std::string& directory() const { return directory_; }
  std::string socket_path() const { return directory_ + "/run/admin.sock"; }
  // "main", and its users.
  CredentialStore& store() { return *stores_.front(); }
  UserDirectory& users() { return *store().directory(); }

 private:
  std::string directory_ = "/tmp/sallyportXXXXXX";
  std::vector<std::shared_ptr<CredentialStore>> stores_;
  std::unique_ptr<AdminServer> admin_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_TESTS_SERVER_ADMIN_SERVED_DIRECTORY_H_
