#ifndef SALLYPORT_TESTS_SERVER_STORES_SQLITE_SQLITE_STORE_H_
#define SALLYPORT_TESTS_SERVER_STORES_SQLITE_SQLITE_STORE_H_

// A CredentialStore over an SQLite file, and a place for the file.

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "server/stores/credential_store.h"
#include "server/stores/sqlite/sqlite_backend.h"

namespace sallyport::server {

// ScratchFolder is an empty folder, removed in the end.
class ScratchFolder {
 public:
  ScratchFolder() { EXPECT_NE(mkdtemp(path_.data()), nullptr); }
  ~ScratchFolder() { std::filesystem::remove_all(path_); }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_ = testing::TempDir() + "storeXXXXXX";
};

// TryOpenSqliteStore opens the file at `path`, or creates it.
inline absl::StatusOr<std::unique_ptr<CredentialStore>> TryOpenSqliteStore(
    CredentialStoreOptions options, const std::string& path) {
  return CredentialStore::Create(std::move(options), [&](StoreChanges& changes) {
    v1::SqliteStore settings;
    settings.set_path(path);
    return SqliteBackend::Create(settings, changes);
  });
}

// OpenSqliteStore does so, and fails the test where it cannot.
inline std::unique_ptr<CredentialStore> OpenSqliteStore(CredentialStoreOptions options,
                                                        const std::string& path) {
  auto store = TryOpenSqliteStore(std::move(options), path);
  EXPECT_TRUE(store.ok()) << store.status();
  return store.ok() ? *std::move(store) : nullptr;
}

}  // namespace sallyport::server

#endif  // SALLYPORT_TESTS_SERVER_STORES_SQLITE_SQLITE_STORE_H_
