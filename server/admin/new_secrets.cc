#include "server/admin/new_secrets.h"

#include <string_view>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "core/credentials/new_credential.h"
#include "core/credentials/secret.h"
#include "core/crypto/random_source.h"
#include "server/admin/user_input.h"

namespace sallyport::server {
namespace {

// The keys that stay beside new ones of `scheme`; null: none. What has an end already
// goes, and what verifies nobody must not make the new keys the same.
const ScramKeys* FindPresentKeys(const Account* account, std::string_view scheme,
                                 const policy::CredentialRules& rules) {
  if (account == nullptr) return nullptr;
  for (const StoredCredential& stored : account->credentials) {
    const auto* keys = std::get_if<ScramKeys>(&stored.secret);
    if (keys != nullptr && !stored.expires_at.has_value() && SchemeName(stored.secret) == scheme &&
        rules.Accepts(stored.secret)) {
      return keys;
    }
  }
  return nullptr;
}

}  // namespace

absl::StatusOr<std::vector<Credential>> MakeCredentials(const std::string& password,
                                                        std::vector<std::string> requested,
                                                        const policy::CredentialRules& rules,
                                                        const Account* beside,
                                                        DerivationSlots& slots) {
  if (requested.size() > kMaxSchemes) {
    return absl::InvalidArgumentError(absl::StrCat("more than ", kMaxSchemes, " schemes"));
  }
  const absl::StatusOr<DerivationSlots::Slot> slot = slots.Take();
  if (!slot.ok()) return slot.status();
  absl::StatusOr<std::string> text = PreparePassword(password);
  if (!text.ok()) return text.status();
  const Secret prepared(*text);
  Wipe(&*text);
  std::vector<Credential> credentials;
  for (const std::string& scheme : requested.empty() ? rules.store_as() : requested) {
    const ScramKeys* present = FindPresentKeys(beside, FindCredentialScheme(scheme), rules);
    absl::StatusOr<Credential> credential =
        present != nullptr ? NewScramKeysBeside(*present, prepared.view())
                           : NewCredential(scheme, prepared.view(), rules.costs(), SystemRandom());
    if (!credential.ok()) return credential.status();
    credentials.push_back(*std::move(credential));
  }
  return credentials;
}

absl::Status CheckRotation(absl::Duration keep_old_for, const policy::CredentialRules& rules) {
  if (keep_old_for <= rules.max_rotation()) return absl::OkStatus();
  if (rules.max_rotation() == absl::ZeroDuration()) {
    return absl::InvalidArgumentError(
        "the policy lets no old password stay valid beside a new one: set the password without "
        "keeping the old one, or give 'max_rotation' in the 'credentials' of the policy's rules");
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "the policy lets an old password stay valid for at most ",
      absl::FormatDuration(rules.max_rotation()),
      ": keep it no longer, or raise 'max_rotation' in the 'credentials' of the policy's rules"));
}

}  // namespace sallyport::server
