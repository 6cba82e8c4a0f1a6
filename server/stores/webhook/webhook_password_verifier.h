#ifndef SALLYPORT_SERVER_STORES_WEBHOOK_WEBHOOK_PASSWORD_VERIFIER_H_
#define SALLYPORT_SERVER_STORES_WEBHOOK_WEBHOOK_PASSWORD_VERIFIER_H_

// Passwords that the webhook judges. Thread-safe; may outlive the store.

#include <memory>
#include <utility>

#include "core/credentials/password_verifier.h"
#include "server/stores/user_key.h"
#include "server/stores/webhook/webhook_caller.h"

namespace sallyport::server {

class WebhookPasswordVerifier final : public PasswordVerifier {
 public:
  WebhookPasswordVerifier(std::shared_ptr<WebhookCaller> caller, UserKey user)
      : caller_(std::move(caller)), user_(std::move(user)) {}

  void Verify(const Secret& password, Done done) const override;

 private:
  const std::shared_ptr<WebhookCaller> caller_;
  const UserKey user_;
};

// WebhookDecoyVerifier asks about a user of the tenant who does not exist, each time by another
// name, so that the webhook does for it what it does for any unknown user. The answer
// is never kRight.
class WebhookDecoyVerifier final : public PasswordVerifier {
 public:
  WebhookDecoyVerifier(std::shared_ptr<WebhookCaller> caller, std::string tenant)
      : caller_(std::move(caller)), tenant_(std::move(tenant)) {}

  void Verify(const Secret& password, Done done) const override;

 private:
  const std::shared_ptr<WebhookCaller> caller_;
  const std::string tenant_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_WEBHOOK_WEBHOOK_PASSWORD_VERIFIER_H_
