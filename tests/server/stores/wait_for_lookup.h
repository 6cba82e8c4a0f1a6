#ifndef SALLYPORT_TESTS_SERVER_STORES_WAIT_FOR_LOOKUP_H_
#define SALLYPORT_TESTS_SERVER_STORES_WAIT_FOR_LOOKUP_H_

// Makes a lookup a call that returns its answer.

#include <optional>
#include <string_view>
#include <utility>

#include "absl/synchronization/notification.h"
#include "server/stores/credential_store.h"

namespace sallyport::server {

// WaitForLookup asks the store itself, whatever is cached.
inline LookupResult WaitForLookup(CredentialStore& store, std::string_view tenant,
                                  std::string_view name) {
  absl::Notification answered;
  std::optional<LookupResult> answer;
  store.Lookup(tenant, name, [&](LookupResult result) {
    answer = std::move(result);
    answered.Notify();
  });
  answered.WaitForNotification();
  return *std::move(answer);
}

// WaitForPing is what came of asking the store whether it can be asked.
inline absl::Status WaitForPing(CredentialStore& store) {
  absl::Notification answered;
  absl::Status answer;
  store.Ping([&](absl::Status status) {
    answer = std::move(status);
    answered.Notify();
  });
  answered.WaitForNotification();
  return answer;
}

}  // namespace sallyport::server

#endif  // SALLYPORT_TESTS_SERVER_STORES_WAIT_FOR_LOOKUP_H_
