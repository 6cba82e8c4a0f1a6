#include "bench/micro/gsasl_scram.h"

#include <cstddef>

#include "core/crypto/base64.h"

namespace sallyport {

GsaslScram::Host::Host(const ScramUser& user)
    : mechanism_(user.mechanism()), iterations_(std::to_string(user.keys().iterations)) {
  AppendBase64(user.keys().salt, &salt_);
  AppendBase64(user.keys().stored_key.view(), &stored_key_);
  AppendBase64(user.keys().server_key.view(), &server_key_);
  if (gsasl_init(&library_) != GSASL_OK) return;
  gsasl_callback_set(library_, &Host::Answer);
  gsasl_callback_hook_set(library_, this);
}

int GsaslScram::Host::Answer(Gsasl* library, Gsasl_session* session, Gsasl_property property) {
  const auto* self = static_cast<const Host*>(gsasl_callback_hook_get(library));
  switch (property) {
    case GSASL_SCRAM_ITER:
      return gsasl_property_set(session, property, self->iterations_.c_str());
    case GSASL_SCRAM_SALT:
      return gsasl_property_set(session, property, self->salt_.c_str());
    case GSASL_SCRAM_STOREDKEY:
      return gsasl_property_set(session, property, self->stored_key_.c_str());
    case GSASL_SCRAM_SERVERKEY:
      return gsasl_property_set(session, property, self->server_key_.c_str());
    default:
      return GSASL_NO_CALLBACK;
  }
}

GsaslScram::GsaslScram(Host& host) {
  gsasl_server_start(host.library_, host.mechanism_.c_str(), &session_);
}

bool GsaslScram::First(std::string_view message, std::string& reply) {
  return Step(message, GSASL_NEEDS_MORE, reply);
}

bool GsaslScram::Final(std::string_view message, std::string& reply) {
  return Step(message, GSASL_OK, reply);
}

bool GsaslScram::Step(std::string_view message, int expected, std::string& reply) {
  if (session_ == nullptr) return false;
  char* output = nullptr;
  size_t size = 0;
  if (gsasl_step(session_, message.data(), message.size(), &output, &size) != expected) {
    return false;
  }
  reply.assign(output, size);
  gsasl_free(output);
  return true;
}

}  // namespace sallyport
