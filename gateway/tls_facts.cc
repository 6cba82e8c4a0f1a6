#include "gateway/tls_facts.h"

#include <openssl/x509.h>

#include <string>

#include "gateway/channel_bindings.h"
#include "gateway/openssl_types.h"

namespace sallyport::gateway {
namespace {

std::string ReadPeerCertificate(SSL* ssl) {
  X509* certificate = SSL_get0_peer_certificate(ssl);
  if (certificate == nullptr || SSL_get_verify_result(ssl) != X509_V_OK) return "";
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate, &der);
  if (size <= 0) return "";
  std::string result(reinterpret_cast<const char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  return result;
}

}  // namespace

client::TlsFacts ReadTlsFacts(SSL* ssl) {
  const char* server_name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  client::TlsFacts facts = {
      .server_name = server_name == nullptr ? "" : server_name,
      .version = SSL_get_version(ssl),
      .cipher = SSL_get_cipher_name(ssl),
      .peer_certificate = ReadPeerCertificate(ssl),
      .channel_bindings = ReadChannelBindings(ssl),
  };
  TakeOpenSslError();
  return facts;
}

}  // namespace sallyport::gateway
