#include "server/login/login_report.h"

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/amqp/sasl_code.h"
#include "core/sasl/failure_reason.h"
#include "process/log.h"

namespace sallyport::server {
namespace {

using process::LogLevel;

// What a broker says may be of any size where it is refused for just that.
std::string_view Bounded(std::string_view text) {
  constexpr size_t kMaxLogged = 1024;
  return text.substr(0, kMaxLogged);
}

LogLevel LevelOf(amqp::SaslCode code) {
  return code == amqp::SaslCode::kOk || code == amqp::SaslCode::kAuth ? LogLevel::kInfo
                                                                      : LogLevel::kWarning;
}

audit::LoginRecord RecordOf(const LoginReport& report) {
  const HandshakeOutcome& outcome = report.outcome;
  const AdmittedConnection& connection = report.connection;
  audit::LoginRecord record;
  record.time = absl::Now();
  record.handshake_id = report.id;
  record.listener = Bounded(connection.listener);
  record.remote_address = Bounded(connection.remote_address);
  record.encrypted = connection.traits.encrypted;
  record.server_name = Bounded(connection.server_name);
  record.hostname = Bounded(report.hostname);
  if (report.mechanism != nullptr) record.mechanism = report.mechanism->name;
  record.authentication_id = report.authentication_id;
  record.outcome = outcome.code;
  record.reason = outcome.reason;
  if (outcome.what != nullptr) record.detail = outcome.what;
  record.resumed = connection.resumed;
  record.duration = absl::FromChrono(report.duration);
  if (const auto* tenant = connection.party.scope.tenant) record.tenant = tenant->name();
  if (const auto& scope = connection.party.broker; scope != nullptr) {
    if (scope->broker != nullptr) record.broker = scope->broker->name();
    record.policy = scope->active->stamp;
  }
  if (outcome.identity) {
    record.authentication_id = outcome.identity->authentication_id;
    record.authorization_id = outcome.identity->authorization_id;
    record.channel_bound = outcome.identity->channel_bound;
    if (outcome.identity->account != nullptr) record.store = outcome.identity->account->store;
  }
  return record;
}

void Log(LogLevel level, const audit::LoginRecord& record) {
  const auto microseconds = absl::ToInt64Microseconds(record.duration);
  if (!record.reason) {
    process::Log(level, "login accepted",
                 {{"handshake_id", record.handshake_id},
                  {"code", amqp::SaslCodeName(record.outcome)},
                  {"mechanism", record.mechanism},
                  {"authentication_id", record.authentication_id},
                  {"authorization_id", record.authorization_id},
                  {"tenant", record.tenant},
                  {"store", record.store},
                  {"channel_bound", record.channel_bound},
                  {"listener", record.listener},
                  {"remote_address", record.remote_address},
                  {"hostname", record.hostname},
                  {"duration_us", microseconds}});
    return;
  }
  const std::string_view detail =
      record.detail.empty() ? Describe(*record.reason) : std::string_view(record.detail);
  process::Log(level, "login refused",
               {{"handshake_id", record.handshake_id},
                {"code", amqp::SaslCodeName(record.outcome)},
                {"reason", ReasonName(*record.reason)},
                {"detail", detail},
                {"mechanism", record.mechanism},
                {"authentication_id", record.authentication_id},
                {"tenant", record.tenant},
                {"listener", record.listener},
                {"remote_address", record.remote_address},
                {"hostname", record.hostname},
                {"duration_us", microseconds}});
}

void Count(LoginMetrics& metrics, const LoginReport& report) {
  const LoginParty& party = report.connection.party;
  LoginCounts* counts = &metrics.without_tenant();
  if (const policy::TenantPolicy* tenant = party.scope.tenant) {
    const ActivePolicy& active = *party.broker->active;
    const auto index = static_cast<size_t>(tenant - active.policy->tenants().data());
    counts = &metrics.CountsOf(*active.login_counts, index, tenant->name());
  }
  counts->Count(report.mechanism, report.outcome.reason);
  const LoginStages& stages = report.connection.stages;
  // One that was refused at its opening took no time.
  if (stages.since() != LoginStages::Clock::time_point()) metrics.Measure(stages, report.duration);
}

}  // namespace

void ReportLogin(HandshakeHost& host, const LoginReport& report) {
  Count(host.metrics, report);
  const LogLevel level = LevelOf(report.outcome.code);
  // One that was refused at its opening has no place yet: nobody gets in without one.
  std::optional<AuditSlot>& slot = report.connection.audit;
  if (!slot) slot = host.audit.Reserve();
  const bool recorded = slot.has_value() && slot->keeps();
  // What is nobody's fault is not told twice.
  const bool logged = process::LogEnabled(level) && !(recorded && level == LogLevel::kInfo);
  if (!logged && !recorded) return;
  audit::LoginRecord record = RecordOf(report);
  if (logged) Log(level, record);
  if (recorded) std::move(*slot).Record(std::move(record));
  slot.reset();
}

}  // namespace sallyport::server
