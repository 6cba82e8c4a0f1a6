#ifndef SALLYPORT_SERVER_RPC_RESPONSE_BATCH_H_
#define SALLYPORT_SERVER_RPC_RESPONSE_BATCH_H_

// Gathers the outputs of a stream's connections into responses, each under 1 MB,
// and reuses the messages. Not thread-safe.

#include <cstddef>
#include <deque>
#include <memory>

#include "sallyport/v1/authenticator.pb.h"

namespace sallyport::server {

class ResponseBatch {
 public:
  // kMaxResponseBytes is what a response stays under, in bytes.
  static constexpr size_t kMaxResponseBytes = 900'000;

  // Begin makes an output for `connection_id`, to be filled and then handed to
  // End, before the next Begin.
  v1::ConnectionOutput* Begin(uint64_t connection_id);
  void End(const v1::ConnectionOutput& output);

  // Take is the next response to be written, or null where there is none. It
  // stays valid until the next Take.
  const v1::HandshakeResponse* Take();

  bool empty() const { return full_.empty() && filling_->outputs().empty(); }

  // unsent_bytes estimates what has not been taken.
  size_t unsent_bytes() const { return unsent_bytes_; }

 private:
  using Response = std::unique_ptr<v1::HandshakeResponse>;

  Response NewResponse();

  Response filling_ = std::make_unique<v1::HandshakeResponse>();
  size_t filling_bytes_ = 0;
  size_t unsent_bytes_ = 0;
  // Each with its size.
  std::deque<std::pair<Response, size_t>> full_;
  Response writing_;
  Response spare_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_RPC_RESPONSE_BATCH_H_
