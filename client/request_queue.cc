#include "client/request_queue.h"

#include <utility>

#include "client/wire_conversion.h"

namespace sallyport::client {
namespace {

// What an input costs besides its content: its object, tags and lengths.
constexpr size_t kInputOverhead = 128;

// A request in which an input was longer than this is not used again, so that
// what it keeps allocated stays small.
constexpr size_t kLongInput = 4 * 1024;

static_assert(RequestQueue::kMaxRequestBytes + kMaxFactsBytes + RequestQueue::kMaxInputBytes <
              1'000'000);

}  // namespace

v1::ConnectionInput& RequestQueue::Add(uint64_t id, size_t bytes) {
  bytes += kInputOverhead;
  const bool full = gathered_bytes_ + bytes > kMaxRequestBytes || gathered() >= kMaxInputs;
  if (full && gathered() > 0) {
    auto request = std::make_unique<v1::HandshakeRequest>();
    request->Swap(&gathering_);
    full_bytes_ += gathered_bytes_;
    full_.push_back({std::move(request), std::exchange(gathered_bytes_, 0)});
    has_long_input_ = false;
  }
  gathered_bytes_ += bytes;
  if (bytes > kLongInput) has_long_input_ = true;
  v1::ConnectionInput& input = *gathering_.add_inputs();
  input.set_connection_id(id);
  return input;
}

void RequestQueue::Open(uint64_t id, const Opening& opening) {
  const std::string_view first = opening.received.substr(0, kMaxInputBytes);
  const std::string_view token = opening.resume_token;
  v1::ConnectionContext context;
  FactsToWire(opening.facts, context);
  context.set_resumable(opening.resumable);
  v1::ConnectionInput& input = Add(id, context.ByteSizeLong() + first.size() + token.size());
  *input.mutable_open() = std::move(context);
  input.set_received(first.data(), first.size());
  if (!token.empty()) input.set_resume_token(token.data(), token.size());
  Forward(id, opening.received.substr(first.size()));
}

void RequestQueue::Forward(uint64_t id, std::string_view received) {
  while (!received.empty()) {
    const std::string_view part = received.substr(0, kMaxInputBytes);
    Add(id, part.size()).set_received(part.data(), part.size());
    received.remove_prefix(part.size());
  }
}

void RequestQueue::Close(uint64_t id) { Add(id, 0).set_closed(true); }

void RequestQueue::TakeNext(v1::HandshakeRequest& request) {
  if (!full_.empty()) {
    request = std::move(*full_.front().request);
    full_bytes_ -= full_.front().bytes;
    full_.pop_front();
    taken_has_long_input_ = true;
    return;
  }
  if (std::exchange(taken_has_long_input_, has_long_input_)) {
    v1::HandshakeRequest().Swap(&request);
  } else {
    request.Clear();
  }
  request.Swap(&gathering_);
  gathered_bytes_ = 0;
  has_long_input_ = false;
}

}  // namespace sallyport::client
