#ifndef SALLYPORT_POLICY_AUTHORIZATION_H_
#define SALLYPORT_POLICY_AUTHORIZATION_H_

// Who a login is: names that certificates, tokens and Kerberos give, mapped to ours;
// and who may act as whom. Immutable; thread-safe.

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "policy/name_template.h"
#include "policy/pattern.h"
#include "policy/policy_path.h"
#include "policy/problems.h"
#include "policy/trace.h"
#include "sallyport/v1/policy.pb.h"

namespace sallyport::policy {

// IdentitySourceOf is what proves a name in `mechanism`, where that is not a store's secret.
v1::IdentitySource IdentitySourceOf(std::string_view mechanism);

// IdentityMappings are tried in order; the first that matches decides.
class IdentityMappings {
 public:
  using Rules = google::protobuf::RepeatedPtrField<v1::IdentityMapping>;

  // IdentityMappings reports to `problems` what is wrong, and leaves that out.
  IdentityMappings() = default;
  IdentityMappings(const Rules& rules, const PolicyPath& path, Problems* problems);

  // Map is the name to go on with, which is not empty unless `name` is; nullopt: the login
  // is refused. `trace` may be null.
  std::optional<std::string> Map(v1::IdentitySource source, std::string_view name,
                                 Trace* trace) const;

  bool empty() const { return mappings_.empty(); }

 private:
  struct Mapping {
    v1::IdentitySource from;
    Pattern pattern;
    std::string to;
    bool refuse;
    std::string text;
  };

  std::vector<Mapping> mappings_;
};

// Actor is who asks to act as somebody.
struct Actor {
  std::string_view name;
  const std::vector<std::string>& groups;
};

class ActAsRules {
 public:
  using Rules = google::protobuf::RepeatedPtrField<v1::ActAs>;

  ActAsRules() = default;
  ActAsRules(const Rules& rules, const PolicyPath& path, Problems* problems);

  // Allows says whether `actor` may act as `other`, who is somebody else. `trace` may
  // be null.
  bool Allows(const Actor& actor, std::string_view other, Trace* trace) const;

  // GroupsNamed are all groups that any of them is about.
  std::vector<std::string> GroupsNamed() const;

 private:
  struct Rule {
    std::string name;
    std::vector<std::string> users;
    std::optional<Pattern> user_pattern;
    std::vector<std::string> groups;
    std::vector<std::string> as_users;
    // At most one of these: the first where it names a group of user_pattern.
    std::optional<NameTemplate> as_template;
    std::optional<Pattern> as_pattern;
  };

  static void SetAsPattern(const std::string& pattern, const PolicyPath& path, Rule* rule,
                           Problems* problems);

  static bool IsActor(const Rule& rule, const Actor& actor);
  static bool IsOther(const Rule& rule, const Actor& actor, std::string_view other);

  std::vector<Rule> rules_;
};

}  // namespace sallyport::policy

#endif  // SALLYPORT_POLICY_AUTHORIZATION_H_
