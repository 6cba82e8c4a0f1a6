#include "client/stream_pool.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "client/channel_credentials.h"
#include "client/service_channel.h"
#include "client/wire_conversion.h"

namespace sallyport::client {
namespace {

// A stream with this many live handshakes is busy enough for another one to
// pay: one HTTP/2 connection is served by one thread at a time.
constexpr size_t kBusyHandshakes = 128;

constexpr auto kIdleCheckInterval = std::chrono::milliseconds(50);

// How long a service may take to close its side of a stream that is closed on ours.
constexpr auto kCloseTimeout = std::chrono::seconds(5);

// How soon it is noticed that a server has announced the end of a connection.
constexpr auto kConnectionCheckInterval = std::chrono::milliseconds(500);

// How long a resolver may take before what it said last is used.
constexpr auto kLookupPatience = std::chrono::seconds(1);

// A replica that does not answer at all must not hold up those that would.
constexpr auto kConnectPatience = std::chrono::seconds(1);

// A service that refuses a stream, over a quota say, has said so by then.
constexpr auto kRefusalTime = std::chrono::seconds(1);

// Up to this part of its age, a stream is replaced earlier.
constexpr double kAgeJitter = 0.2;

bool Busy(const HandshakeStream& stream) {
  return stream.live() >= kBusyHandshakes || stream.write_bound();
}

std::chrono::steady_clock::duration ToSteady(absl::Duration duration) {
  return absl::ToChronoNanoseconds(duration);
}

std::string Describe(const grpc::Status& status) {
  return absl::StrCat(absl::StatusCodeToString(static_cast<absl::StatusCode>(status.error_code())),
                      status.error_message().empty() ? "" : ": ", status.error_message());
}

}  // namespace

StreamPool::StreamPool(AuthenticatorOptions options,
                       std::shared_ptr<grpc::ChannelCredentials> credentials)
    : options_(std::move(options)),
      handshake_timeout_(ToSteady(options_.handshake_timeout)),
      connect_timeout_(ToSteady(options_.connect_timeout)),
      lookup_(options_),
      backoff_(ToSteady(options_.min_backoff), ToSteady(options_.max_backoff)),
      random_(std::random_device()()),
      credentials_(std::move(credentials)) {}

void StreamPool::Start() {
  {
    absl::MutexLock lock(&mu_);
    ConnectIfNeededLocked();
  }
  WatchConnections();
}

std::shared_ptr<OpenHandshake> StreamPool::Open(ConnectionFacts facts,
                                                std::shared_ptr<HandshakeObserver> observer) {
  const absl::Status usable = CheckFacts(facts);
  const Clock::time_point now = Clock::now();
  auto handshake = std::make_shared<OpenHandshake>(shared_from_this(), std::move(facts),
                                                   options_.resume, std::move(observer), now);
  bool overloaded = !MayQueue(0);
  {
    absl::MutexLock lock(&mu_);
    overloaded = overloaded || handshakes_.size() >= options_.max_open_handshakes;
    handshakes_.emplace(Key(now, handshake.get()), Registration{handshake, std::nullopt});
    SweepAtLocked(now + handshake_timeout_);
  }
  if (!usable.ok()) {
    handshake->EndSoon(FailedOutcome(FailureReason::kBrokerFault, std::string(usable.message())));
  } else if (overloaded) {
    handshake->EndSoon(
        FailedOutcome(FailureReason::kOverloaded, "too much waits for the service already"));
  } else {
    Place(handshake);
  }
  return handshake;
}

void StreamPool::Place(const std::shared_ptr<OpenHandshake>& handshake) {
  while (true) {
    std::shared_ptr<HandshakeStream> stream;
    {
      absl::MutexLock lock(&mu_);
      stream = PickOrWaitLocked(handshake);
    }
    if (!stream || handshake->AttachTo(stream)) return;
    // It has ended, and will say so.
    Retire(*stream);
  }
}

void StreamPool::PlaceAgain(const std::shared_ptr<OpenHandshake>& handshake) {
  if (handshake->begun()) {
    absl::MutexLock lock(&mu_);
    const auto registration = handshakes_.find(Key(handshake->opened(), handshake.get()));
    if (registration != handshakes_.end()) registration->second.wait_until.reset();
  }
  Place(handshake);
}

std::shared_ptr<HandshakeStream> StreamPool::PickOrWaitLocked(
    const std::shared_ptr<OpenHandshake>& handshake) {
  std::shared_ptr<HandshakeStream> best;
  std::pair<bool, size_t> least;
  for (const Member& member : streams_) {
    if (!Takes(member)) continue;
    const std::pair<bool, size_t> load(member.state == StreamState::kOld, member.stream->live());
    if (best && load >= least) continue;
    best = member.stream;
    least = load;
  }
  if (!best || Busy(*best)) ConnectIfNeededLocked();
  if (best) return best;

  const auto registration = handshakes_.find(Key(handshake->opened(), handshake.get()));
  if (registration == handshakes_.end()) return nullptr;
  std::optional<Clock::time_point>& wait_until = registration->second.wait_until;
  if (!wait_until) wait_until = Clock::now() + connect_timeout_;
  waiting_.emplace(Key(*wait_until, handshake.get()), handshake);
  SweepAtLocked(*wait_until);
  return nullptr;
}

StreamPool::Member* StreamPool::FindLocked(const HandshakeStream& stream) {
  for (Member& member : streams_) {
    if (member.stream.get() == &stream) return &member;
  }
  return nullptr;
}

void StreamPool::Retire(const HandshakeStream& stream) {
  absl::MutexLock lock(&mu_);
  Member* member = FindLocked(stream);
  if (member && member->state != StreamState::kLeaving) member->state = StreamState::kEnded;
}

bool StreamPool::NeedsStreamLocked() const {
  if (shutting_down_) return false;
  int serving = 0;
  bool all_busy = true;
  bool any_old = false;
  for (const Member& member : streams_) {
    if (member.state == StreamState::kConnecting || member.state == StreamState::kNew) return false;
    any_old = any_old || member.state == StreamState::kOld;
    if (member.state != StreamState::kReady) continue;
    all_busy = all_busy && Busy(*member.stream);
    ++serving;
  }
  return any_old || (all_busy && serving < options_.max_streams);
}

void StreamPool::ConnectIfNeededLocked() {
  if (connect_scheduled_ || !NeedsStreamLocked()) return;
  connect_scheduled_ = true;
  // On the timer's thread, since a channel takes a while to make.
  timer_.RunAt(next_attempt_, [this] { Connect(); });
}

void StreamPool::Connect() {
  {
    absl::MutexLock lock(&mu_);
    connect_scheduled_ = NeedsStreamLocked();
    if (!connect_scheduled_) return;
    awaits_replicas_ = true;
    const uint64_t attempt = ++attempt_;
    if (!replicas_.empty()) {
      timer_.RunAt(Clock::now() + kLookupPatience, [this, attempt] { ConnectToReplica(attempt); });
    }
    if (std::exchange(asking_, true)) return;
  }
  lookup_.Ask([weak = weak_from_this()](ReplicaLookup::Addresses found) {
    const std::shared_ptr<StreamPool> pool = weak.lock();
    if (!pool) return;
    pool->timer_.RunSoon([raw = pool.get(), found = std::move(found)]() mutable {
      raw->OnReplicas(std::move(found));
    });
  });
}

void StreamPool::OnReplicas(ReplicaLookup::Addresses found) {
  uint64_t attempt;
  {
    absl::MutexLock lock(&mu_);
    asking_ = false;
    attempt = attempt_;
    if (found.ok()) {
      replicas_.Update(*found);
    } else if (replicas_.empty() && std::exchange(awaits_replicas_, false)) {
      last_failure_ =
          absl::StrCat("the service could not be found: ", std::string(found.status().message()));
      BackOffLocked();
      connect_scheduled_ = false;
      return ConnectIfNeededLocked();
    }
  }
  ConnectToReplica(attempt);
}

void StreamPool::ConnectToReplica(uint64_t attempt) {
  std::optional<std::string> address;
  {
    absl::MutexLock lock(&mu_);
    if (attempt != attempt_ || !std::exchange(awaits_replicas_, false)) return;
    connect_scheduled_ = false;
    if (!NeedsStreamLocked()) return;
    address = replicas_.Pick(Clock::now(), RandomLocked());
    if (!address) return;
  }
  const std::shared_ptr<HandshakeStream> stream = MakeStream(*address);
  {
    absl::MutexLock lock(&mu_);
    if (shutting_down_) return;
    streams_.push_back({stream, *std::move(address), StreamState::kConnecting});
  }
  timer_.RunAt(Clock::now() + kConnectPatience,
               [this, weak = std::weak_ptr<HandshakeStream>(stream)] { WatchConnecting(weak); });
  stream->Start();
}

void StreamPool::WatchConnecting(std::weak_ptr<HandshakeStream> weak) {
  const std::shared_ptr<HandshakeStream> stream = weak.lock();
  if (!stream) return;
  absl::MutexLock lock(&mu_);
  Member* member = FindLocked(*stream);
  if (!member || member->state != StreamState::kConnecting) return;
  replicas_.Shun(member->address, Clock::now());
  if (!replicas_.HasUnshunned(Clock::now())) return;
  member->state = StreamState::kConnectingLong;
  ConnectIfNeededLocked();
}

std::shared_ptr<HandshakeStream> StreamPool::MakeStream(const std::string& address) {
  // A rotation that is half done must not cut the service off.
  if (auto fresh = MakeChannelCredentials(options_.tls); fresh.ok()) {
    credentials_ = *std::move(fresh);
  }
  {
    absl::MutexLock lock(&mu_);
    ++undeleted_streams_;
  }
  return std::shared_ptr<HandshakeStream>(
      new HandshakeStream(MakeServiceChannel(options_, address, lookup_.authority(), credentials_),
                          ToSteady(options_.max_gather_window), *this, timer_, traffic_),
      [pool = shared_from_this()](HandshakeStream* stream) { pool->Dispose(stream); });
}

void StreamPool::Dispose(HandshakeStream* stream) {
  // The process's last channel joins gRPC's callback threads as it goes, so it
  // must not go on one of them.
  timer_.RunSoon([this, owned = std::unique_ptr<HandshakeStream>(stream)]() mutable {
    owned.reset();
    absl::MutexLock lock(&mu_);
    --undeleted_streams_;
  });
}

double StreamPool::RandomLocked() { return std::uniform_real_distribution<double>(0, 1)(random_); }

void StreamPool::BackOffLocked() { next_attempt_ = Clock::now() + backoff_.Next(RandomLocked()); }

void StreamPool::ShunLocked(const std::string& address) {
  const Clock::time_point now = Clock::now();
  replicas_.Shun(address, now);
  if (!replicas_.HasUnshunned(now) && next_attempt_ < now) BackOffLocked();
}

void StreamPool::OnStreamReady(const std::shared_ptr<HandshakeStream>& stream) {
  absl::btree_map<Key, std::shared_ptr<OpenHandshake>> waiting;
  {
    absl::MutexLock lock(&mu_);
    Member* member = FindLocked(*stream);
    if (!member || (member->state != StreamState::kConnecting &&
                    member->state != StreamState::kConnectingLong)) {
      return;
    }
    member->state = StreamState::kNew;
    AcceptSoon(stream);
    waiting.swap(waiting_);
  }
  for (const auto& [key, handshake] : waiting) Place(handshake);
}

bool StreamPool::Takes(const Member& member) {
  return member.state == StreamState::kNew || member.state == StreamState::kReady ||
         member.state == StreamState::kOld;
}

void StreamPool::AcceptSoon(std::weak_ptr<HandshakeStream> weak) {
  timer_.RunAt(Clock::now() + kRefusalTime, [this, weak = std::move(weak)] {
    const std::shared_ptr<HandshakeStream> stream = weak.lock();
    if (!stream) return;
    absl::MutexLock lock(&mu_);
    if (Member* member = FindLocked(*stream)) AcceptLocked(*member);
  });
}

void StreamPool::AcceptLocked(Member& member) {
  if (member.state != StreamState::kNew) return;
  member.state = StreamState::kReady;
  ReplaceSomeday(member.stream);
  LetGoLocked(member);
  ConnectIfNeededLocked();
}

void StreamPool::ReplaceSomeday(const std::shared_ptr<HandshakeStream>& stream) {
  if (options_.max_stream_age == absl::InfiniteDuration()) return;
  const absl::Duration age = options_.max_stream_age * (1 - kAgeJitter * RandomLocked());
  timer_.RunAt(Clock::now() + ToSteady(age), [this, weak = std::weak_ptr<HandshakeStream>(stream)] {
    const std::shared_ptr<HandshakeStream> old = weak.lock();
    if (!old) return;
    absl::MutexLock lock(&mu_);
    if (Member* member = FindLocked(*old)) ReplaceLocked(*member);
  });
}

void StreamPool::ReplaceLocked(Member& member) {
  if (member.state != StreamState::kReady) return;
  member.state = StreamState::kOld;
  ConnectIfNeededLocked();
}

void StreamPool::LetGoLocked(Member& fresh) {
  int serving = 0;
  for (Member& member : streams_) {
    if (member.state == StreamState::kOld) return LeaveLocked(member);
    if (member.state == StreamState::kReady) ++serving;
  }
  // It took long to connect, and others were quicker.
  if (serving > options_.max_streams) LeaveLocked(fresh);
}

void StreamPool::WatchConnections() {
  std::vector<std::shared_ptr<HandshakeStream>> ready;
  {
    absl::MutexLock lock(&mu_);
    for (const Member& member : streams_) {
      if (member.state == StreamState::kReady) ready.push_back(member.stream);
    }
  }
  std::erase_if(ready, [](const auto& stream) { return !stream->connection_is_leaving(); });
  absl::MutexLock lock(&mu_);
  for (const auto& leaving : ready) {
    if (Member* member = FindLocked(*leaving)) ReplaceLocked(*member);
  }
  timer_.RunAt(Clock::now() + kConnectionCheckInterval, [this] { WatchConnections(); });
}

void StreamPool::OnStreamAnswered(const std::shared_ptr<HandshakeStream>& stream) {
  absl::MutexLock lock(&mu_);
  backoff_.Reset();
  Member* member = FindLocked(*stream);
  if (!member || !Takes(*member)) return;
  replicas_.Forgive(member->address);
  AcceptLocked(*member);
}

void StreamPool::OnStreamDraining(const std::shared_ptr<HandshakeStream>& stream,
                                  OpenHandshakes handshakes) {
  {
    absl::MutexLock lock(&mu_);
    Member* member = FindLocked(*stream);
    if (member && member->state != StreamState::kLeaving) {
      ShunLocked(member->address);
      LeaveLocked(*member);
    }
    ConnectIfNeededLocked();
  }
  for (const auto& handshake : handshakes) PlaceAgain(handshake);
}

void StreamPool::LeaveLocked(Member& member) {
  member.state = StreamState::kLeaving;
  timer_.RunSoon(
      [this, weak = std::weak_ptr<HandshakeStream>(member.stream)] { CloseWhenIdle(weak); });
}

void StreamPool::CloseWhenIdle(std::weak_ptr<HandshakeStream> weak) {
  const std::shared_ptr<HandshakeStream> stream = weak.lock();
  if (!stream) return;
  if (stream->CloseIfIdle()) {
    return timer_.RunAt(Clock::now() + kCloseTimeout, [weak] {
      if (const auto closed = weak.lock()) closed->Cancel();
    });
  }
  timer_.RunAt(Clock::now() + kIdleCheckInterval, [this, weak] { CloseWhenIdle(weak); });
}

void StreamPool::OnStreamEnded(const std::shared_ptr<HandshakeStream>& stream,
                               const grpc::Status& status, OpenHandshakes handshakes) {
  // Shutdown may return, and the pool be let go, before this does.
  const std::shared_ptr<StreamPool> self = shared_from_this();
  const std::string why = Describe(status);
  {
    absl::MutexLock lock(&mu_);
    Member* member = FindLocked(*stream);
    if (member) {
      replicas_.Release(member->address);
      // One that was told to go has served well, or has been backed off for.
      if (member->state != StreamState::kLeaving) {
        ShunLocked(member->address);
        last_failure_ = absl::StrCat("the service could not be reached: ", why);
      }
      member->state = StreamState::kEnded;
    }
    ConnectIfNeededLocked();
  }
  for (const auto& handshake : handshakes) {
    if (handshake->OnStreamEnded(*stream, why)) PlaceAgain(handshake);
  }
  // Only now may Shutdown think that nothing runs here.
  absl::MutexLock lock(&mu_);
  std::erase_if(streams_, [&](const Member& member) { return member.stream == stream; });
}

void StreamPool::SweepAtLocked(Clock::time_point at) {
  if (at >= next_sweep_) return;
  next_sweep_ = at;
  timer_.RunAt(at, [this] { Sweep(); });
}

void StreamPool::Sweep() {
  OpenHandshakes timed_out;
  OpenHandshakes unreachable;
  std::string why;
  {
    absl::MutexLock lock(&mu_);
    const Clock::time_point now = Clock::now();
    next_sweep_ = Clock::time_point::max();
    auto oldest = handshakes_.begin();
    for (; oldest != handshakes_.end() && oldest->first.first + handshake_timeout_ <= now;
         ++oldest) {
      timed_out.push_back(oldest->second.handshake);
    }
    if (oldest != handshakes_.end()) SweepAtLocked(oldest->first.first + handshake_timeout_);
    while (!waiting_.empty() && waiting_.begin()->first.first <= now) {
      unreachable.push_back(std::move(waiting_.begin()->second));
      waiting_.erase(waiting_.begin());
    }
    if (!waiting_.empty()) SweepAtLocked(waiting_.begin()->first.first);
    why = last_failure_;
  }
  for (const auto& handshake : timed_out) {
    handshake->End(FailedOutcome(FailureReason::kTimedOut, "the handshake took too long"));
  }
  for (const auto& handshake : unreachable) handshake->EndWaiting(why);
}

void StreamPool::Forget(OpenHandshake& handshake) {
  absl::MutexLock lock(&mu_);
  const auto registration = handshakes_.find(Key(handshake.opened(), &handshake));
  if (registration == handshakes_.end()) return;
  if (const auto& wait_until = registration->second.wait_until) {
    waiting_.erase(Key(*wait_until, &handshake));
  }
  handshakes_.erase(registration);
}

void StreamPool::DeliverSoon(std::shared_ptr<OpenHandshake> handshake) {
  timer_.RunSoon([handshake = std::move(handshake)] { handshake->Deliver(); });
}

bool StreamPool::MayQueue(size_t bytes) const {
  const int64_t queued = traffic_.queued_bytes.load(std::memory_order_relaxed);
  const size_t used = queued > 0 ? static_cast<size_t>(queued) : 0;
  return used < options_.max_queued_bytes && bytes <= options_.max_queued_bytes - used;
}

void StreamPool::CountQueued(int64_t bytes) {
  traffic_.queued_bytes.fetch_add(bytes, std::memory_order_relaxed);
}

void StreamPool::Shutdown() {
  OpenHandshakes handshakes;
  std::vector<Member> streams;
  {
    absl::MutexLock lock(&mu_);
    shutting_down_ = true;
    for (const auto& [key, registration] : handshakes_) {
      handshakes.push_back(registration.handshake);
    }
    waiting_.clear();
    streams = streams_;
  }
  for (const auto& handshake : handshakes) {
    handshake->End(FailedOutcome(FailureReason::kServiceUnreachable,
                                 "the broker's authenticator was shut down"));
  }
  for (const Member& member : streams) member.stream->Cancel();
  streams.clear();
  {
    absl::MutexLock lock(&mu_);
    const auto all_gone = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
      return streams_.empty() && undeleted_streams_ == 0;
    };
    mu_.Await(absl::Condition(&all_gone));
  }
  timer_.Stop();
}

}  // namespace sallyport::client
