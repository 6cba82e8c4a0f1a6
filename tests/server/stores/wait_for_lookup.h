#ifndef SALLYPORT_TESTS_SERVER_STORES_WAIT_FOR_LOOKUP_H_
#define SALLYPORT_TESTS_SERVER_STORES_WAIT_FOR_LOOKUP_H_

// Makes a lookup a call that returns its answer.

#include <optional>
#include <string>
#include <utility>

#include "absl/synchronization/notification.h"
#include "server/stores/credential_store.h"

namespace sallyport::server {

// WaitForLookup asks the store itself, whatever is cached.
inline LookupResult WaitForLookup(CredentialStore& store, std::string name) {
  absl::Notification answered;
  std::optional<LookupResult> answer;
  store.Lookup(std::move(name), [&](LookupResult result) {
    answer = std::move(result);
    answered.Notify();
  });
  answered.WaitForNotification();
  return *std::move(answer);
}

}  // namespace sallyport::server

#endif  // SALLYPORT_TESTS_SERVER_STORES_WAIT_FOR_LOOKUP_H_
