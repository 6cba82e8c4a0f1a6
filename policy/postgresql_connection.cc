#include "policy/postgresql_connection.h"

#include <postgresql/libpq-fe.h>

#include <memory>
#include <string_view>

namespace sallyport::policy {
namespace {

struct FreeKeywords {
  void operator()(PQconninfoOption* keywords) const { PQconninfoFree(keywords); }
};

}  // namespace

absl::StatusOr<std::map<std::string, std::string>> ReadPostgresqlConnection(
    const std::string& connection) {
  char* error = nullptr;
  const std::unique_ptr<PQconninfoOption, FreeKeywords> parsed(
      PQconninfoParse(connection.c_str(), &error));
  // It may quote a part of a password.
  PQfreemem(error);
  if (parsed == nullptr || connection.find('\0') != std::string::npos) {
    return absl::InvalidArgumentError(
        "the PostgreSQL connection string cannot be read: write it as \"host=... dbname=... "
        "user=...\", with libpq's keywords, or as postgresql://USER@HOST/DATABASE");
  }
  std::map<std::string, std::string> keywords;
  for (const PQconninfoOption* option = parsed.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr && *option->val != '\0') keywords[option->keyword] = option->val;
  }
  if (keywords.contains("password")) {
    return absl::InvalidArgumentError(
        "the PostgreSQL connection string gives 'password', which does not belong here: take it "
        "out, and name the file or variable that holds it under the store's own 'password'");
  }
  if (keywords.contains("sslpassword")) {
    return absl::InvalidArgumentError(
        "the PostgreSQL connection string gives 'sslpassword', which does not belong here: take it "
        "out, and leave the client's key unencrypted in a file of its own");
  }
  return keywords;
}

}  // namespace sallyport::policy
