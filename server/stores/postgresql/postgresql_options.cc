#include "server/stores/postgresql/postgresql_options.h"

#include <postgresql/libpq-fe.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace sallyport::server {
namespace {

constexpr char kDefaultSchema[] = "sallyport";
// What PostgreSQL keeps of an identifier, in bytes.
constexpr size_t kMaxSchemaSize = 63;
constexpr uint32_t kMaxConnections = 64;
constexpr int kMaxConnectTimeoutSeconds = 300;

struct FreeKeywords {
  void operator()(PQconninfoOption* keywords) const { PQconninfoFree(keywords); }
};

// The parser's own message may quote a part of a password, and is not used.
absl::StatusOr<std::map<std::string, std::string>> ParseKeywords(const std::string& connection) {
  char* error = nullptr;
  const std::unique_ptr<PQconninfoOption, FreeKeywords> parsed(
      PQconninfoParse(connection.c_str(), &error));
  PQfreemem(error);
  if (parsed == nullptr || connection.find('\0') != std::string::npos) {
    return absl::InvalidArgumentError(
        "the PostgreSQL connection string cannot be read: write it as \"host=... dbname=... "
        "user=...\", with libpq's keywords");
  }
  std::map<std::string, std::string> keywords;
  for (const PQconninfoOption* option = parsed.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr) keywords[option->keyword] = option->val;
  }
  return keywords;
}

absl::Status CheckKeywords(const std::map<std::string, std::string>& keywords) {
  for (const char* secret : {"password", "sslpassword"}) {
    if (keywords.contains(secret)) {
      return absl::InvalidArgumentError(
          absl::StrCat("the PostgreSQL connection string has a ", secret,
                       " in it: name the file or variable that holds the password under "
                       "`password`, and leave client keys unencrypted in a file of their own"));
    }
  }
  for (const char* file : {"sslrootcert", "sslcert", "sslkey", "sslcrl"}) {
    const auto path = keywords.find(file);
    if (path == keywords.end() || path->second.empty()) continue;
    if (access(path->second.c_str(), R_OK) != 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("the file that the PostgreSQL connection string names as ", file, ", ",
                       path->second, ", cannot be read: ", std::generic_category().message(errno)));
    }
  }
  return absl::OkStatus();
}

// A silent peer or network is noticed, and a standby, which may lag and cannot notify, is not
// asked, unless the operator says otherwise.
void AddDefaults(std::map<std::string, std::string>* keywords) {
  keywords->insert({{"application_name", "sallyport"},
                    {"target_session_attrs", "primary"},
                    {"keepalives_idle", "10"},
                    {"keepalives_interval", "3"},
                    {"keepalives_count", "3"},
                    {"tcp_user_timeout", "5000"}});
  (*keywords)["client_encoding"] = "UTF8";
}

absl::Status ReadConnectTimeout(PostgresqlOptions* options) {
  const auto given = options->keywords.find("connect_timeout");
  if (given == options->keywords.end()) return absl::OkStatus();
  int seconds = 0;
  if (!absl::SimpleAtoi(given->second, &seconds) || seconds < 1 ||
      seconds > kMaxConnectTimeoutSeconds) {
    return absl::InvalidArgumentError(
        absl::StrCat("connect_timeout in the PostgreSQL connection string must be from 1 to ",
                     kMaxConnectTimeoutSeconds, " seconds"));
  }
  options->connect_timeout = absl::Seconds(seconds);
  return absl::OkStatus();
}

std::string Where(const std::map<std::string, std::string>& keywords) {
  const auto value = [&keywords](const char* keyword) {
    const auto found = keywords.find(keyword);
    return found == keywords.end() ? std::string() : found->second;
  };
  const std::string host = value("host").empty() ? value("hostaddr") : value("host");
  return absl::StrCat(host, "/", value("dbname"));
}

}  // namespace

absl::StatusOr<PostgresqlOptions> ReadPostgresqlOptions(const v1::PostgresqlStore& settings) {
  PostgresqlOptions options;
  auto keywords = ParseKeywords(settings.connection());
  if (!keywords.ok()) return keywords.status();
  options.keywords = *std::move(keywords);
  if (absl::Status status = CheckKeywords(options.keywords); !status.ok()) return status;
  if (absl::Status status = ReadConnectTimeout(&options); !status.ok()) return status;
  options.where = Where(options.keywords);
  AddDefaults(&options.keywords);
  if (settings.has_password()) options.password = settings.password();
  options.schema = settings.schema().empty() ? kDefaultSchema : settings.schema();
  if (options.schema.size() > kMaxSchemaSize || options.schema.find('\0') != std::string::npos) {
    return absl::InvalidArgumentError(
        absl::StrCat("a PostgreSQL schema's name has at most ", kMaxSchemaSize, " bytes"));
  }
  if (settings.connections() > kMaxConnections) {
    return absl::InvalidArgumentError(
        absl::StrCat("a PostgreSQL store has at most ", kMaxConnections, " connections"));
  }
  if (settings.connections() > 0) options.connections = static_cast<int>(settings.connections());
  if (settings.has_migrate()) options.migrate = settings.migrate();
  return options;
}

}  // namespace sallyport::server
