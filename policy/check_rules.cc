#include "policy/check_rules.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "core/sasl/digest_md5/digest_challenge.h"
#include "core/sasl/mechanism_registry.h"
#include "policy/authorization.h"
#include "policy/channel_binding_types.h"
#include "policy/credential_rules.h"
#include "policy/values.h"
#include "process/nearest_name.h"

namespace sallyport::policy {
namespace {

std::string NoSuch(std::string_view what, const std::string& name,
                   const std::vector<std::string>& known) {
  std::string text = absl::StrCat("there is no ", std::string(what), " '", name, "'");
  if (const auto nearest = process::NearestName(name, known)) {
    absl::StrAppend(&text, "; did you mean '", *nearest, "'?");
  }
  return text;
}

void CheckReference(std::string_view what, const std::string& name,
                    const std::vector<std::string>& known, const PolicyPath& path,
                    Problems* problems) {
  if (std::find(known.begin(), known.end(), name) != known.end()) return;
  problems->Refuse(path, NoSuch(what, name, known));
}

void CheckMechanisms(const v1::LoginRules& rules, const PolicyPath& path, Problems* problems) {
  std::set<std::string> seen;
  for (int i = 0; i < rules.mechanisms_size(); ++i) {
    const PolicyPath at = path.Item("mechanisms", static_cast<size_t>(i));
    const std::string& name = rules.mechanisms(i);
    if (FindMechanism(name) == nullptr) {
      problems->Refuse(at, absl::StrCat("unknown mechanism '", name, "'"));
    } else if (!seen.insert(name).second) {
      problems->Refuse(at, absl::StrCat(name, " is named twice"));
    }
  }
}

void CheckLimits(const v1::Limits& limits, const PolicyPath& path, Problems* problems) {
  DurationIn(limits.has_handshake_timeout(), limits.handshake_timeout(), absl::ZeroDuration(),
             absl::Milliseconds(100), absl::Minutes(10), path.Key("handshake_timeout"), problems);
  NumberIn<uint64_t>(limits.max_frame_size(), 0, 512, 1 << 20, path.Key("max_frame_size"),
                     problems);
  NumberIn<uint64_t>(limits.max_handshake_bytes(), 0, 1024, 16 << 20,
                     path.Key("max_handshake_bytes"), problems);
  NumberIn<uint32_t>(limits.max_steps(), 0, 2, 1000, path.Key("max_steps"), problems);
}

}  // namespace

void CheckRules(const v1::LoginRules& rules, const std::vector<std::string>& stores,
                const std::vector<std::string>& token_issuers, const PolicyPath& path,
                Problems* problems) {
  CheckMechanisms(rules, path, problems);
  for (int i = 0; i < rules.channel_bindings_size(); ++i) {
    const std::string& type = rules.channel_bindings(i);
    if (std::find(std::begin(kChannelBindingTypes), std::end(kChannelBindingTypes), type) ==
        std::end(kChannelBindingTypes)) {
      problems->Refuse(path.Item("channel_bindings", static_cast<size_t>(i)),
                       absl::StrCat("unknown type '", type,
                                    "'; there are tls-exporter, tls-server-end-point, tls-unique"));
    }
  }
  CheckLimits(rules.limits(), path.Key("limits"), problems);
  if (!rules.digest_realm().empty() && !IsDigestRealm(rules.digest_realm())) {
    problems->Refuse(path.Key("digest_realm"),
                     "the realm must be UTF-8 without control characters, of 1 to 255 bytes");
  }
  std::set<std::string> asked;
  for (int i = 0; i < rules.stores_size(); ++i) {
    const PolicyPath at = path.Item("stores", static_cast<size_t>(i));
    CheckReference("store", rules.stores(i).store(), stores, at.Key("store"), problems);
    if (!asked.insert(rules.stores(i).store()).second) {
      problems->Refuse(at, absl::StrCat("store '", rules.stores(i).store(), "' is asked twice"));
    }
  }
  for (int i = 0; i < rules.token_issuers_size(); ++i) {
    CheckReference("token issuer", rules.token_issuers(i), token_issuers,
                   path.Item("token_issuers", static_cast<size_t>(i)), problems);
  }
  CredentialRules::CheckEach(rules.credentials(), path.Key("credentials"), problems);
  IdentityMappings(rules.identity_mappings(), path, problems);
  ActAsRules(rules.act_as(), path, problems);
}

}  // namespace sallyport::policy
