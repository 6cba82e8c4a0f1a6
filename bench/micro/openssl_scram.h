#ifndef SALLYPORT_BENCH_MICRO_OPENSSL_SCRAM_H_
#define SALLYPORT_BENCH_MICRO_OPENSSL_SCRAM_H_

// The least that any SCRAM server on OpenSSL has to do: a nonce, two HMACs, one
// digest, the comparison, base64. It reads no name, makes no identity, and
// checks nothing but the proof. Not thread-safe.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "bench/micro/openssl_calls.h"
#include "bench/micro/scram_user.h"

namespace sallyport {

// OpensslScram is one exchange.
class OpensslScram {
 public:
  // Host is what the exchanges share.
  class Host {
   public:
    Host(const ScramUser& user, std::unique_ptr<OpensslCalls> calls);

   private:
    friend class OpensslScram;

    const ScramKeys& keys_;
    const size_t digest_size_;
    const std::unique_ptr<OpensslCalls> calls_;
  };

  explicit OpensslScram(Host& host) : host_(host) {}

  // First and Final are as SallyportScram's.
  bool First(std::string_view message, std::string& reply);
  bool Final(std::string_view message, std::string& reply);

 private:
  bool ProofMatches(std::string_view encoded);

  Host& host_;
  std::string auth_message_;
};

}  // namespace sallyport

#endif  // SALLYPORT_BENCH_MICRO_OPENSSL_SCRAM_H_
