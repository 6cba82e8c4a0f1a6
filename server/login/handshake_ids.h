#ifndef SALLYPORT_SERVER_LOGIN_HANDSHAKE_IDS_H_
#define SALLYPORT_SERVER_LOGIN_HANDSHAKE_IDS_H_

// Names handshakes, so that a broker's log and ours can be laid side by side: a
// random prefix for each process, and a count.

#include <atomic>
#include <cstdint>
#include <string>

#include "core/crypto/random_source.h"

namespace sallyport::server {

class HandshakeIds {
 public:
  explicit HandshakeIds(RandomSource& random);

  // Next is a new id: 16 hexadecimal digits, a hyphen, and a count in
  // hexadecimal. Thread-safe.
  std::string Next();

 private:
  std::string prefix_;
  std::atomic<uint64_t> count_ = 0;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_LOGIN_HANDSHAKE_IDS_H_
