#include "server/stores/ldap/ldap_backend.h"

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "core/crypto/random_source.h"
#include "process/log.h"

namespace sallyport::server {
namespace {

using Sessions = std::vector<std::unique_ptr<LdapSession>>;

constexpr size_t kDecoyNameSize = 16;

// Of the time for an answer, so that it is said what failed before it is over.
constexpr double kShareOfTime = 0.9;

Sessions NewSessions(const LdapSettings& settings, const LdapLogin& login) {
  const auto servers = std::make_shared<LdapServers>(settings.urls, settings.tls);
  Sessions sessions;
  for (size_t i = 0; i < settings.connections; ++i) {
    sessions.push_back(std::make_unique<LdapSession>(servers, login, settings.max_idle));
  }
  return sessions;
}

}  // namespace

absl::StatusOr<std::unique_ptr<LdapBackend>> LdapBackend::Create(const v1::LdapStore& settings,
                                                                 LdapBackendOptions options) {
  absl::StatusOr<LdapSettings> read = ReadLdapSettings(settings, options.per_tenant);
  if (!read.ok()) return read.status();
  if (!read->tls.verify) {
    process::Log(
        process::LogLevel::kWarning,
        "tls.insecure_skip_verify: whoever is in between learns passwords and lets in anybody",
        {{"store", options.store}});
  }
  options.timeout *= kShareOfTime;
  std::unique_ptr<LdapBackend> backend(new LdapBackend(*std::move(read), std::move(options)));
  if (absl::Status status = backend->StartSearching(); !status.ok()) return status;
  if (absl::Status status = backend->StartBinding(); !status.ok()) return status;
  return backend;
}

LdapBackend::LdapBackend(LdapSettings settings, LdapBackendOptions options)
    : settings_(std::move(settings)),
      options_(std::move(options)),
      reader_(options_.store, settings_,
              [this](const std::string& dn) {
                return std::make_shared<LdapPasswordVerifier>(binder_, dn);
              }),
      outages_(options_.store) {}

absl::Status LdapBackend::StartSearching() {
  Sessions sessions = NewSessions(settings_, settings_.login);
  const absl::Status status = reader_.Check(*sessions.front(), absl::Now() + options_.timeout);
  if (absl::IsInvalidArgument(status)) return status;
  outages_.Report(status);
  sessions_ = std::make_unique<SessionPool<LdapSession>>(std::move(sessions));
  return absl::OkStatus();
}

absl::Status LdapBackend::StartBinding() {
  if (!settings_.by_bind) return absl::OkStatus();
  binder_ = std::make_shared<LdapBinder>(
      options_.store, NewSessions(settings_, LdapLogin{}),
      LdapBinderLimits{.timeout = options_.timeout, .max_waiting = options_.max_waiting});
  std::string name(kDecoyNameSize, '\0');
  if (!SystemRandom().Fill(name)) return absl::UnavailableError("there is no randomness");
  decoy_verifier_ = std::make_shared<LdapPasswordVerifier>(
      binder_, absl::StrCat("cn=", absl::BytesToHexString(name), ",", settings_.base_dn),
      /*decoy=*/true);
  return absl::OkStatus();
}

LdapBackend::~LdapBackend() {
  sessions_.reset();
  if (binder_ != nullptr) binder_->Close();
}

void LdapBackend::Read(const UserKey& user, LookupDone done) {
  const absl::Time deadline = absl::Now() + options_.timeout;
  sessions_->Run([this, user, deadline, done = std::move(done)](LdapSession* session) mutable {
    if (session == nullptr) return std::move(done)(absl::UnavailableError("the store is closed"));
    if (absl::Now() >= deadline) {
      return std::move(done)(absl::DeadlineExceededError("the directory is asked too much"));
    }
    LookupResult result = reader_.Read(*session, user, deadline);
    // That is about the user, and no outage.
    if (absl::IsFailedPrecondition(result.status())) {
      result = absl::UnavailableError(result.status().message());
    } else {
      outages_.Report(result.status());
    }
    std::move(done)(std::move(result));
  });
}

void LdapBackend::Ping(absl::AnyInvocable<void(absl::Status) &&> done) {
  const absl::Time deadline = absl::Now() + options_.timeout;
  sessions_->Run([this, deadline, done = std::move(done)](LdapSession* session) mutable {
    if (session == nullptr) return std::move(done)(absl::UnavailableError("the store is closed"));
    std::move(done)(reader_.Check(*session, deadline));
  });
}

std::vector<SessionCount> LdapBackend::sessions() {
  size_t busy = sessions_->busy(), idle = sessions_->idle();
  if (binder_ != nullptr) binder_->AddSessions(&busy, &idle);
  return {{"busy", busy}, {"idle", idle}};
}

}  // namespace sallyport::server
