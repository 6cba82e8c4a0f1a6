#include "server/policy/open_store.h"

#include <utility>

#include "absl/status/status.h"
#include "policy/values.h"
#include "server/stores/sqlite/sqlite_backend.h"

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
                                                          StoreChanges& changes) {
  switch (settings.kind_case()) {
    case v1::Store::kSqlite:
      return SqliteBackend::Create(settings.sqlite(), changes);
    default:
      return absl::InvalidArgumentError("this kind of store is unknown");
  }
}

}  // namespace

absl::StatusOr<std::shared_ptr<CredentialStore>> OpenPolicyStore(const v1::Store& settings) {
  return CredentialStore::Create(OptionsOf(settings), [&settings](StoreChanges& changes) {
    return MakeBackend(settings, changes);
  });
}

}  // namespace sallyport::server
