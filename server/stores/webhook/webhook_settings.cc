#include "server/stores/webhook/webhook_settings.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/sasl/oauth/bearer_token.h"
#include "process/loopback.h"
#include "server/http/http_url.h"
#include "server/http/tls_files.h"
#include "server/stores/secret_reference.h"

namespace sallyport::server {
namespace {

absl::Status In(const char* key, const absl::Status& status) {
  return absl::InvalidArgumentError(
      absl::StrCat("webhook: '", key, "': ", std::string(status.message())));
}

absl::Status CheckUrl(const v1::WebhookStore& settings) {
  const absl::StatusOr<HttpUrl> url = ParseHttpUrl(settings.url());
  if (!url.ok()) return url.status();
  const bool local = process::IsLoopbackHost(url->host);
  if (!url->encrypted && !local) {
    return absl::InvalidArgumentError(
        "over http anybody on the way could say who may log in: use https");
  }
  if (settings.tls().insecure_skip_verify() && !local &&
      settings.passwords() == v1::WEBHOOK_PASSWORDS_SEND) {
    return absl::InvalidArgumentError(
        "with 'insecure_skip_verify' passwords would be sent to anybody: leave it out, or do not "
        "set 'passwords: send'");
  }
  return absl::OkStatus();
}

// A token with, say, a line break in it would be another header.
absl::StatusOr<Secret> ReadBearerToken(const v1::SecretReference& reference) {
  absl::StatusOr<Secret> token = ReadSecret(reference);
  if (!token.ok() || IsBearerToken(token->view())) return token;
  return absl::InvalidArgumentError(
      absl::StrCat(reference.file(), reference.env(),
                   " holds no bearer token: expected one line of letters, digits and -._~+/="));
}

absl::Status ReadTls(const v1::ClientTls& tls, PostTarget* target) {
  target->ca_file = tls.ca_file();
  target->cert_file = tls.cert_file();
  target->key_file = tls.key_file();
  target->insecure_skip_verify = tls.insecure_skip_verify();
  return CheckTlsFiles(target->ca_file, target->cert_file, target->key_file);
}

absl::Status ReadBreaker(const v1::CircuitBreaker& breaker, WebhookClientOptions* options) {
  if (breaker.failures() > 0) options->breaker_failures = breaker.failures();
  if (!breaker.has_retry_after()) return absl::OkStatus();
  options->breaker_retry_after = absl::Seconds(breaker.retry_after().seconds()) +
                                 absl::Nanoseconds(breaker.retry_after().nanos());
  if (options->breaker_retry_after <= absl::ZeroDuration() ||
      options->breaker_retry_after > absl::Hours(1)) {
    return absl::InvalidArgumentError("expected more than 0, and at most 1h");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<WebhookClientOptions> ReadWebhookSettings(const v1::WebhookStore& settings,
                                                         WebhookClientOptions options) {
  options.target.url = settings.url();
  options.target.connect_timeout = std::min(options.target.connect_timeout, options.timeout);
  if (absl::Status status = CheckUrl(settings); !status.ok()) return In("url", status);
  if (absl::Status status = ReadTls(settings.tls(), &options.target); !status.ok()) {
    return In("tls", status);
  }
  if (settings.has_bearer_token()) {
    options.bearer_token = [reference = settings.bearer_token()] {
      return ReadBearerToken(reference);
    };
    if (auto token = options.bearer_token(); !token.ok()) return In("bearer_token", token.status());
  }
  constexpr uint32_t kMaxConcurrent = 4096;
  if (settings.max_concurrent() > kMaxConcurrent) {
    return In("max_concurrent",
              absl::InvalidArgumentError(absl::StrCat("expected at most ", kMaxConcurrent)));
  }
  if (settings.max_concurrent() > 0) options.max_concurrent = settings.max_concurrent();
  if (absl::Status status = ReadBreaker(settings.circuit_breaker(), &options); !status.ok()) {
    return In("circuit_breaker.retry_after", status);
  }
  return options;
}

}  // namespace sallyport::server
