#ifndef SALLYPORT_SERVER_STORES_STORE_BACKEND_H_
#define SALLYPORT_SERVER_STORES_STORE_BACKEND_H_

// What is behind a CredentialStore: one kind of place that knows users and their
// secrets. A backend only asks; the CredentialStore in front of it caches, merges
// equal questions, bounds how many wait, and ends those that take too long.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/credentials/account.h"
#include "server/stores/user_directory.h"
#include "server/stores/user_key.h"

namespace sallyport::server {

// LookupResult is the account; null where the store has no such user; not OK
// (Unavailable, ResourceExhausted, DeadlineExceeded) where it could not tell.
using LookupResult = absl::StatusOr<std::shared_ptr<const Account>>;
using LookupDone = absl::AnyInvocable<void(LookupResult) &&>;

// StoreChanges is how a backend says that what was read of users may have changed.
// Thread-safe. Call it when the change can be read, never before.
class StoreChanges {
 public:
  virtual ~StoreChanges() = default;
  virtual void Changed(const UserKey& user) = 0;
  // AllChanged is for a change of unknown extent, such as notifications that were
  // missed while a connection was down.
  virtual void AllChanged() = 0;
};

// SessionCount is how many of a backend's connections, or threads, are in a state.
struct SessionCount {
  // Static: docs/metrics.md lists them.
  std::string_view state;
  size_t count = 0;
};

// StoreBackend is thread-safe. Destroying it answers what is under way with
// Unavailable, and waits for what runs; nothing is asked of it any more then.
class StoreBackend {
 public:
  virtual ~StoreBackend() = default;

  // Read asks for a user. `done` is called exactly once, on any thread, perhaps the
  // caller's, under no lock of the backend's. The account's `store` is left to the
  // caller. An answer must not be older than the call.
  virtual void Read(const UserKey& user, LookupDone done) = 0;

  // Ping is OK where the store can be asked now, else it says why not: what failed,
  // where, and what to do. It ends within the backend's own limits of time.
  virtual void Ping(absl::AnyInvocable<void(absl::Status) &&> done) = 0;

  // directory is the administrative side, which lives as long as the backend; null
  // where the store cannot be written.
  virtual UserDirectory* directory() { return nullptr; }

  // sessions is by what the store is asked now; empty where there is nothing to count.
  virtual std::vector<SessionCount> sessions() { return {}; }

  // decoy_verifier is what stands in for the PasswordVerifier of `user`, who does not
  // exist, at the same cost; null where the store has no PasswordVerifiers.
  virtual std::shared_ptr<const PasswordVerifier> decoy_verifier(const UserKey& user) {
    (void)user;
    return nullptr;
  }
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_STORE_BACKEND_H_
