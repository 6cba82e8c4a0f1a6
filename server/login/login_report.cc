#include "server/login/login_report.h"

#include <array>

#include "core/sasl/failure_reason.h"
#include "process/log.h"

namespace sallyport::server {
namespace {

using process::LogLevel;

std::string_view CodeName(amqp::SaslCode code) {
  constexpr std::array<std::string_view, 5> kNames = {"ok", "auth", "sys", "sys-perm", "sys-temp"};
  const auto index = static_cast<size_t>(code);
  return index < kNames.size() ? kNames[index] : "unknown";
}

// What a broker says may be of any size where it is refused for just that.
std::string_view Bounded(std::string_view text) {
  constexpr size_t kMaxLogged = 1024;
  return text.substr(0, kMaxLogged);
}

LogLevel LevelOf(amqp::SaslCode code) {
  return code == amqp::SaslCode::kOk || code == amqp::SaslCode::kAuth ? LogLevel::kInfo
                                                                      : LogLevel::kWarning;
}

}  // namespace

void ReportLogin(HandshakeHost&, const LoginRecord& record) {
  const HandshakeOutcome& outcome = record.outcome;
  const LogLevel level = LevelOf(outcome.code);
  if (!process::LogEnabled(level)) return;
  const std::string_view code = CodeName(outcome.code);
  const AdmittedConnection& connection = record.connection;
  const policy::TenantPolicy* tenant = connection.party.scope.tenant;
  const std::string_view tenant_name = tenant == nullptr ? std::string_view() : tenant->name();
  const auto microseconds =
      std::chrono::duration_cast<std::chrono::microseconds>(record.duration).count();
  if (outcome.identity) {
    const Identity& identity = *outcome.identity;
    const std::string_view store =
        identity.account == nullptr ? std::string_view() : identity.account->store;
    process::Log(level, "login accepted",
                 {{"handshake_id", record.id},
                  {"code", code},
                  {"mechanism", record.mechanism},
                  {"authentication_id", identity.authentication_id},
                  {"authorization_id", identity.authorization_id},
                  {"tenant", tenant_name},
                  {"store", store},
                  {"channel_bound", identity.channel_bound},
                  {"listener", Bounded(connection.listener)},
                  {"remote_address", Bounded(connection.remote_address)},
                  {"hostname", Bounded(record.hostname)},
                  {"duration_us", microseconds}});
    return;
  }
  const FailureReason reason = outcome.reason.value_or(FailureReason::kInternal);
  process::Log(level, "login refused",
               {{"handshake_id", record.id},
                {"code", code},
                {"reason", ReasonName(reason)},
                {"detail", outcome.what != nullptr ? outcome.what : Describe(reason)},
                {"mechanism", record.mechanism},
                {"authentication_id", record.authentication_id},
                {"tenant", tenant_name},
                {"listener", Bounded(connection.listener)},
                {"remote_address", Bounded(connection.remote_address)},
                {"hostname", Bounded(record.hostname)},
                {"duration_us", microseconds}});
}

}  // namespace sallyport::server
