#ifndef SALLYPORT_SERVER_STORES_WEBHOOK_WEBHOOK_CALLER_H_
#define SALLYPORT_SERVER_STORES_WEBHOOK_WEBHOOK_CALLER_H_

// Our side of the webhook's contract (docs/stores.md): asks one question by one
// request, and reads the answer. Thread-safe.

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "core/credentials/password_verifier.h"
#include "core/credentials/secret.h"
#include "server/stores/user_key.h"
#include "server/stores/webhook/webhook_client.h"
#include "server/stores/webhook/webhook_response.h"

namespace sallyport::server {

class WebhookCaller {
 public:
  using LookupAnswer = absl::StatusOr<std::optional<WebhookUser>>;

  explicit WebhookCaller(WebhookClientOptions options);

  // Each of these calls `done` exactly once, on any thread. What cannot be asked, or
  // has no usable answer, is Unavailable or ResourceExhausted.

  // Lookup asks for a user, as ParseLookupResponse reads the answer.
  void Lookup(const UserKey& user, bool with_credentials,
              absl::AnyInvocable<void(LookupAnswer) &&> done);
  void Verify(const UserKey& user, const Secret& password, PasswordVerifier::Done done);
  void Ping(absl::AnyInvocable<void(absl::Status) &&> done);

  // waiting is how many requests have no answer yet.
  size_t waiting() const { return client_.waiting(); }

  // Close ends what is under way, and whatever is asked later, with Unavailable.
  void Close() { client_.Close(); }

 private:
  // Logs the answer that cannot be used, and is Unavailable.
  absl::Status Unusable(const absl::Status& status, const std::string& request_id) const;
  std::string NextRequestId();

  const std::string store_;
  const std::string url_;
  const std::string id_prefix_;
  std::atomic<uint64_t> requests_ = 0;
  WebhookClient client_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_WEBHOOK_WEBHOOK_CALLER_H_
