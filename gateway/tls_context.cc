#include "gateway/tls_context.h"

#include <openssl/x509v3.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace sallyport::gateway {
namespace {

absl::Status FileError(const char* what, const std::string& path) {
  return absl::InvalidArgumentError(
      absl::StrCat("cannot use ", path, " as ", what, ": ", TakeOpenSslError()));
}

SslContextPtr MakeContext(const SSL_METHOD* method) {
  SslContextPtr context(SSL_CTX_new(method));
  if (context == nullptr) return context;
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  // An end of TCP without TLS's own is an end: many AMQP clients close like that.
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                         SSL_OP_NO_TICKET | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context.get(), 0);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                      SSL_MODE_RELEASE_BUFFERS);
  return context;
}

absl::Status AskForClientCertificates(SSL_CTX* context, const ListenerTlsConfig& config) {
  STACK_OF(X509_NAME)* names = SSL_load_client_CA_file(config.client_ca.c_str());
  if (names == nullptr || SSL_CTX_load_verify_file(context, config.client_ca.c_str()) != 1) {
    sk_X509_NAME_pop_free(names, X509_NAME_free);
    return FileError("'client_ca'", config.client_ca);
  }
  SSL_CTX_set_client_CA_list(context, names);
  int mode = SSL_VERIFY_PEER;
  if (config.client_certificate_required) mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
  SSL_CTX_set_verify(context, mode, nullptr);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<SslContextPtr> MakeListenerTls(const ListenerTlsConfig& config) {
  SslContextPtr context = MakeContext(TLS_server_method());
  if (context == nullptr) return absl::InternalError(TakeOpenSslError());
  // Never asks the terminal for a key's passphrase.
  SSL_CTX_set_default_passwd_cb(context.get(), [](char*, int, int, void*) { return -1; });
  if (SSL_CTX_use_certificate_chain_file(context.get(), config.certificate.c_str()) != 1) {
    return FileError("'certificate'", config.certificate);
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), config.key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context.get()) != 1) {
    return FileError("'key'", config.key);
  }
  if (!config.client_ca.empty()) {
    if (absl::Status status = AskForClientCertificates(context.get(), config); !status.ok()) {
      return status;
    }
  }
  return context;
}

absl::StatusOr<SslContextPtr> MakeBrokerTls(const BrokerTlsConfig& config) {
  SslContextPtr context = MakeContext(TLS_client_method());
  if (context == nullptr) return absl::InternalError(TakeOpenSslError());
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  const int loaded = config.ca.empty() ? SSL_CTX_set_default_verify_paths(context.get())
                                       : SSL_CTX_load_verify_file(context.get(), config.ca.c_str());
  if (loaded != 1) return FileError("the broker's 'ca'", config.ca);
  return context;
}

SslPtr NewListenerSsl(SSL_CTX* context) {
  SslPtr ssl(SSL_new(context));
  if (ssl != nullptr) SSL_set_accept_state(ssl.get());
  return ssl;
}

SslPtr NewBrokerSsl(SSL_CTX* context, const std::string& server_name) {
  SslPtr ssl(SSL_new(context));
  if (ssl == nullptr) return nullptr;
  SSL_set_connect_state(ssl.get());
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl.get()), server_name.c_str()) == 1) {
    return ssl;
  }
  // Server name indication carries DNS names only (RFC 6066 section 3).
  if (SSL_set1_host(ssl.get(), server_name.c_str()) != 1 ||
      SSL_set_tlsext_host_name(ssl.get(), server_name.c_str()) != 1) {
    return nullptr;
  }
  return ssl;
}

}  // namespace sallyport::gateway
