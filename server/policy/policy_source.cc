#include "server/policy/policy_source.h"

#include <google/protobuf/util/message_differencer.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "process/file_stamp.h"
#include "process/log.h"
#include "process/read_steadily.h"
#include "server/tokens/token_issuer.h"

namespace sallyport::server {
namespace {

using google::protobuf::util::MessageDifferencer;

// How often it is looked whether a retired policy is still held.
constexpr absl::Duration kClosePeriod = absl::Milliseconds(100);
// How long the end waits for whoever holds a policy: longer than any store may take.
constexpr absl::Duration kPatience = absl::Seconds(70);

bool SameIssuers(const v1::Policy& a, const v1::Policy& b) {
  return std::equal(a.token_issuers().begin(), a.token_issuers().end(), b.token_issuers().begin(),
                    b.token_issuers().end(),
                    [](const v1::TokenIssuer& x, const v1::TokenIssuer& y) {
                      return MessageDifferencer::Equals(x, y);
                    });
}

}  // namespace

absl::StatusOr<std::unique_ptr<PolicySource>> PolicySource::Create(Options options) {
  std::unique_ptr<PolicySource> source(new PolicySource(std::move(options)));
  if (absl::Status status = source->LoadFirst(); !status.ok()) return status;
  source->closer_ = std::thread([raw = source.get()] { raw->CloseRetired(); });
  source->Watch();
  return source;
}

absl::Status PolicySource::LoadFirst() {
  auto text = ReadText();
  if (!text.ok()) return text.status();
  std::string version;
  auto policy = Compile(*std::move(text), &version);
  if (!policy.ok()) return policy.status();
  auto active = Open(*std::move(policy));
  if (!active.ok()) return active.status();
  Activate(*std::move(active));
  return absl::OkStatus();
}

void PolicySource::Watch() {
  if (options_.file.empty() || options_.watch_period <= absl::ZeroDuration()) return;
  // At the start it looks different, so that no change is missed between reading the file
  // and watching it.
  watcher_ = std::make_unique<process::ChangeWatcher>(
      "", [this] { return Look(); }, options_.watch_period,
      [this] {
        // Whoever waits for news hears of it by on_change.
        Load(false);
        return true;
      });
}

std::string PolicySource::Look() {
  absl::MutexLock lock(&mutex_);
  if (std::chrono::steady_clock::now() >= retry_at_) {
    retry_at_ = kNever;
    ++retries_;
  }
  return absl::StrCat(process::FileStamp(options_.file, absl::ZeroDuration()), ", ", retries_);
}

bool PolicySource::Pause(absl::Duration time) {
  absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithTimeout(absl::Condition(&ending_), time);
}

PolicySource::~PolicySource() {
  {
    absl::MutexLock lock(&mutex_);
    ending_ = true;
  }
  watcher_.reset();
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    if (current_ != nullptr) retired_.push_back(std::move(current_));
  }
  if (!closer_.joinable()) return;
  // Lookups that wait hold their policy.
  std::vector<std::shared_ptr<CredentialStore>> stores;
  {
    absl::MutexLock lock(&mutex_);
    for (const auto& policy : retired_) {
      stores.insert(stores.end(), policy->stores.begin(), policy->stores.end());
    }
  }
  for (const auto& store : stores) store->Close();
  stores.clear();
  closer_.join();
}

absl::StatusOr<std::string> PolicySource::ReadText() {
  if (options_.file.empty()) return options_.text;
  return process::ReadStillFile(options_.file, policy::kMaxPolicyBytes, options_.still_for,
                                [this](absl::Duration time) { return Pause(time); });
}

absl::StatusOr<std::shared_ptr<const policy::Policy>> PolicySource::Compile(
    std::string text, std::string* version) const {
  auto document = policy::PolicyDocument::FromText(
      std::move(text), options_.file.empty() ? "the built-in policy" : options_.file);
  if (!document.ok()) return document.status();
  *version = document->policy().version();
  return policy::Policy::Compile(*std::move(document), options_.surroundings);
}

std::shared_ptr<const ActivePolicy> PolicySource::Current() const {
  absl::MutexLock lock(&mutex_);
  return current_;
}

absl::Status PolicySource::Failure() const {
  absl::MutexLock lock(&mutex_);
  return failure_;
}

absl::StatusOr<std::shared_ptr<ActivePolicy>> PolicySource::Open(
    std::shared_ptr<const policy::Policy> policy) {
  const std::shared_ptr<const ActivePolicy> before = Current();
  auto active = std::make_shared<ActivePolicy>();
  active->policy = std::move(policy);
  active->stamp = std::make_shared<const audit::PolicyStamp>(
      audit::PolicyStamp{.version = active->policy->version(), .hash = active->policy->hash()});
  active->login_counts = std::make_unique<TenantCountSlots>(active->policy->tenants().size());
  for (const v1::Store& store : active->policy->policy().stores()) {
    auto opened = OpenOrKeep(store, before.get());
    if (!opened.ok()) {
      return absl::Status(opened.status().code(),
                          absl::StrCat("store '", store.name(), "': ", opened.status().message()));
    }
    active->stores.push_back(*std::move(opened));
  }
  if (absl::Status status = OpenTokens(active.get(), before.get()); !status.ok()) return status;
  for (const v1::Broker& broker : active->policy->policy().brokers()) {
    active->usages.emplace(active->policy->FindBrokerNamed(broker.name()),
                           usages_.Of(broker.name()));
  }
  active->loaded_at = absl::Now();
  active->serial = serial() + 1;
  return active;
}

