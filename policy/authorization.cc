#include "policy/authorization.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

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

// Whether a pattern takes something from another one.
bool NamesGroup(const std::string& pattern) { return pattern.find("\\1") != std::string::npos; }

// `pattern` with \1 replaced by `text` taken literally.
std::string Fill(std::string pattern, std::string_view text) {
  const std::string literal = RE2::QuoteMeta({text.data(), text.size()});
  for (size_t at = pattern.find("\\1"); at != std::string::npos;
       at = pattern.find("\\1", at + literal.size())) {
    pattern.replace(at, 2, literal);
  }
  return pattern;
}

}  // namespace

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
    if (trace != nullptr) trace->Decided(mapping.text, absl::StrCat("goes on as '", *mapped, "'"));
    return mapped;
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
        .as_pattern_text = rule.as_pattern(),
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
      if (NamesGroup(rule.as_pattern()) &&
          (!compiled.user_pattern || !compiled.user_pattern->CheckReplacement("\\1").ok())) {
        problems->Refuse(at.Key("as_pattern"), "\\1 needs a group in 'user_pattern'");
      }
      auto pattern = Compile(Fill(rule.as_pattern(), "x"), at.Key("as_pattern"), problems);
      if (!NamesGroup(rule.as_pattern())) compiled.as_pattern = std::move(pattern);
    }
    rules_.push_back(std::move(compiled));
  }
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
  if (rule.as_pattern_text.empty() || !rule.user_pattern) return false;
  const auto group = rule.user_pattern->Rewrite(actor.name, "\\1");
  // A group that matched nothing would let the rest of the pattern stand alone.
  if (!group || group->empty()) return false;
  const auto pattern = Pattern::Create(Fill(rule.as_pattern_text, *group));
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
