// Reads policies. What is refused says where; what is taken gives every login the same answer
// twice, an offer that fits a frame, and passwords in the clear only where it says so.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "absl/strings/match.h"
#include "core/amqp/frame_reader.h"
#include "policy/policy.h"

namespace sallyport::policy {
namespace {

constexpr char kSource[] = "policy.yaml";
constexpr std::array<std::string_view, 5> kHosts = {"", "acme.example", "a.acme.example",
                                                    "other.example", "*"};
constexpr std::array<std::string_view, 3> kListeners = {"default", "acme-1", ""};

void Expect(bool holds) {
  if (!holds) std::abort();
}

// Anywhere in the policy.
bool AllowsPasswordsWithoutTls(const v1::Policy& policy) {
  bool allows = policy.rules().allow_password_without_tls();
  for (const auto& listener : policy.listeners()) {
    allows = allows || listener.rules().allow_password_without_tls();
  }
  for (const auto& tenant : policy.tenants()) {
    allows = allows || tenant.rules().allow_password_without_tls();
  }
  return allows;
}

void CheckOffer(const LoginPolicy& login, const ConnectionTraits& traits, bool cleartext) {
  const auto* offer = std::get_if<std::shared_ptr<const MechanismOffer>>(&login.OfferFor(traits));
  if (offer == nullptr) return;
  Expect((*offer)->greeting().size() <= amqp::kMinMaxFrameSize + 8);
  if (!traits.has_certificate) Expect((*offer)->Find("EXTERNAL") == nullptr);
  if (!traits.has_binding) Expect((*offer)->Find("SCRAM-SHA-256-PLUS") == nullptr);
  if (!traits.encrypted && !cleartext) {
    for (const char* name : {"PLAIN", "LOGIN", "OAUTHBEARER", "XOAUTH2"}) {
      Expect((*offer)->Find(name) == nullptr);
    }
  }
}

const LoginPolicy* Judge(const Policy& policy, const LoginOrigin& origin, std::string_view host) {
  const auto scope = policy.AtInit(origin, host, nullptr);
  const auto again = policy.AtInit(origin, host, nullptr);
  Expect(scope.index() == again.index());
  const auto* taken = std::get_if<LoginScope>(&scope);
  if (taken == nullptr) return nullptr;
  Expect(taken->tenant != nullptr && taken->login != nullptr);
  Expect(taken->tenant == std::get<LoginScope>(again).tenant);
  return taken->login;
}

void Read(std::string_view text) {
  auto document = PolicyDocument::FromText(std::string(text), kSource);
  if (!document.ok()) {
    Expect(absl::StrContains(document.status().message(), kSource));
    return;
  }
  const auto policy = Policy::Compile(*std::move(document), {.decoy_key = Secret("key")});
  if (!policy.ok()) {
    Expect(absl::StrContains(policy.status().message(), kSource));
    return;
  }
  const bool cleartext = AllowsPasswordsWithoutTls((*policy)->policy());
  for (const std::string_view listener : kListeners) {
    for (const std::string_view host : kHosts) {
      const LoginPolicy* login = Judge(**policy, {.listener = listener}, host);
      if (login == nullptr) continue;
      for (unsigned bits = 0; bits < 8; ++bits) {
        CheckOffer(*login,
                   {.encrypted = (bits & 1) != 0,
                    .has_certificate = (bits & 2) != 0,
                    .has_binding = (bits & 4) != 0},
                   cleartext);
      }
    }
  }
}

}  // namespace
}  // namespace sallyport::policy

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sallyport::policy::Read({reinterpret_cast<const char*>(data), size});
  return 0;
}
