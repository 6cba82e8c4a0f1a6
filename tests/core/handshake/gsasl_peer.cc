#include "tests/core/handshake/gsasl_peer.h"

#include <cstdio>
#include <cstdlib>

#include "core/crypto/base64.h"

namespace sallyport {
namespace {

void Require(int status) {
  if (status == GSASL_OK) return;
  std::fprintf(stderr, "libgsasl: %s\n", gsasl_strerror(status));
  std::abort();
}

bool SessionHas(Gsasl_session* session, Gsasl_property property, const std::string& value) {
  const char* const said = gsasl_property_fast(session, property);
  return said != nullptr && value == said;
}

}  // namespace

GsaslPeer::GsaslPeer(const GsaslLogin& login, Side side) : login_(login) {
  Require(gsasl_init(&context_));
  gsasl_callback_hook_set(context_, this);
  gsasl_callback_set(context_, &OnProperty);
  const char* const mechanism = login_.mechanism.c_str();
  Require(side == Side::kClient ? gsasl_client_start(context_, mechanism, &session_)
                                : gsasl_server_start(context_, mechanism, &session_));
}

GsaslPeer::~GsaslPeer() {
  gsasl_finish(session_);
  gsasl_done(context_);
}

std::optional<std::string> GsaslPeer::Step(std::string_view message) {
  char* output = nullptr;
  size_t size = 0;
  status_ = gsasl_step(session_, message.data(), message.size(), &output, &size);
  if (status_ != GSASL_OK && status_ != GSASL_NEEDS_MORE) return std::nullopt;
  std::string bytes(output == nullptr ? "" : output, size);
  gsasl_free(output);
  return bytes;
}

int GsaslPeer::OnProperty(Gsasl* context, Gsasl_session* session, Gsasl_property property) {
  const GsaslLogin& login = static_cast<GsaslPeer*>(gsasl_callback_hook_get(context))->login_;
  switch (property) {
    case GSASL_AUTHID:
    case GSASL_ANONYMOUS_TOKEN:
      return gsasl_property_set(session, property, login.user.c_str());
    case GSASL_PASSWORD:
      return gsasl_property_set(session, property, login.password.c_str());
    case GSASL_SERVICE:
      return gsasl_property_set(session, property, "amqp");
    case GSASL_HOSTNAME:
      return gsasl_property_set(session, property, "host.test");
    case GSASL_REALM:
      return gsasl_property_set(session, property, "realm.test");
    case GSASL_CB_TLS_EXPORTER: {
      if (login.tls_exporter.empty()) return GSASL_NO_CALLBACK;
      std::string encoded;
      AppendBase64(login.tls_exporter, &encoded);
      return gsasl_property_set(session, property, encoded.c_str());
    }
    case GSASL_VALIDATE_SIMPLE:
      return SessionHas(session, GSASL_AUTHID, login.user) &&
                     SessionHas(session, GSASL_PASSWORD, login.password)
                 ? GSASL_OK
                 : GSASL_AUTHENTICATION_ERROR;
    case GSASL_VALIDATE_EXTERNAL:
    case GSASL_VALIDATE_ANONYMOUS:
      return GSASL_OK;
    default:
      return GSASL_NO_CALLBACK;
  }
}

}  // namespace sallyport
