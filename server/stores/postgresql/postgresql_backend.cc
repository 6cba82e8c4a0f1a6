#include "server/stores/postgresql/postgresql_backend.h"

#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/amqp/utf8.h"
#include "server/stores/account_cache.h"
#include "server/stores/postgresql/postgresql_error.h"
#include "server/stores/postgresql/postgresql_schema.h"

namespace sallyport::server {
namespace {

// What the tables cannot hold is nobody's name, and is not asked for: an error of one lookup
// would hold up those beside it.
bool CanBeStored(std::string_view text, size_t max_size) {
  return text.size() <= max_size && text.find('\0') == std::string_view::npos && amqp::IsUtf8(text);
}

}  // namespace

absl::StatusOr<std::unique_ptr<PostgresqlBackend>> PostgresqlBackend::Create(
    const v1::PostgresqlStore& settings, StoreChanges& changes) {
  absl::StatusOr<PostgresqlOptions> options = ReadPostgresqlOptions(settings);
  if (!options.ok()) return options.status();
  return Create(*std::move(options), changes);
}

absl::StatusOr<std::unique_ptr<PostgresqlBackend>> PostgresqlBackend::Create(
    PostgresqlOptions options, StoreChanges& changes) {
  std::unique_ptr<PostgresqlBackend> backend(new PostgresqlBackend(std::move(options), changes));
  if (absl::Status status = backend->Start(); !status.ok()) return status;
  return backend;
}

PostgresqlBackend::PostgresqlBackend(PostgresqlOptions options, StoreChanges& changes)
    : options_(std::move(options)),
      dialer_(options_, interrupt_),
      outages_(options_.where),
      listener_(options_, changes,
                [this](const absl::Status& status) { keeper_.Lost(lookups_.size(), status); }),
      keeper_(options_, dialer_, interrupt_, Slots()),
      directory_(options_, changes,
                 [this] { return keeper_.schema_ready() ? absl::OkStatus() : Outage(); }) {}

std::unique_ptr<LookupConnection> PostgresqlBackend::MakeLookupConnection(size_t slot) {
  return std::make_unique<LookupConnection>(
      options_.where,
      LookupConnection::Events{
          .lost = [this, slot](const absl::Status& status) { keeper_.Lost(slot, status); },
          .again = [this](PendingLookup lookup) { DispatchAgain(std::move(lookup)); },
          .asked = [this](const absl::Status& status) { outages_.Report(status); }});
}

std::vector<ConnectionKeeper::Slot> PostgresqlBackend::Slots() {
  std::vector<ConnectionKeeper::Slot> slots;
  for (int i = 0; i < options_.connections; ++i) {
    lookups_.push_back(MakeLookupConnection(slots.size()));
    LookupConnection* lookup = lookups_.back().get();
    slots.push_back(
        {.prepare = LookupConnection::Prepare, .take = [this, lookup](PqConnection connection) {
           events_.Post([lookup, connection = std::move(connection)]() mutable {
             lookup->Attach(std::move(connection));
           });
         }});
  }
  slots.push_back({.prepare =
                       [this](PostgresqlSession& session) {
                         return ChangeListener::Prepare(session, options_.schema);
                       },
                   .take =
                       [this](PqConnection connection) {
                         events_.Post([this, connection = std::move(connection)]() mutable {
                           listener_.Attach(std::move(connection));
                         });
                       }});
  return slots;
}

absl::Status PostgresqlBackend::Start() {
  if (interrupt_.fd() < 0 || !events_.ok() || !directory_.ok()) {
    return absl::UnavailableError("the system has no file descriptor left");
  }
  const absl::Status connected = keeper_.ConnectAll();
  if (IsDefinite(connected)) return connected;
  std::vector<EventThread::Source*> sources = {&listener_};
  for (const auto& lookup : lookups_) sources.push_back(lookup.get());
  events_.Start(std::move(sources));
  keeper_.Start();
  return absl::OkStatus();
}

PostgresqlBackend::~PostgresqlBackend() {
  directory_.Stop();
  interrupt_.Set();
  keeper_.Stop();
  // Runs what was posted, so that no lookup is left without an answer.
  events_.Stop();
  for (const auto& lookup : lookups_) {
    lookup->Close(absl::UnavailableError("the store is closing"));
  }
}

absl::Status PostgresqlBackend::Outage() {
  const absl::Status error = keeper_.last_error();
  return absl::UnavailableError(error.ok() ? "the store is not connected" : error.message());
}

void PostgresqlBackend::Read(const UserKey& user, LookupDone done) {
  if (!CanBeStored(user.tenant, kMaxTenantSize) || !CanBeStored(user.name, kMaxNameSize)) {
    return std::move(done)(nullptr);
  }
  PendingLookup lookup = {user, MonotonicNow() + options_.query_timeout, std::move(done)};
  events_.Post([this, lookup = std::move(lookup)]() mutable { Dispatch(std::move(lookup)); });
}

void PostgresqlBackend::Dispatch(PendingLookup lookup) {
  LookupConnection* idlest = nullptr;
  for (const auto& candidate : lookups_) {
    if (candidate->up() && (idlest == nullptr || candidate->load() < idlest->load())) {
      idlest = candidate.get();
    }
  }
  if (idlest != nullptr) return idlest->Send(std::move(lookup));
  const absl::Status outage = Outage();
  outages_.Report(outage);
  std::move(lookup.done)(outage);
}

void PostgresqlBackend::DispatchAgain(PendingLookup lookup) {
  if (lookup.deadline > MonotonicNow()) return Dispatch(std::move(lookup));
  std::move(lookup.done)(absl::DeadlineExceededError(
      absl::StrCat("PostgreSQL ", options_.where, ": the server does not answer")));
}

void PostgresqlBackend::Ping(absl::AnyInvocable<void(absl::Status) &&> done) {
  // Nobody has an empty name, so that only the way is tried, and the tables.
  Read({},
       [done = std::move(done)](LookupResult result) mutable { std::move(done)(result.status()); });
}

}  // namespace sallyport::server
