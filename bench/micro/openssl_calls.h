#ifndef SALLYPORT_BENCH_MICRO_OPENSSL_CALLS_H_
#define SALLYPORT_BENCH_MICRO_OPENSSL_CALLS_H_

// Two ways to call OpenSSL for what a SCRAM server needs of it. Not thread-safe.

#include <memory>
#include <span>
#include <string_view>

#include "core/crypto/hash.h"

namespace sallyport {

// OpensslCalls is a way to call OpenSSL.
class OpensslCalls {
 public:
  virtual ~OpensslCalls() = default;
  virtual bool Random(std::span<unsigned char> out) = 0;
  // Digest and Hmac give as many bytes as the hash function has.
  virtual bool Digest(std::string_view data, unsigned char* out) = 0;
  virtual bool Hmac(std::string_view key, std::string_view data, unsigned char* out) = 0;
};

// ReusedOpenssl fetches its algorithms once, keeps its contexts, and draws its
// randomness in blocks.
std::unique_ptr<OpensslCalls> ReusedOpenssl(HashFunction hash);

// OneShotOpenssl uses the functions that do all in one call.
std::unique_ptr<OpensslCalls> OneShotOpenssl(HashFunction hash);

}  // namespace sallyport

#endif  // SALLYPORT_BENCH_MICRO_OPENSSL_CALLS_H_
