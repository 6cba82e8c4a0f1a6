#include "server/stores/webhook/webhook_password_verifier.h"

#include <array>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "core/crypto/random_source.h"

namespace sallyport::server {

void WebhookPasswordVerifier::Verify(const Secret& password, Done done) const {
  caller_->Verify(user_, password, std::move(done));
}

void WebhookDecoyVerifier::Verify(const Secret& password, Done done) const {
  std::array<char, 8> bytes{};
  if (!SystemRandom().Fill(bytes)) return std::move(done)(PasswordAnswer::kUnavailable);
  const std::string name = absl::StrCat(
      "unknown-", absl::BytesToHexString(absl::string_view(bytes.data(), bytes.size())));
  caller_->Verify({.tenant = tenant_, .name = name}, password,
                  [done = std::move(done)](PasswordAnswer answer) mutable {
                    const bool unavailable = answer == PasswordAnswer::kUnavailable;
                    std::move(done)(unavailable ? answer : PasswordAnswer::kWrong);
                  });
}

}  // namespace sallyport::server
