#include "server/stores/webhook/webhook_backend.h"

#include <optional>
#include <utility>

#include "core/credentials/credential.h"
#include "process/log.h"
#include "server/stores/webhook/webhook_password_verifier.h"
#include "server/stores/webhook/webhook_settings.h"

namespace sallyport::server {

absl::StatusOr<std::unique_ptr<WebhookBackend>> WebhookBackend::Create(
    const v1::WebhookStore& settings, WebhookBackendOptions options) {
  absl::StatusOr<WebhookClientOptions> client = ReadWebhookSettings(
      settings,
      {.store = options.name, .timeout = options.timeout, .max_waiting = options.max_waiting});
  if (!client.ok()) return client.status();
  if (client->target.insecure_skip_verify) {
    process::Log(process::LogLevel::kWarning,
                 "webhook is not checked: 'insecure_skip_verify' lets anybody on the way say who "
                 "may log in",
                 {{"store", options.name}, {"url", settings.url()}});
  }
  return std::unique_ptr<WebhookBackend>(
      new WebhookBackend(std::move(options.name),
                         settings.passwords() == v1::WEBHOOK_PASSWORDS_SEND, *std::move(client)));
}

WebhookBackend::WebhookBackend(std::string name, bool sends_passwords, WebhookClientOptions options)
    : name_(std::move(name)),
      sends_passwords_(sends_passwords),
      caller_(std::make_shared<WebhookCaller>(std::move(options))) {}

std::shared_ptr<const PasswordVerifier> WebhookBackend::decoy_verifier(const UserKey& user) {
  if (!sends_passwords_) return nullptr;
  return std::make_shared<WebhookDecoyVerifier>(caller_, user.tenant);
}

WebhookBackend::~WebhookBackend() { caller_->Close(); }

void WebhookBackend::Read(const UserKey& user, LookupDone done) {
  caller_->Lookup(user, /*with_credentials=*/!sends_passwords_,
                  [this, user, done = std::move(done)](WebhookCaller::LookupAnswer answer) mutable {
                    if (!answer.ok()) return std::move(done)(answer.status());
                    if (!answer->has_value()) return std::move(done)(nullptr);
                    std::move(done)(NewAccount(user, **std::move(answer)));
                  });
}

std::shared_ptr<const Account> WebhookBackend::NewAccount(const UserKey& key,
                                                          WebhookUser user) const {
  auto account = std::make_shared<Account>();
  account->authentication_id = key.name;
  account->tenant = key.tenant;
  account->groups = std::move(user.groups);
  account->attributes = std::move(user.attributes);
  account->disabled = user.disabled;
  account->expires_at = user.expires_at;
  if (sends_passwords_) {
    account->password_verifier = std::make_shared<WebhookPasswordVerifier>(caller_, key);
  }
  for (size_t i = 0; i < user.credentials.size(); ++i) {
    absl::StatusOr<Credential> credential = ParseCredential(user.credentials[i].view());
    if (credential.ok()) {
      account->credentials.push_back({.secret = *std::move(credential)});
      continue;
    }
    process::Log(process::LogLevel::kError, "stored credential skipped",
                 {{"store", name_},
                  {"authentication_id", key.name},
                  {"credential", i + 1},
                  {"error", credential.status().message()}});
  }
  return account;
}

void WebhookBackend::Ping(absl::AnyInvocable<void(absl::Status) &&> done) {
  caller_->Ping(std::move(done));
}

}  // namespace sallyport::server
