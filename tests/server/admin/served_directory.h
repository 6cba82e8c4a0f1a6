#ifndef SALLYPORT_TESTS_SERVER_ADMIN_SERVED_DIRECTORY_H_
#define SALLYPORT_TESTS_SERVER_ADMIN_SERVED_DIRECTORY_H_

// An AdminServer over an empty SqliteStore, in a scratch directory.

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <string>

#include "server/admin/admin_server.h"
#include "server/stores/sqlite_store.h"

namespace sallyport::server {

class ServedDirectory {
 public:
  ServedDirectory() {
    // Not TEST_TMPDIR: a socket's path may have 107 bytes.
    EXPECT_NE(mkdtemp(directory_.data()), nullptr);
    auto store =
        SqliteStore::Open({.name = "main", .path = directory_ + "/users.db", .tenant = "blue"});
    EXPECT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
    auto admin = AdminServer::Start({.socket_path = socket_path()}, *store_);
    EXPECT_TRUE(admin.ok()) << admin.status();
    admin_ = *std::move(admin);
  }
  ~ServedDirectory() {
    Stop();
    store_.reset();
    std::filesystem::remove_all(directory_);
  }

  void Stop() { admin_.reset(); }

  const std::string& directory() const { return directory_; }
  std::string socket_path() const { return directory_ + "/run/admin.sock"; }
  SqliteStore& store() { return *store_; }

 private:
  std::string directory_ = "/tmp/sallyportXXXXXX";
  std::unique_ptr<SqliteStore> store_;
  std::unique_ptr<AdminServer> admin_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_TESTS_SERVER_ADMIN_SERVED_DIRECTORY_H_
