#ifndef SALLYPORT_SERVER_SERVICE_H_
#define SALLYPORT_SERVER_SERVICE_H_

// One running sallyportd: the policy and its stores, the gRPC servers for brokers
// and for the operator, put together from a configuration.

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "core/crypto/random_source.h"
#include "process/file_watcher.h"
#include "process/health_server.h"
#include "server/admin/admin_server.h"
#include "server/audit/audit_log.h"
#include "server/config/server_config.h"
#include "server/login/derivation_pool.h"
#include "server/login/handshake_host.h"
#include "server/login/handshake_ids.h"
#include "server/login/stream_registry.h"
#include "server/policy/policy_journal.h"
#include "server/policy/policy_source.h"
#include "server/resume/resume_tokens.h"
#include "server/rpc/authenticator_service.h"
#include "server/rpc/policy_health.h"
#include "server/rpc/readiness_health.h"
#include "server/telemetry/login_metrics.h"
#include "server/telemetry/metrics_server.h"
#include "server/telemetry/service_metrics.h"
#include "server/telemetry/store_health.h"
#include "server/text/text_listener.h"

namespace sallyport::server {

class Service {
 public:
  // Start opens the policy's stores and serves; what it returns is serving. It fails with
  // the first thing that is wrong, by name.
  static absl::StatusOr<std::unique_ptr<Service>> Start(const ServerConfig& config);

  // Check says what Start would refuse of the configuration, and opens nothing
  // but the TLS files.
  static absl::Status Check(const ServerConfig& config);

  // Destroying the service ends what still runs at once.
  ~Service();

  // address is where brokers reach the service: the configured one, with the
  // port that was taken.
  const std::string& address() const { return address_; }

  // text_address is where the text protocol is spoken; empty: nowhere.
  std::string text_address() const { return text_ == nullptr ? "" : text_->address(); }

  // admin_address is where operators reach it from other machines; empty: nowhere.
  std::string admin_address() const { return admin_->address(); }

  // health_address is where probes that cannot encrypt are answered; empty: nowhere.
  std::string health_address() const { return health_ == nullptr ? "" : health_->address(); }

  // metrics_address is where /metrics is served by HTTP; empty: nowhere.
  std::string metrics_address() const { return metrics_ == nullptr ? "" : metrics_->address(); }

  // Rotate has the audit log opened anew by its name.
  void Rotate() { audit_->Reopen(); }

  // Drain turns health to not serving (but for the health address's ""), refuses new handshakes,
  // and returns when the live ones have ended or the configured time has passed.
  void Drain();

 private:
  explicit Service(const ServerConfig& config) : config_(config) {}

  absl::Status OpenAudit();
  absl::Status LoadPolicy();
  void MakeHost();
  absl::Status LoadResumeKeys();
  void ReloadResumeKeys();
  absl::Status Serve();
  absl::Status ServeAdmin();
  absl::Status ServeHealth();
  void WatchStores();
  absl::Status ServeMetrics();

  const ServerConfig config_;
  std::string address_;
  HandshakeIds ids_{SystemRandom()};
  std::unique_ptr<AuditLog> audit_;
  std::unique_ptr<PolicyJournal> policy_journal_;
  LoginMetrics login_metrics_;
  PolicyReloads reloads_;
  PolicyHealth policy_health_;
  ReadinessHealth readiness_health_;
  std::unique_ptr<PolicySource> policies_;
  std::unique_ptr<ResumeTokens> resume_;
  std::unique_ptr<HandshakeHost> host_;
  std::unique_ptr<StreamRegistry> streams_;
  std::unique_ptr<StreamRegistry> exchanges_;
  std::unique_ptr<StreamRegistry> text_connections_;
  std::unique_ptr<AuthenticatorService> authenticator_;
  std::unique_ptr<grpc::Server> grpc_;
  std::unique_ptr<AdminServer> admin_;
  std::unique_ptr<DerivationPool> derivations_;
  std::unique_ptr<process::FileWatcher> resume_keys_;
  // Null where the text protocol is off.
  std::unique_ptr<TextListener> text_;
  // Null where there is no health address.
  std::unique_ptr<process::HealthServer> health_;
  std::unique_ptr<StoreHealth> store_health_;
  // Null where metrics are not served.
  std::unique_ptr<MetricsServer> metrics_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_SERVICE_H_
