#ifndef SALLYPORT_TESTS_POLICY_LOAD_POLICY_H_
#define SALLYPORT_TESTS_POLICY_LOAD_POLICY_H_

// Policies from text, as the tests need them.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "absl/status/statusor.h"
#include "core/sasl/failure_reason.h"
#include "policy/policy.h"

namespace sallyport::policy {

// kStore is the beginning of a policy with a store that its rules ask.
inline constexpr char kStore[] =
    "stores: [{name: main, sqlite: {path: /x.db}}]\n"
    "rules: {stores: [{store: main}]}\n";

inline LoginSurroundings TestSurroundings() {
  return {.decoy_key = Secret("0123456789abcdef0123456789abcdef"), .kerberos = {}};
}

inline absl::StatusOr<std::shared_ptr<const Policy>> Load(std::string text) {
  auto document = PolicyDocument::FromText(std::move(text), "p.yaml");
  if (!document.ok()) return document.status();
  return Policy::Compile(*std::move(document), TestSurroundings());
}

// MustLoad fails the test, and is null, where the policy is refused.
inline std::shared_ptr<const Policy> MustLoad(std::string text) {
  auto policy = Load(std::move(text));
  EXPECT_TRUE(policy.ok()) << policy.status().message();
  return policy.ok() ? *policy : nullptr;
}

// Error is empty where the policy loads.
inline std::string Error(std::string text) {
  return std::string(Load(std::move(text)).status().message());
}

// LoginAt is null where nobody gets in.
inline const LoginPolicy* LoginAt(const Policy& policy, const LoginOrigin& origin,
                                  std::string_view hostname = "") {
  const auto scope = policy.AtInit(origin, hostname, nullptr);
  return std::holds_alternative<LoginScope>(scope) ? std::get<LoginScope>(scope).login : nullptr;
}

// TenantAt is the tenant's name, or the reason's in parentheses.
inline std::string TenantAt(const Policy& policy, const LoginOrigin& origin,
                            std::string_view hostname = "") {
  const auto scope = policy.AtInit(origin, hostname, nullptr);
  if (const auto* refused = std::get_if<NotAllowed>(&scope)) {
    return "(" + std::string(ReasonName(refused->reason)) + ")";
  }
  return std::get<LoginScope>(scope).tenant->name();
}

// Offered are the names of what such a connection is offered, or the reason's in parentheses.
inline std::string Offered(const LoginPolicy& login, const ConnectionTraits& traits) {
  const auto& offer = login.OfferFor(traits);
  if (const auto* reason = std::get_if<FailureReason>(&offer)) {
    return "(" + std::string(ReasonName(*reason)) + ")";
  }
  std::string names;
  for (const auto* m : std::get<std::shared_ptr<const MechanismOffer>>(offer)->mechanisms()) {
    names += std::string(names.empty() ? "" : " ") + std::string(m->name);
  }
  return names;
}

}  // namespace sallyport::policy

#endif  // SALLYPORT_TESTS_POLICY_LOAD_POLICY_H_
