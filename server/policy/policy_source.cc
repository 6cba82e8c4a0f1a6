#include "server/policy/policy_source.h"

#include <google/protobuf/util/message_differencer.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "process/log.h"
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
  auto document = source->ReadDocument();
  if (!document.ok()) return document.status();
  auto active = source->Open(*std::move(document));
  if (!active.ok()) return active.status();
  source->Activate(*std::move(active));
  source->closer_ = std::thread([raw = source.get()] { raw->CloseRetired(); });
  if (!source->options_.file.empty() && source->options_.watch_period > absl::ZeroDuration()) {
    source->watcher_ =
        std::make_unique<process::FileWatcher>(source->options_.file, source->options_.watch_period,
                                               [raw = source.get()] { raw->OnFileChange(); });
  }
  return source;
}

PolicySource::~PolicySource() {
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

absl::StatusOr<policy::PolicyDocument> PolicySource::ReadDocument() const {
  if (options_.file.empty()) {
    return policy::PolicyDocument::FromText(options_.text, "the built-in policy");
  }
  return policy::PolicyDocument::FromFile(options_.file);
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
    policy::PolicyDocument document) const {
  auto policy = policy::Policy::Compile(std::move(document), options_.surroundings);
  if (!policy.ok()) return policy.status();
  const std::shared_ptr<const ActivePolicy> before = Current();
  auto active = std::make_shared<ActivePolicy>();
  active->policy = *std::move(policy);
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

absl::Status PolicySource::Load(bool asked_for) {
  absl::MutexLock loading(&loading_);
  PolicyChange change = {.asked_for = asked_for};
  auto document = ReadDocument();
  if (!document.ok()) {
    change.status = document.status();
    return Tell(std::move(change));
  }
  change.version = document->policy().version();
  change.hash = document->hash();
  if (document->hash() == Current()->policy->hash()) {
    return Failure().ok() ? absl::OkStatus() : Tell(std::move(change));
  }
  auto active = Open(*std::move(document));
  change.status = active.status();
  if (active.ok()) Activate(*std::move(active));
  return Tell(std::move(change));
}

absl::Status PolicySource::Tell(PolicyChange change) {
  {
    absl::MutexLock lock(&mutex_);
    failure_ = change.status;
  }
  if (options_.on_change != nullptr) options_.on_change(change);
  return change.status;
}

void PolicySource::OnFileChange() {
  // Whoever waits for news hears of it by on_change.
  Load(false).IgnoreError();
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
