#ifndef SALLYPORT_SERVER_STORES_CREDENTIAL_STORE_H_
#define SALLYPORT_SERVER_STORES_CREDENTIAL_STORE_H_

// A place that knows users and their stored secrets. Lookups are asynchronous:
// a caller on an event thread is never made to wait. Thread-safe.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "core/credentials/account.h"

namespace sallyport::server {

// LookupResult is the account; null where the store has no such user; not OK
// (Unavailable, ResourceExhausted, DeadlineExceeded) where it could not tell.
using LookupResult = absl::StatusOr<std::shared_ptr<const Account>>;
using LookupDone = absl::AnyInvocable<void(LookupResult) &&>;

class CredentialStore {
 public:
  virtual ~CredentialStore() = default;

  // name is the store's, as the configuration and the identity carry it.
  virtual std::string_view name() const = 0;

  // LookupCached answers without waiting, or not at all. A cached "no such
  // user" is a null account.
  virtual std::optional<std::shared_ptr<const Account>> LookupCached(
      std::string_view authentication_id) = 0;

  // Lookup asks the store. `done` is called exactly once, on a thread of the
  // store's or, where the store is overloaded or closed, on the caller's.
  virtual void Lookup(std::string authentication_id, LookupDone done) = 0;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_CREDENTIAL_STORE_H_
