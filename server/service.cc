#include "server/service.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "process/log.h"
#include "server/login/decoy_key.h"
#include "server/policy/open_store.h"
#include "server/resume/sealing_key_file.h"
#include "server/rpc/server_credentials.h"

namespace sallyport::server {
namespace {

// The SDK's requests stay under 1 MB; a larger batch is refused by gRPC.
constexpr int kMaxRequestBytes = 1 << 20;
// How soon replaced keys are used: a fleet's replicas learn a new one for opening
// long before the first of them seals with it.
constexpr absl::Duration kKeyFilePeriod = absl::Seconds(1);
// How often a draining service looks whether its last login has ended.
constexpr absl::Duration kDrainPeriod = absl::Milliseconds(5);
// For the last answers to leave.
constexpr absl::Duration kFinishTime = absl::Milliseconds(200);

int Milliseconds(absl::Duration duration) {
  return static_cast<int>(absl::ToInt64Milliseconds(duration));
}

}  // namespace

absl::Status Service::Check(const ServerConfig& config) {
  auto document = config.policy_file.empty()
                      ? policy::PolicyDocument::FromText(config.built_in_policy, "built-in policy")
                      : policy::PolicyDocument::FromFile(config.policy_file);
  if (!document.ok()) return document.status();
  auto policy = policy::Policy::Compile(*std::move(document),
                                        {.decoy_key = Secret("any"), .kerberos = config.kerberos});
  if (!policy.ok()) return policy.status();
  if (!config.resume_key_file.empty()) {
    auto keys = ReadSealingKeys(config.resume_key_file, SystemRandom());
    if (!keys.ok()) return keys.status();
  }
  if (config.admin_address) {
    const absl::Status status = MakeServerCredentials(config.admin_address->tls).status();
    if (!status.ok()) return status;
  }
  return MakeServerCredentials(config.tls).status();
}

absl::StatusOr<std::unique_ptr<Service>> Service::Start(const ServerConfig& config) {
  std::unique_ptr<Service> service(new Service(config));
  if (absl::Status status = service->OpenAudit(); !status.ok()) return status;
  if (absl::Status status = service->LoadPolicy(); !status.ok()) return status;
  if (absl::Status status = service->LoadResumeKeys(); !status.ok()) return status;
  service->MakeHost();
  if (absl::Status status = service->Serve(); !status.ok()) return status;
  return service;
}

absl::Status Service::OpenAudit() {
  auto audit = AuditLog::Open(config_.audit);
  if (!audit.ok()) return audit.status();
  audit_ = *std::move(audit);
  const AuditOptions& options = config_.audit;
  if (!options.file.empty() && options.when_full == WhenFull::kRefuse &&
      options.queue < config_.quotas.max_handshakes) {
    process::Log(process::LogLevel::kWarning,
                 "audit.queue has fewer places than limits.handshakes: logins over it are refused",
                 {{"queue", options.queue}, {"handshakes", config_.quotas.max_handshakes}});
  }
  return absl::OkStatus();
}

absl::Status Service::LoadPolicy() {
  auto decoy_key = LoadOrCreateDecoyKey(config_.decoy_key_file, SystemRandom());
  if (!decoy_key.ok()) return decoy_key.status();
  policy_journal_ =
      std::make_unique<PolicyJournal>(*audit_, config_.policy_file.empty() ? "built-in" : "file");
  auto record = policy_journal_->Reserve();
  if (!record.ok()) return record.status();
  auto policies = PolicySource::Create(
      {.file = config_.policy_file,
       .text = config_.built_in_policy,
       .surroundings = {.decoy_key = *std::move(decoy_key), .kerberos = config_.kerberos},
       .open_store = OpenPolicyStore,
       .on_change =
           [this](const PolicyChange& change) {
             ++(change.status.ok() ? reloads_.loaded : reloads_.refused);
             PolicyJournal::Log(change);
             policy_health_.Refresh();
           },
       .reserve_record = [this] { return policy_journal_->Reserve(); }});
  if (!policies.ok()) return policies.status();
  policies_ = *std::move(policies);
  policy_health_.Watch(*policies_);
  // May be the second one's by now, of which there is another line.
  const std::shared_ptr<const audit::PolicyStamp> active = policies_->Current()->stamp;
  const PolicyChange first = {
      .version = active->version, .hash = active->hash, .status = {}, .active = active};
  PolicyJournal::Log(first);
  (*std::move(record))(first);
  return absl::OkStatus();
}

absl::Status Service::LoadResumeKeys() {
  const std::string& path = config_.resume_key_file;
  auto keys = path.empty() ? NewSealingKeys(SystemRandom()) : ReadSealingKeys(path, SystemRandom());
  if (!keys.ok()) return keys.status();
  resume_ = std::make_unique<ResumeTokens>(*std::move(keys),
                                           absl::FromChrono(config_.quotas.handshake_timeout));
  if (!path.empty()) {
    resume_keys_ = std::make_unique<process::FileWatcher>(path, kKeyFilePeriod,
                                                          [this] { ReloadResumeKeys(); });
  }
  return absl::OkStatus();
}

void Service::ReloadResumeKeys() {
  auto keys = ReadSealingKeys(config_.resume_key_file, SystemRandom());
  if (keys.ok()) {
    resume_->Rotate(*std::move(keys));
    process::Log(process::LogLevel::kInfo, "resume keys loaded",
                 {{"file", config_.resume_key_file}});
  } else {
    process::Log(process::LogLevel::kError, "resume keys not loaded: the old ones stay in use",
                 {{"file", config_.resume_key_file}, {"error", keys.status().message()}});
  }
}

void Service::MakeHost() {
  derivations_ = std::make_unique<DerivationPool>(config_.derivation);
  host_.reset(new HandshakeHost{.policies = *policies_,
                                .derivations = *derivations_,
                                .random = SystemRandom(),
                                .ids = ids_,
                                .resume = *resume_,
                                .audit = *audit_,
                                .metrics = login_metrics_,
                                .quotas = config_.quotas});
  streams_ = std::make_unique<StreamRegistry>();
  exchanges_ = std::make_unique<StreamRegistry>();
  text_connections_ = std::make_unique<StreamRegistry>();
  authenticator_ = std::make_unique<AuthenticatorService>(*host_, *streams_, *exchanges_);
}

absl::Status Service::Serve() {
  // For every gRPC server of this process, the operator's too.
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();

  if (absl::Status status = ServeAdmin(); !status.ok()) return status;
  auto credentials = MakeServerCredentials(config_.tls);
  if (!credentials.ok()) return credentials.status();
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(config_.address, *credentials, &port);
  // Two servers must never share a port: the second one would silently take
  // half of the brokers.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // A broker may ping that often, and one that is gone without a word is noticed.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 5'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  if (config_.max_connection_age > absl::ZeroDuration()) {
    builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS,
                               Milliseconds(config_.max_connection_age));
    builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS,
                               Milliseconds(config_.max_connection_age_grace));
  }
  builder.SetMaxReceiveMessageSize(kMaxRequestBytes);
  builder.RegisterService(authenticator_.get());
  grpc_ = builder.BuildAndStart();
  if (grpc_ == nullptr || port == 0) {
    return absl::UnavailableError(absl::StrCat("cannot listen on ", config_.address,
                                               ": the address is taken, or not this machine's"));
  }
  address_ = config_.address;
  if (absl::EndsWith(address_, ":0")) {
    address_ = absl::StrCat(address_.substr(0, address_.size() - 1), port);
  }
  if (!config_.text_address.empty()) {
    auto text =
        TextListener::Start({.address = config_.text_address, .listener = config_.text_listener},
                            *host_, *text_connections_);
    if (!text.ok()) return text.status();
    text_ = *std::move(text);
  }
  grpc_->GetHealthCheckService()->SetServingStatus(v1::Authenticator::service_full_name(), true);
  policy_health_.AddServer(grpc_->GetHealthCheckService());
  readiness_health_.AddServer(grpc_->GetHealthCheckService());
  WatchStores();
  if (absl::Status status = ServeMetrics(); !status.ok()) return status;
  return ServeHealth();
}

