#ifndef SALLYPORT_CLIENT_REQUEST_QUEUE_H_
#define SALLYPORT_CLIENT_REQUEST_QUEUE_H_

// What a stream has yet to write: inputs gather into a request until it is
// taken, or full; then into the next. Requests are used again, and keep their
// allocations. Not thread-safe.

#include <cstddef>
#include <deque>
#include <memory>
#include <string_view>

#include "client/handshake_types.h"
#include "sallyport/v1/authenticator.pb.h"

namespace sallyport::client {

// Opening is what a connection begins with on a stream.
struct Opening {
  // They pass CheckFacts.
  const ConnectionFacts& facts;
  // What the client has sent so far or, with a token, what it sent behind it.
  std::string_view received;
  // Whether the service is asked for tokens.
  bool resumable = false;
  // Empty: a new handshake.
  std::string_view resume_token = {};
};

class RequestQueue {
 public:
  // Bounds of one request, which with them stays well under 1 MB.
  static constexpr size_t kMaxRequestBytes = 512 * 1024;
  static constexpr size_t kMaxInputs = 1024;
  // The bytes of a connection are split into inputs of at most this many.
  static constexpr size_t kMaxInputBytes = 64 * 1024;

  // Open gathers the first input of a connection.
  void Open(uint64_t id, const Opening& opening);

  // Forward gathers bytes of a connection that was opened.
  void Forward(uint64_t id, std::string_view received);

  // Close gathers the news that the connection is gone.
  void Close(uint64_t id);

  bool empty() const { return full_.empty() && gathering_.inputs_size() == 0; }

  // has_full says whether a whole request waits: writing is the bottleneck.
  bool has_full() const { return !full_.empty(); }

  // gathered is the number of inputs in the request that still grows.
  size_t gathered() const { return gathering_.inputs_size(); }

  // bytes is about what everything in the queue takes.
  size_t bytes() const { return full_bytes_ + gathered_bytes_; }

  // TakeNext replaces `request`, whose content was written, by the oldest one in
  // the queue, which is not empty.
  void TakeNext(v1::HandshakeRequest& request);

 private:
  // The next input of `id`, of about `bytes`.
  v1::ConnectionInput& Add(uint64_t id, size_t bytes);

  struct FullRequest {
    std::unique_ptr<v1::HandshakeRequest> request;
    size_t bytes;
  };

  std::deque<FullRequest> full_;
  size_t full_bytes_ = 0;
  v1::HandshakeRequest gathering_;
  size_t gathered_bytes_ = 0;
  bool has_long_input_ = false;
  bool taken_has_long_input_ = false;
};

}  // namespace sallyport::client

#endif  // SALLYPORT_CLIENT_REQUEST_QUEUE_H_
