#ifndef SALLYPORT_TESTS_SERVER_STORES_WEBHOOK_WEBHOOK_TEST_STORE_H_
#define SALLYPORT_TESTS_SERVER_STORES_WEBHOOK_WEBHOOK_TEST_STORE_H_

// A webhook backend whose calls wait for their answers. In tests only.

#include <memory>
#include <string>
#include <utility>

#include "server/stores/webhook/webhook_backend.h"
#include "tests/server/tokens/answer_box.h"

namespace sallyport::server {

class WebhookTestStore {
 public:
  explicit WebhookTestStore(const v1::WebhookStore& settings, WebhookBackendOptions options = {}) {
    options.name = "corp";
    auto created = WebhookBackend::Create(settings, options);
    EXPECT_TRUE(created.ok()) << created.status();
    if (created.ok()) backend_ = *std::move(created);
  }

  WebhookBackend& backend() { return *backend_; }
  void Destroy() { backend_.reset(); }

  LookupResult Lookup(const std::string& name, const std::string& tenant = "") {
    AnswerBox<LookupResult> box;
    backend_->Read({tenant, name}, box.Callback());
    return box.Await()[0];
  }

  // An outage, and what is said of it.
  std::string Outage(const std::string& name) {
    const LookupResult result = Lookup(name);
    EXPECT_EQ(result.status().code(), absl::StatusCode::kUnavailable) << result.status();
    return std::string(result.status().message());
  }

  absl::Status Ping() {
    AnswerBox<absl::Status> box;
    backend_->Ping(box.Callback());
    return box.Await()[0];
  }

 private:
  std::unique_ptr<WebhookBackend> backend_;
};

// Ask is what a verifier says of a password.
inline PasswordAnswer Ask(const PasswordVerifier& verifier, const std::string& password) {
  AnswerBox<PasswordAnswer> box;
  verifier.Verify(Secret(password), box.Callback());
  return box.Await()[0];
}

}  // namespace sallyport::server

#endif  // SALLYPORT_TESTS_SERVER_STORES_WEBHOOK_WEBHOOK_TEST_STORE_H_