void Service::WatchStores() {
  store_health_ = std::make_unique<StoreHealth>(
      *policies_, StoreHealth::Options(),
      [this](const ActivePolicy& active, const std::vector<StoreHealth::Store>& stores) {
        readiness_health_.Refresh(active.policy->policy(), stores);
      });
}

absl::Status Service::ServeMetrics() {
  if (config_.metrics_address.empty()) return absl::OkStatus();
  std::vector<ServiceMetrics::CertificateFile> certificates;
  const auto add = [&](const ServerTls& tls, std::string_view use, std::string_view ca_use) {
    certificates.push_back({.use = use, .path = tls.certificate_file});
    if (tls.client_ca_file.empty()) return;
    certificates.push_back({.use = ca_use, .path = tls.client_ca_file, .authorities = true});
  };
  if (config_.tls) add(*config_.tls, "grpc", "grpc_client_ca");
  if (config_.admin_address) add(config_.admin_address->tls, "admin", "admin_client_ca");
  auto metrics = MetricsServer::Start(config_.metrics_address,
                                      std::make_shared<ServiceMetrics>(ServiceMetrics::Sources{
                                          .host = *host_,
                                          .handshake_streams = *streams_,
                                          .exchanges = *exchanges_,
                                          .text_connections = *text_connections_,
                                          .store_health = *store_health_,
                                          .reloads = reloads_,
                                          .certificates = std::move(certificates)}));
  if (!metrics.ok()) return metrics.status();
  metrics_ = *std::move(metrics);
  return absl::OkStatus();
}

