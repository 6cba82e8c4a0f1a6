#include "ctl/user_output.h"

#include <algorithm>
#include <array>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"

namespace sallyport::ctl {
namespace {

using Json = nlohmann::ordered_json;

std::string FormatTime(const google::protobuf::Timestamp& timestamp) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixSeconds(timestamp.seconds()),
                          absl::UTCTimeZone());
}

// What a terminal would obey is not text.
std::string Printable(std::string_view text) {
  std::string printable(text);
  std::replace_if(
      printable.begin(), printable.end(), [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; },
      '?');
  return printable;
}

std::map<std::string, std::string> Sorted(
    const google::protobuf::Map<std::string, std::string>& attributes) {
  return {attributes.begin(), attributes.end()};
}

Json ToJson(const v1::CredentialInfo& credential) {
  Json json = {{"id", credential.id()}, {"scheme", credential.scheme()}};
  if (credential.iterations() != 0) json["iterations"] = credential.iterations();
  json["created_at"] = FormatTime(credential.created_at());
  if (credential.has_expires_at()) json["expires_at"] = FormatTime(credential.expires_at());
  return json;
}

Json ToJson(const v1::User& user) {
  Json json = {{"name", user.name()}, {"store", user.store()}};
  if (!user.tenant().empty()) json["tenant"] = user.tenant();
  json["disabled"] = user.disabled();
  if (user.has_expires_at()) json["expires_at"] = FormatTime(user.expires_at());
  json["created_at"] = FormatTime(user.created_at());
  json["updated_at"] = FormatTime(user.updated_at());
  json["groups"] = Json::array();
  for (const std::string& group : user.groups()) json["groups"].push_back(group);
  json["attributes"] = Json::object();
  for (const auto& [name, value] : Sorted(user.attributes())) json["attributes"][name] = value;
  json["credentials"] = Json::array();
  for (const auto& credential : user.credentials())
    json["credentials"].push_back(ToJson(credential));
  return json;
}

void PrintJson(const Json& json) {
  std::cout << json.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
}

std::string State(const v1::User& user) { return user.disabled() ? "disabled" : "enabled"; }

std::string Expiry(const v1::User& user) {
  return user.has_expires_at() ? FormatTime(user.expires_at()) : "never";
}

std::string Schemes(const v1::User& user) {
  return absl::StrJoin(user.credentials(), ",",
                       [](std::string* out, const v1::CredentialInfo& credential) {
                         absl::StrAppend(out, credential.scheme());
                       });
}

// How many columns a terminal uses, near enough: code points.
size_t Width(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

}  // namespace

void PrintUser(OutputFormat format, const v1::User& user) {
  if (format == OutputFormat::kJson) return PrintJson(ToJson(user));
  std::cout << "name:        " << Printable(user.name()) << "\n"
            << "store:       " << Printable(user.store()) << "\n";
  if (!user.tenant().empty()) std::cout << "tenant:      " << Printable(user.tenant()) << "\n";
  std::cout << "state:       " << State(user) << "\n"
            << "expires:     " << Expiry(user) << "\n"
            << "created:     " << FormatTime(user.created_at()) << "\n"
            << "updated:     " << FormatTime(user.updated_at()) << "\n"
            << "groups:      " << Printable(absl::StrJoin(user.groups(), ", ")) << "\n";
  if (!user.attributes().empty()) std::cout << "attributes:\n";
  for (const auto& [name, value] : Sorted(user.attributes())) {
    std::cout << "  " << Printable(name) << "=" << Printable(value) << "\n";
  }
  std::cout << "credentials:\n";
  for (const auto& credential : user.credentials()) {
    std::cout << "  " << credential.scheme();
    if (credential.iterations() != 0) std::cout << ", " << credential.iterations() << " iterations";
    std::cout << ", created " << FormatTime(credential.created_at());
    if (credential.has_expires_at()) {
      std::cout << ", valid until " << FormatTime(credential.expires_at());
    }
    std::cout << "\n";
  }
}

void PrintUsers(OutputFormat format, const std::vector<v1::User>& users) {
  if (format == OutputFormat::kJson) {
    Json json = Json::array();
    for (const v1::User& user : users) json.push_back(ToJson(user));
    return PrintJson(json);
  }
  using Row = std::array<std::string, 5>;
  std::vector<Row> rows = {{"NAME", "STATE", "EXPIRES", "CREDENTIALS", "GROUPS"}};
  for (const v1::User& user : users) {
    rows.push_back({Printable(user.name()), State(user), Expiry(user), Schemes(user),
                    Printable(absl::StrJoin(user.groups(), ","))});
  }
  std::array<size_t, 5> widths{};
  for (const Row& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], Width(row[i]));
  }
  for (const Row& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      line += row[i] + std::string(widths[i] - Width(row[i]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    std::cout << line << "\n";
  }
}

void PrintChange(OutputFormat format, const v1::User& user, std::string_view what) {
  if (format == OutputFormat::kJson) return PrintJson(ToJson(user));
  std::cout << "user '" << Printable(user.name()) << "' " << what << "\n";
}

void PrintDeleted(OutputFormat format, std::string_view name) {
  if (format == OutputFormat::kJson) {
    return PrintJson({{"name", std::string(name)}, {"deleted", true}});
  }
  std::cout << "user '" << Printable(name) << "' deleted\n";
}

}  // namespace sallyport::ctl
