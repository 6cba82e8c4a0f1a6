#ifndef SALLYPORT_TESTS_SERVER_STORES_POSTGRESQL_POSTGRESQL_STORE_H_
#define SALLYPORT_TESTS_SERVER_STORES_POSTGRESQL_POSTGRESQL_STORE_H_

// Stores over the shared server, with limits of time that suit a test.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "server/stores/credential_store.h"
#include "server/stores/postgresql/postgresql_backend.h"
#include "tests/server/stores/postgresql/change_tap.h"
#include "tests/server/stores/postgresql/postgresql_server.h"

namespace sallyport::server {

inline v1::PostgresqlStore PostgresqlSettings(const std::string& connection,
                                              const std::string& schema) {
  v1::PostgresqlStore settings;
  settings.set_connection(connection);
  settings.set_schema(schema);
  return settings;
}

inline PostgresqlOptions QuickPostgresqlOptions(const v1::PostgresqlStore& settings) {
  absl::StatusOr<PostgresqlOptions> options = ReadPostgresqlOptions(settings);
  EXPECT_TRUE(options.ok()) << options.status();
  if (!options.ok()) return {};
  options->connect_timeout = absl::Seconds(2);
  options->query_timeout = absl::Seconds(2);
  options->first_retry = absl::Milliseconds(20);
  options->last_retry = absl::Milliseconds(200);
  return *std::move(options);
}

// OpenedStore is a store, and what its backend says of changes.
struct OpenedStore {
  std::shared_ptr<ChangeTap> tap = std::make_shared<ChangeTap>();
  std::unique_ptr<CredentialStore> store;
};

inline absl::StatusOr<OpenedStore> TryOpenPostgresqlStore(PostgresqlOptions postgresql,
                                                          CredentialStoreOptions options = {
                                                              .name = "main"}) {
  OpenedStore opened;
  auto store = CredentialStore::Create(
      std::move(options),
      [&](StoreChanges& changes) -> absl::StatusOr<std::unique_ptr<StoreBackend>> {
        opened.tap->HandOnTo(changes);
        return PostgresqlBackend::Create(std::move(postgresql), *opened.tap);
      });
  if (!store.ok()) return store.status();
  opened.store = *std::move(store);
  return opened;
}

inline OpenedStore OpenPostgresqlStore(PostgresqlOptions postgresql,
                                       CredentialStoreOptions options = {.name = "main"}) {
  auto opened = TryOpenPostgresqlStore(std::move(postgresql), std::move(options));
  EXPECT_TRUE(opened.ok()) << opened.status();
  return opened.ok() ? *std::move(opened) : OpenedStore();
}

// SqlIdentifier and SqlText quote for SQL.
inline std::string SqlIdentifier(std::string_view text) {
  return absl::StrCat("\"", absl::StrReplaceAll(std::string(text), {{"\"", "\"\""}}), "\"");
}
inline std::string SqlText(std::string_view text) {
  return absl::StrCat("'", absl::StrReplaceAll(std::string(text), {{"'", "''"}}), "'");
}

}  // namespace sallyport::server

#endif  // SALLYPORT_TESTS_SERVER_STORES_POSTGRESQL_POSTGRESQL_STORE_H_