absl::Status Service::ServeAdmin() {
  auto admin = AdminServer::Start(
      {.socket_path = config_.admin_socket, .address = config_.admin_address}, *policies_, *audit_);
  if (!admin.ok()) return admin.status();
  admin_ = *std::move(admin);
  for (grpc::HealthCheckServiceInterface* health : admin_->health()) {
    policy_health_.AddServer(health);
    readiness_health_.AddServer(health);
  }
  return absl::OkStatus();
}

// Last: what it answers is true from then on.
absl::Status Service::ServeHealth() {
  if (config_.health_address.empty()) return absl::OkStatus();
  auto health = process::HealthServer::Start(config_.health_address);
  if (!health.ok()) return health.status();
  health_ = *std::move(health);
  policy_health_.AddServer(health_->health());
  readiness_health_.AddServer(health_->health());
  return absl::OkStatus();
}

void Service::Drain() {
  // First, so that nothing is admitted once the health says so.
  host_->draining.store(true);
  readiness_health_.Drain();
  grpc_->GetHealthCheckService()->Shutdown();
  // Until the last login has ended the service answers: health checks, and opens
  // with a refusal.
  const absl::Time end = absl::Now() + config_.drain;
  while (host_->live_handshakes.load() > 0 && absl::Now() < end) {
    absl::SleepFor(kDrainPeriod);
  }
  const absl::Time last = std::max(end, absl::Now() + kFinishTime);
  streams_->Drain(last - absl::Now());
  exchanges_->Drain(last - absl::Now());
  text_connections_->Drain(last - absl::Now());
  grpc_->Shutdown(std::chrono::system_clock::now());
  process::Log(process::LogLevel::kInfo, "drained",
               {{"live_handshakes", host_->live_handshakes.load()},
                {"dropped_inputs", host_->dropped_inputs.load()},
                {"lost_audit_events", audit_->lost()}});
}

Service::~Service() {
  metrics_.reset();
  store_health_.reset();
  readiness_health_.Stop();
  if (grpc_ != nullptr) grpc_->Shutdown(std::chrono::system_clock::now());
  if (text_ != nullptr) text_->Stop();
  // In this order: a derivation's answer may still ask for a lookup (GSSAPI), and a
  // lookup's for a derivation, which is then refused.
  policy_health_.Stop();
  admin_.reset();
  if (derivations_ != nullptr) derivations_->Stop();
  for (StreamRegistry* registry : {streams_.get(), exchanges_.get(), text_connections_.get()}) {
    if (registry != nullptr) registry->Stop();
  }
  policies_.reset();
  derivations_.reset();
  // Nobody hands the text protocol's connections anything any more.
  text_.reset();
}

}  // namespace sallyport::server
