#ifndef SALLYPORT_SERVER_STORES_WEBHOOK_WEBHOOK_BACKEND_H_
#define SALLYPORT_SERVER_STORES_WEBHOOK_WEBHOOK_BACKEND_H_

// Users that a web service of the operator's knows: a lookup is an HTTP request, and
// so is, where the policy says so, the check of a password. docs/stores.md has the
// contract.

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "sallyport/v1/policy.pb.h"
#include "server/stores/store_backend.h"
#include "server/stores/webhook/webhook_caller.h"

namespace sallyport::server {

struct WebhookBackendOptions {
  // The store's, as policy names it.
  std::string name;
  // Of a request, from the call to the answer.
  absl::Duration timeout = absl::Seconds(5);
  // Requests that may wait for an answer.
  size_t max_waiting = 4096;
};

class WebhookBackend final : public StoreBackend {
 public:
  // Create asks nothing yet. InvalidArgument says what is wrong with the settings.
  static absl::StatusOr<std::unique_ptr<WebhookBackend>> Create(const v1::WebhookStore& settings,
                                                                WebhookBackendOptions options);
  ~WebhookBackend() override;

  void Read(const UserKey& user, LookupDone done) override;
  void Ping(absl::AnyInvocable<void(absl::Status) &&> done) override;
  std::vector<SessionCount> sessions() override { return {{"busy", caller_->waiting()}}; }
  std::shared_ptr<const PasswordVerifier> decoy_verifier(const UserKey& user) override;

 private:
  WebhookBackend(std::string name, bool sends_passwords, WebhookClientOptions options);

  std::shared_ptr<const Account> NewAccount(const UserKey& key, WebhookUser user) const;

  const std::string name_;
  const bool sends_passwords_;
  // Accounts may hold on to it for longer than this lives.
  const std::shared_ptr<WebhookCaller> caller_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_WEBHOOK_WEBHOOK_BACKEND_H_
