#include "server/stores/webhook/webhook_caller.h"

#include <array>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "core/crypto/random_source.h"
#include "process/log.h"
#include "server/stores/webhook/webhook_request.h"

namespace sallyport::server {
namespace {

// Names requests apart from those of other replicas. Nothing rests on it.
std::string NewIdPrefix() {
  std::array<char, 8> bytes{};
  if (!SystemRandom().Fill(bytes)) return "0";
  return absl::BytesToHexString(absl::string_view(bytes.data(), bytes.size()));
}

}  // namespace

WebhookCaller::WebhookCaller(WebhookClientOptions options)
    : store_(options.store),
      url_(options.target.url),
      id_prefix_(NewIdPrefix()),
      client_(std::move(options)) {}

std::string WebhookCaller::NextRequestId() {
  return absl::StrCat(id_prefix_, "-", absl::Hex(requests_.fetch_add(1)));
}

absl::Status WebhookCaller::Unusable(const absl::Status& status,
                                     const std::string& request_id) const {
  process::Log(
      process::LogLevel::kError, "webhook's answer cannot be used",
      {{"store", store_}, {"url", url_}, {"request_id", request_id}, {"error", status.message()}});
  return absl::UnavailableError(absl::StrCat(url_, ": the answer to request ", request_id,
                                             " cannot be used: ", std::string(status.message())));
}

void WebhookCaller::Lookup(const UserKey& user, bool with_credentials,
                           absl::AnyInvocable<void(LookupAnswer) &&> done) {
  std::optional<Secret> body = FormatLookup(store_, user);
  if (!body.has_value()) {
    std::move(done)(absl::UnavailableError("a name that is not UTF-8 cannot be asked for"));
    return;
  }
  const std::string id = NextRequestId();
  client_.Post(*std::move(body), id,
               [this, id, name = user.name, with_credentials,
                done = std::move(done)](absl::StatusOr<Secret> answer) mutable {
                 if (!answer.ok()) return std::move(done)(answer.status());
                 LookupAnswer read = ParseLookupResponse(answer->view(), name, with_credentials);
                 if (!read.ok()) read = Unusable(read.status(), id);
                 std::move(done)(std::move(read));
               });
}

void WebhookCaller::Verify(const UserKey& user, const Secret& password,
                           PasswordVerifier::Done done) {
  std::optional<Secret> body;
  if (!password.empty()) body = FormatVerify(store_, user, password);
  if (!body.has_value()) return std::move(done)(PasswordAnswer::kWrong);
  const std::string id = NextRequestId();
  client_.Post(
      *std::move(body), id,
      [this, id, name = user.name, done = std::move(done)](absl::StatusOr<Secret> answer) mutable {
        if (!answer.ok()) return std::move(done)(PasswordAnswer::kUnavailable);
        const absl::StatusOr<bool> valid = ParseVerifyResponse(answer->view(), name);
        if (!valid.ok()) {
          Unusable(valid.status(), id).IgnoreError();
          return std::move(done)(PasswordAnswer::kUnavailable);
        }
        std::move(done)(*valid ? PasswordAnswer::kRight : PasswordAnswer::kWrong);
      });
}

void WebhookCaller::Ping(absl::AnyInvocable<void(absl::Status) &&> done) {
  std::optional<Secret> body = FormatPing(store_);
  if (!body.has_value()) {
    std::move(done)(absl::InvalidArgumentError("the store's name is not UTF-8"));
    return;
  }
  client_.Post(*std::move(body), NextRequestId(),
               [done = std::move(done)](absl::StatusOr<Secret> answer) mutable {
                 std::move(done)(answer.status());
               });
}

}  // namespace sallyport::server
