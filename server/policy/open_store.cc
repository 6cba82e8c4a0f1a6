#include "server/policy/open_store.h"

#include <utility>

#include "absl/status/status.h"
#include "policy/values.h"
#include "server/stores/files/directory_backend.h"
#include "server/stores/files/flat_file_backend.h"
#include "server/stores/ldap/ldap_backend.h"
#include "server/stores/postgresql/postgresql_backend.h"
#include "server/stores/sqlite/sqlite_backend.h"
#include "server/stores/webhook/webhook_backend.h"

namespace sallyport::server {
namespace {

using policy::ToDuration;

CredentialStoreOptions OptionsOf(const v1::Store& settings) {
  CredentialStoreOptions options;
  options.name = settings.name();
  options.per_tenant = settings.per_tenant();
  if (settings.has_timeout()) options.timeout = ToDuration(settings.timeout());
  if (settings.max_waiting() != 0) options.max_waiting = settings.max_waiting();
  const v1::Cache& cache = settings.cache();
  if (cache.has_ttl()) options.cache.ttl = ToDuration(cache.ttl());
  if (cache.has_negative_ttl()) options.cache.negative_ttl = ToDuration(cache.negative_ttl());
  if (cache.size() != 0) options.cache.capacity = cache.size();
  options.cache.stale_while_down = ToDuration(cache.stale_while_down());
  return options;
}

absl::StatusOr<std::unique_ptr<StoreBackend>> MakeBackend(const v1::Store& settings,
                                                          const CredentialStoreOptions& options,
                                                          StoreChanges& changes) {
  switch (settings.kind_case()) {
    case v1::Store::kSqlite:
      return SqliteBackend::Create(settings.sqlite(), changes);
    case v1::Store::kPostgresql:
      return PostgresqlBackend::Create(settings.postgresql(), changes);
    case v1::Store::kLdap:
      return LdapBackend::Create(settings.ldap(), {.store = options.name,
                                                   .per_tenant = options.per_tenant,
                                                   .timeout = options.timeout,
                                                   .max_waiting = options.max_waiting});
    case v1::Store::kDirectory:
      return CreateDirectoryBackend(settings.directory(), options.name, options.per_tenant,
                                    changes);
    case v1::Store::kFile:
      return CreateFlatFileBackend(settings.file(), options.name, options.per_tenant, changes);
    case v1::Store::kWebhook:
      return WebhookBackend::Create(
          settings.webhook(),
          {.name = options.name, .timeout = options.timeout, .max_waiting = options.max_waiting});
    case v1::Store::KIND_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError("the store has no kind");
}

}  // namespace

absl::StatusOr<std::shared_ptr<CredentialStore>> OpenPolicyStore(const v1::Store& settings) {
  const CredentialStoreOptions options = OptionsOf(settings);
  return CredentialStore::Create(OptionsOf(settings), [&](StoreChanges& changes) {
    return MakeBackend(settings, options, changes);
  });
}

}  // namespace sallyport::server
