#include "server/admin/store_calls.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "policy/store_kind.h"
#include "server/admin/admin_conversion.h"
#include "server/admin/store_answer.h"
#include "server/admin/user_input.h"
#include "server/admin/user_place.h"
#include "server/stores/account_cache.h"

namespace sallyport::server {
namespace {

absl::StatusOr<std::shared_ptr<CredentialStore>> FindStore(const ActivePolicy& active,
                                                           const std::string& name) {
  for (const auto& store : active.stores) {
    if (store->name() == name) return store;
  }
  const std::string names = absl::StrJoin(
      active.stores, ", ",
      [](std::string* out, const auto& store) { absl::StrAppend(out, store->name()); });
  if (name.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("name one of the stores: ", names));
  }
  return absl::NotFoundError(
      absl::StrCat("the policy has no store '", name, "'; name one of: ", names));
}

}  // namespace

v1::ListStoresResponse ListStores(const AdminCall& call) {
  v1::ListStoresResponse response;
  const v1::Policy& policy = call.active->policy->policy();
  for (int i = 0; i < policy.stores_size(); ++i) {
    CredentialStore& store = *call.active->stores[static_cast<size_t>(i)];
    const CredentialStore::Stats stats = store.stats();
    v1::StoreStatus* status = response.add_stores();
    status->set_name(store.name());
    status->set_kind(policy::StoreKind(policy.stores(i)));
    status->set_per_tenant(store.per_tenant());
    status->set_writable(store.directory() != nullptr);
    status->set_hits(stats.hits);
    status->set_misses(stats.misses);
    status->set_failures(stats.failures);
    status->set_stale(stats.stale);
    status->set_waiting(stats.waiting);
    status->set_cached(stats.cached);
  }
  return response;
}

absl::Status PingStore(const AdminCall& call, const v1::PingStoreRequest& request,
                       v1::PingStoreResponse* response) {
  const auto store = FindStore(*call.active, request.name());
  if (!store.ok()) return store.status();
  const absl::Time begin = MonotonicNow();
  const absl::Status status = AwaitPing(call.context, **store);
  if (absl::IsCancelled(status)) return status;
  response->set_error(std::string(status.message()));
  SetDuration(MonotonicNow() - begin, response->mutable_duration());
  return absl::OkStatus();
}

absl::Status LookUpUser(const AdminCall& call, const v1::LookUpUserRequest& request,
                        v1::LookUpUserResponse* response) {
  const auto store = FindStore(*call.active, request.store());
  if (!store.ok()) return store.status();
  if (absl::Status status = CheckTenantOf(**store, request.tenant()); !status.ok()) return status;
  const absl::StatusOr<std::string> name = PreparePresentedName(request.name());
  if (!name.ok()) return name.status();
  const LookupResult account = AwaitLookup(call.context, **store, request.tenant(), *name);
  if (!account.ok()) return account.status();
  if (*account != nullptr) *response = ToProto(**account);
  return absl::OkStatus();
}

}  // namespace sallyport::server