absl::StatusOr<std::shared_ptr<CredentialStore>> PolicySource::OpenOrKeep(
    const v1::Store& store, const ActivePolicy* before) const {
  if (before != nullptr) {
    const auto& stores = before->policy->policy().stores();
    for (int i = 0; i < stores.size(); ++i) {
      // With its cache and its connections.
      if (MessageDifferencer::Equals(stores[i], store)) {
        return before->stores[static_cast<size_t>(i)];
      }
    }
  }
  return options_.open_store(store);
}

absl::Status PolicySource::OpenTokens(ActivePolicy* active, const ActivePolicy* before) const {
  const v1::Policy& policy = active->policy->policy();
  if (policy.token_issuers_size() == 0) return absl::OkStatus();
  if (before != nullptr && SameIssuers(policy, before->policy->policy())) {
    active->tokens = before->tokens;
    return absl::OkStatus();
  }
  std::vector<TokenIssuer> issuers;
  for (const v1::TokenIssuer& issuer : policy.token_issuers()) {
    issuers.push_back(ToTokenIssuer(issuer));
  }
  auto tokens = TokenAuthority::Create(issuers);
  if (!tokens.ok()) return tokens.status();
  active->tokens = *std::move(tokens);
  return absl::OkStatus();
}

void PolicySource::Activate(std::shared_ptr<ActivePolicy> active) {
  absl::MutexLock lock(&mutex_);
  if (current_ != nullptr) retired_.push_back(std::move(current_));
  const uint64_t serial = active->serial;
  current_ = std::move(active);
  failure_ = absl::OkStatus();
  serial_.store(serial, std::memory_order_release);
}

PolicyChange PolicySource::Load(bool asked_for) {
  absl::MutexLock loading(&loading_);
  const uint64_t before = serial();
  PolicyChange change = {.asked_for = asked_for};
  RecordPolicyChange record;
  const Remedy remedy = Take(&change, &record);
  change.active = Current()->stamp;
  // There is nothing to tell of a file that is not read as the source ends.
  if (absl::IsCancelled(change.status) && change.hash.empty()) return change;
  if (!Keep(change, remedy) && serial() == before) return change;
  if (options_.on_change != nullptr) options_.on_change(change);
  if (record == nullptr) {
    // Nothing was changed, and so it is told of where there is a place.
    if (auto reserved = ReserveRecord(change); reserved.ok()) record = *std::move(reserved);
  }
  if (record != nullptr) std::move(record)(change);
  return change;
}

PolicySource::Remedy PolicySource::Take(PolicyChange* change, RecordPolicyChange* record) {
  absl::StatusOr<std::string> text = ReadText();
  change->status = text.status();
  if (!text.ok()) return Remedy::kTime;
  auto hash = policy::PolicyDocument::HashOf(*text);
  change->status = hash.status();
  if (!hash.ok()) return Remedy::kTime;
  change->hash = *std::move(hash);
  const std::shared_ptr<const ActivePolicy> before = Current();
  if (change->hash == before->policy->hash()) {
    change->version = before->policy->version();
    return Remedy::kTime;
  }
  auto policy = Compile(*std::move(text), &change->version);
  change->status = policy.status();
  if (!policy.ok()) return Remedy::kAnotherFile;
  // What cannot be recorded is not done.
  auto reserved = ReserveRecord(*change);
  change->status = reserved.status();
  if (!reserved.ok()) return Remedy::kTime;
  *record = *std::move(reserved);
  auto active = Open(*std::move(policy));
  change->status = active.status();
  if (active.ok()) Activate(*std::move(active));
  return Remedy::kTime;
}

absl::StatusOr<RecordPolicyChange> PolicySource::ReserveRecord(const PolicyChange& change) const {
  // Whoever asked for it has it recorded under their own name.
  if (change.asked_for || options_.reserve_record == nullptr) return RecordPolicyChange();
  return options_.reserve_record();
}

bool PolicySource::Keep(const PolicyChange& change, Remedy remedy) {
  const bool works = change.status.ok();
  const bool is_same = std::exchange(failed_hash_, works ? "" : change.hash) == change.hash;
  if (works || !is_same) backoff_.Reset();
  absl::MutexLock lock(&mutex_);
  const absl::Status before = std::exchange(failure_, change.status);
  retry_at_ = kNever;
  if (works) return !before.ok();
  if (remedy == Remedy::kTime) {
    retry_at_ = std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(backoff_.Next());
  }
  // What is tried again fails as before, mostly.
  return change.asked_for || !is_same || before != change.status;
}

void PolicySource::CloseRetired() {
  const auto has_work = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return stopping_ || !retired_.empty();
  };
  absl::Time give_up_at = absl::InfiniteFuture();
  while (true) {
    std::vector<std::shared_ptr<const ActivePolicy>> closed;
    {
      absl::MutexLock lock(&mutex_, absl::Condition(&has_work));
      const auto kept = std::stable_partition(retired_.begin(), retired_.end(),
                                              [](const auto& p) { return p.use_count() > 1; });
      closed.assign(std::make_move_iterator(kept), std::make_move_iterator(retired_.end()));
      retired_.erase(kept, retired_.end());
      if (stopping_ && retired_.empty() && closed.empty()) return;
      if (stopping_) give_up_at = std::min(give_up_at, absl::Now() + kPatience);
    }
    if (absl::Now() > give_up_at) {
      process::Log(process::LogLevel::kError,
                   "a policy is still held although every login has ended: going on without it");
      return;
    }
    // Here and nowhere else: a store's end waits for its threads, one of which may be
    // the caller of the login that held it last.
    if (closed.empty()) absl::SleepFor(kClosePeriod);
  }
}

}  // namespace sallyport::server
