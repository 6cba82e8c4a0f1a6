#include "ctl/user_output.h"

#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace sallyport::ctl {
namespace {

using Json = nlohmann::ordered_json;

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

}  // namespace

Json UserJson(const v1::User& user) {
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

std::vector<std::string> UserRow(const v1::User& user) {
  return {Printable(user.name()), State(user), Expiry(user), Schemes(user),
          Printable(absl::StrJoin(user.groups(), ","))};
}

void PrintUser(OutputFormat format, const v1::User& user) {
  if (format == OutputFormat::kJson) return PrintJson(UserJson(user));
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
    for (const v1::User& user : users) json.push_back(UserJson(user));
    return PrintJson(json);
  }
  std::vector<std::vector<std::string>> rows = {
      {"NAME", "STATE", "EXPIRES", "CREDENTIALS", "GROUPS"}};
  for (const v1::User& user : users) rows.push_back(UserRow(user));
  PrintTable(rows);
}

void PrintChange(OutputFormat format, const v1::User& user, std::string_view what) {
  if (format == OutputFormat::kJson) return PrintJson(UserJson(user));
  std::cout << "user '" << Printable(user.name()) << "' " << what << "\n";
}

void PrintDeleted(OutputFormat format, std::string_view name) {
  if (format == OutputFormat::kJson) {
    return PrintJson({{"name", std::string(name)}, {"deleted", true}});
  }
  std::cout << "user '" << Printable(name) << "' deleted\n";
}

}  // namespace sallyport::ctl
