#include "gateway/channel_bindings.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/openssl_types.h"

namespace sallyport::gateway {
namespace {

constexpr std::string_view kExporterLabel = "EXPORTER-Channel-Binding";
constexpr size_t kExporterSize = 32;

std::optional<std::string> ReadExporter(SSL* ssl) {
  std::string data(kExporterSize, '\0');
  // On TLS 1.2 a zero-length context differs from none: RFC 9266 section 2 wants the former.
  const int done = SSL_export_keying_material(
      ssl, reinterpret_cast<unsigned char*>(data.data()), data.size(), kExporterLabel.data(),
      kExporterLabel.size(), reinterpret_cast<const unsigned char*>(""), 0, 1);
  if (done != 1) return std::nullopt;
  return data;
}

// RFC 5929 section 4.1: the hash of the certificate's signature, and SHA-256 in place of MD5 and
// SHA-1; undefined for a signature that has none of its own (EdDSA).
std::optional<std::string> ReadServerEndPoint(SSL* ssl) {
  X509* certificate =
      SSL_is_server(ssl) == 1 ? SSL_get_certificate(ssl) : SSL_get0_peer_certificate(ssl);
  int hash = NID_undef;
  if (certificate == nullptr ||
      X509_get_signature_info(certificate, &hash, nullptr, nullptr, nullptr) != 1) {
    return std::nullopt;
  }
  if (hash == NID_md5 || hash == NID_sha1) hash = NID_sha256;
  const EVP_MD* digest = hash == NID_undef ? nullptr : EVP_get_digestbynid(hash);
  std::array<unsigned char, EVP_MAX_MD_SIZE> data;
  unsigned int size = 0;
  if (digest == nullptr || X509_digest(certificate, digest, data.data(), &size) != 1) {
    return std::nullopt;
  }
  return std::string(reinterpret_cast<const char*>(data.data()), size);
}

// The first Finished message of a full handshake is the client's (RFC 5929 section 3.1).
std::optional<std::string> ReadUnique(SSL* ssl) {
  std::array<char, EVP_MAX_MD_SIZE> data;
  const size_t size = SSL_is_server(ssl) == 1 ? SSL_get_peer_finished(ssl, data.data(), data.size())
                                              : SSL_get_finished(ssl, data.data(), data.size());
  if (size == 0 || size > data.size()) return std::nullopt;
  return std::string(data.data(), size);
}

}  // namespace

std::vector<ChannelBinding> ReadChannelBindings(SSL* ssl) {
  std::vector<ChannelBinding> bindings;
  const auto add = [&bindings](const char* type, std::optional<std::string> data) {
    if (data.has_value()) bindings.push_back({type, *std::move(data)});
  };
  const bool tls13 = SSL_version(ssl) >= TLS1_3_VERSION;
  const bool unique_master_secret = tls13 || SSL_get_extms_support(ssl) == 1;
  if (unique_master_secret) add("tls-exporter", ReadExporter(ssl));
  add("tls-server-end-point", ReadServerEndPoint(ssl));
  if (unique_master_secret && !tls13) add("tls-unique", ReadUnique(ssl));
  TakeOpenSslError();
  return bindings;
}

}  // namespace sallyport::gateway
