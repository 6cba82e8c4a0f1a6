#include "server/stores/postgresql/postgresql_options.h"

#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "policy/postgresql_connection.h"

namespace sallyport::server {
namespace {

constexpr char kDefaultSchema[] = "sallyport";
// What PostgreSQL keeps of an identifier, in bytes.
constexpr size_t kMaxSchemaSize = 63;
constexpr uint32_t kMaxConnections = 64;
constexpr int kMaxConnectTimeoutSeconds = 300;

absl::Status CheckFiles(const std::map<std::string, std::string>& keywords) {
  for (const char* file : {"sslrootcert", "sslcert", "sslkey", "sslcrl"}) {
    const auto path = keywords.find(file);
    if (path == keywords.end()) continue;
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
  auto keywords = policy::ReadPostgresqlConnection(settings.connection());
  if (!keywords.ok()) return keywords.status();
  options.keywords = *std::move(keywords);
  if (absl::Status status = CheckFiles(options.keywords); !status.ok()) return status;
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
