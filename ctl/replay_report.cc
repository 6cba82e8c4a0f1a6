#include "ctl/replay_report.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "ctl/output.h"

namespace sallyport::ctl {
namespace {

using policy::ReplayChange;

// Of one kind of change; what is more goes into a group without particulars. Clients
// write some of what a group goes by.
constexpr size_t kMaxGroups = 1000;

policy::RecordedLogin Recorded(const audit::LoginRecord& login) {
  return {.listener = login.listener,
          .hostname = login.hostname,
          .server_name = login.server_name,
          .broker = login.broker,
          .encrypted = login.encrypted,
          .mechanism = login.mechanism,
          .authentication_id = login.authentication_id,
          .authorization_id = login.authorization_id,
          .tenant = login.tenant,
          .store = login.store,
          .reason = login.reason,
          .truncated = login.truncated};
}

std::string ChangeText(ReplayChange change) {
  switch (change) {
    case ReplayChange::kNone:
      break;
    case ReplayChange::kNowRefused:
      return "got in, and would be refused";
    case ReplayChange::kNowLetThrough:
      return "refused, and would be let through";
    case ReplayChange::kOtherTenant:
      return "would be of another tenant";
    case ReplayChange::kOtherStores:
      return "would be asked of other stores";
    case ReplayChange::kCannotTell:
      return "cannot be told";
  }
  return "";
}

}  // namespace

void ReplayReport::Add(const policy::Policy& policy, const audit::LoginRecord& login) {
  ++logins_;
  policy::ReplayVerdict verdict = policy::Replay(policy, Recorded(login));
  if (verdict.change == ReplayChange::kNone) return;
  ++(verdict.change == ReplayChange::kCannotTell ? unsure_ : changed_);
  Key key{verdict.change, std::move(verdict.why), login.listener, login.tenant, login.mechanism};
  if (groups_.size() >= kMaxGroups && !groups_.contains(key)) {
    key = {verdict.change, "too many different cases to list", "", "", ""};
  }
  Group& group = groups_[key];
  ++group.logins;
  if (group.handshake_ids.size() < limit_) group.handshake_ids.push_back(login.handshake_id);
}

std::vector<const ReplayReport::Entry*> ReplayReport::Sorted() const {
  std::vector<const Entry*> sorted;
  for (const Entry& entry : groups_) sorted.push_back(&entry);
  std::stable_sort(sorted.begin(), sorted.end(), [](const Entry* a, const Entry* b) {
    const bool a_unsure = a->first.change == ReplayChange::kCannotTell;
    const bool b_unsure = b->first.change == ReplayChange::kCannotTell;
    return std::tuple(a_unsure, b->second.logins) < std::tuple(b_unsure, a->second.logins);
  });
  return sorted;
}

std::string ReplayReport::ToText() const {
  std::string text;
  for (const Entry* entry : Sorted()) {
    const auto& [key, group] = *entry;
    absl::StrAppend(&text, Plural(group.logins, "login"), ": ", ChangeText(key.change), "\n");
    const auto line = [&text](const char* what, const std::string& value) {
      if (!value.empty()) absl::StrAppend(&text, "  ", what, ": ", Printable(value), "\n");
    };
    line("why", key.why);
    line("listener", key.listener);
    line("tenant", key.tenant);
    line("mechanism", key.mechanism);
    std::string ids = absl::StrJoin(group.handshake_ids, " ");
    if (group.logins > group.handshake_ids.size()) absl::StrAppend(&ids, ids.empty() ? "" : " ...");
    line("handshakes", ids);
  }
  absl::StrAppend(&text, Plural(logins_, "login"), ": ", changed_, " would change, ",
                  logins_ - changed_ - unsure_, " would not, ", unsure_, " cannot be told\n");
  return text;
}

nlohmann::ordered_json ReplayReport::ToJson() const {
  nlohmann::ordered_json json = {
      {"logins", logins_}, {"changed", changed_}, {"cannot_tell", unsure_}};
  json["groups"] = nlohmann::ordered_json::array();
  for (const Entry* entry : Sorted()) {
    const auto& [key, group] = *entry;
    json["groups"].push_back({{"change", std::string(policy::ReplayChangeName(key.change))},
                              {"why", key.why},
                              {"listener", key.listener},
                              {"tenant", key.tenant},
                              {"mechanism", key.mechanism},
                              {"logins", group.logins},
                              {"handshake_ids", group.handshake_ids}});
  }
  return json;
}

}  // namespace sallyport::ctl
