#ifndef SALLYPORT_GATEWAY_OPENSSL_TYPES_H_
#define SALLYPORT_GATEWAY_OPENSSL_TYPES_H_

// Owning pointers to OpenSSL's objects, and the text of its last error. A
// pointer is used by one thread at a time, but for SSL_CTX, X509 and EVP_PKEY,
// which many may share as long as nobody changes them.

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

namespace sallyport::gateway {

// FreeWith is a deleter that calls an OpenSSL function.
template <auto Free>
struct FreeWith {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};

using SslContextPtr = std::unique_ptr<SSL_CTX, FreeWith<SSL_CTX_free>>;
using SslPtr = std::unique_ptr<SSL, FreeWith<SSL_free>>;
using CertificatePtr = std::unique_ptr<X509, FreeWith<X509_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using BioPtr = std::unique_ptr<BIO, FreeWith<BIO_free_all>>;

// TakeOpenSslError is the first reason in the calling thread's error queue,
// which it empties; "unknown error" where the queue is empty.
std::string TakeOpenSslError();

}  // namespace sallyport::gateway

#endif  // SALLYPORT_GATEWAY_OPENSSL_TYPES_H_
