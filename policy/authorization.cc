#include "policy/authorization.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/amqp/utf8.h"
#include "core/sasl/mechanism_registry.h"

namespace sallyport::policy {
namespace {

bool Contains(const std::vector<std::string>& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

std::vector<std::string> ListOf(const google::protobuf::RepeatedPtrField<std::string>& field) {
  return {field.begin(), field.end()};
}

std::optional<Pattern> Compile(const std::string& expression, const PolicyPath& path,
                               Problems* problems) {
  absl::StatusOr<Pattern> pattern = Pattern::Create(expression);
  if (pattern.ok()) return *std::move(pattern);
  problems->Refuse(path, std::string(pattern.status().message()));
  return std::nullopt;
}

}  // namespace

v1::IdentitySource IdentitySourceOf(std::string_view mechanism) {
  const MechanismDescriptor* const found = FindMechanism(mechanism);
  if (found == nullptr) return v1::IDENTITY_SOURCE_UNSPECIFIED;
  if (found->needs_token) return v1::IDENTITY_SOURCE_TOKEN;
  if (found->needs_certificate) return v1::IDENTITY_SOURCE_CERTIFICATE;
  if (found->name == "GSSAPI") return v1::IDENTITY_SOURCE_KERBEROS;
  return v1::IDENTITY_SOURCE_UNSPECIFIED;
}

IdentityMappings::IdentityMappings(const Rules& rules, const PolicyPath& path, Problems* problems) {
  for (int i = 0; i < rules.size(); ++i) {
    const v1::IdentityMapping& rule = rules[i];
    const PolicyPath at = path.Item("identity_mappings", static_cast<size_t>(i));
    if (rule.from() == v1::IDENTITY_SOURCE_UNSPECIFIED) {
      problems->Refuse(at, "expected 'from': certificate, token or kerberos");
    }
    if (rule.pattern().empty()) problems->Refuse(at, "expected a 'pattern'");
    if (rule.refuse() == !rule.to().empty()) {
      problems->Refuse(at, "expected either 'to' or 'refuse: true'");
    }
    std::optional<Pattern> pattern = Compile(rule.pattern(), at.Key("pattern"), problems);
    if (!pattern) continue;
    if (const absl::Status status = pattern->CheckReplacement(rule.to()); !status.ok()) {
      problems->Refuse(at.Key("to"), std::string(status.message()));
    }
    mappings_.push_back(
        {.from = rule.from(),
         .pattern = *std::move(pattern),
         .to = rule.to(),
         .refuse = rule.refuse(),
         .text = absl::StrCat("identity_mappings[", i, "]: '", rule.pattern(), "'")});
  }
}

std::optional<std::string> IdentityMappings::Map(v1::IdentitySource source, std::string_view name,
                                                 Trace* trace) const {
  // No pattern would match it, and so none would refuse it.
  if (!mappings_.empty() && !amqp::IsUtf8(name)) {
    if (trace != nullptr) trace->Decided("identity_mappings", "refuses a name that is not UTF-8");
    return std::nullopt;
  }
  for (const Mapping& mapping : mappings_) {
    if (mapping.from != source) continue;
    std::optional<std::string> mapped = mapping.pattern.Rewrite(name, mapping.to);
    if (!mapped) {
      if (trace != nullptr) trace->Passed(mapping.text, "does not match");
      continue;
    }
    if (mapping.refuse) {
      if (trace != nullptr) trace->Decided(mapping.text, "refuses the login");
      return std::nullopt;
    }
    if (mapped->empty()) {
      if (trace != nullptr) trace->Decided(mapping.text, "leaves nothing of the name: refused");
      return std::nullopt;
    }
    if (trace != nullptr) trace->Decided(mapping.text, absl::StrCat("goes on as '", *mapped, "'"));
    return mapped;
  }
  if (trace != nullptr && !mappings_.empty()) {
    trace->Passed("identity_mappings", "none matches: the name stays as it is");
  }
  return std::string(name);
}

ActAsRules::ActAsRules(const Rules& rules, const PolicyPath& path, Problems* problems) {
  for (int i = 0; i < rules.size(); ++i) {
    const v1::ActAs& rule = rules[i];
    const PolicyPath at = path.Item("act_as", static_cast<size_t>(i));
    Rule compiled = {
        .name = absl::StrCat("act_as[", i, "]", rule.name().empty() ? "" : " ", rule.name()),
        .users = ListOf(rule.users()),
        .user_pattern = std::nullopt,
        .groups = ListOf(rule.groups()),
        .as_users = ListOf(rule.as_users()),
        .as_template = std::nullopt,
        .as_pattern = std::nullopt};
    if (rule.users().empty() && rule.user_pattern().empty() && rule.groups().empty()) {
      problems->Refuse(at, "expected 'users', 'user_pattern' or 'groups': who may act");
    }
    if (rule.as_users().empty() && rule.as_pattern().empty()) {
      problems->Refuse(at, "expected 'as_users' or 'as_pattern': as whom");
    }
    if (!rule.user_pattern().empty()) {
      compiled.user_pattern = Compile(rule.user_pattern(), at.Key("user_pattern"), problems);
    }
    if (!rule.as_pattern().empty()) {
      SetAsPattern(rule.as_pattern(), at.Key("as_pattern"), &compiled, problems);
    }
    rules_.push_back(std::move(compiled));
  }
}

std::vector<std::string> ActAsRules::GroupsNamed() const {
  std::vector<std::string> named;
  for (const Rule& rule : rules_) {
    named.insert(named.end(), rule.groups.begin(), rule.groups.end());
  }
  return named;
}

void ActAsRules::SetAsPattern(const std::string& pattern, const PolicyPath& path, Rule* rule,
                              Problems* problems) {
  absl::StatusOr<NameTemplate> as = NameTemplate::Create(pattern);
  if (!as.ok()) return problems->Refuse(path, std::string(as.status().message()));
  if (!as->has_place()) {
    rule->as_pattern = Compile(pattern, path, problems);
    return;
  }
  if (!rule->user_pattern || !rule->user_pattern->CheckReplacement("\\1").ok()) {
    return problems->Refuse(path, "\\1 needs a group in 'user_pattern'");
  }
  rule->as_template = *std::move(as);
}

bool ActAsRules::IsActor(const Rule& rule, const Actor& actor) {
  if (Contains(rule.users, actor.name)) return true;
  if (rule.user_pattern && rule.user_pattern->Matches(actor.name)) return true;
  return std::any_of(rule.groups.begin(), rule.groups.end(),
                     [&](const std::string& group) { return Contains(actor.groups, group); });
}

bool ActAsRules::IsOther(const Rule& rule, const Actor& actor, std::string_view other) {
  if (Contains(rule.as_users, other)) return true;
  if (rule.as_pattern) return rule.as_pattern->Matches(other);
  if (!rule.as_template || !rule.user_pattern) return false;
  const auto group = rule.user_pattern->Rewrite(actor.name, "\\1");
  // A group that matched nothing would let the rest of the pattern stand alone.
  if (!group || group->empty()) return false;
  const auto pattern = rule.as_template->Fill(*group);
  return pattern.ok() && pattern->Matches(other);
}

bool ActAsRules::Allows(const Actor& actor, std::string_view other, Trace* trace) const {
  for (const Rule& rule : rules_) {
    const bool is_actor = IsActor(rule, actor);
    const bool allows = is_actor && IsOther(rule, actor, other);
    if (trace != nullptr) {
      if (allows) {
        trace->Decided(rule.name, absl::StrCat("'", std::string(actor.name), "' may act as '",
                                               std::string(other), "'"));
      } else {
        trace->Passed(rule.name,
                      is_actor ? "is not about acting as them" : "is not about this user");
      }
    }
    if (allows) return true;
  }
  if (trace != nullptr) {
    trace->Decided("act_as", absl::StrCat("no rule lets '", std::string(actor.name), "' act as '",
                                          std::string(other), "'"));
  }
  return false;
}

}  // namespace sallyport::policy
