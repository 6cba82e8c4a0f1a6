#include "tests/core/sasl/gsasl_session.h"

#include <utility>

#include "gtest/gtest.h"
#include "tests/core/sasl/forgiven_leaks.h"

namespace sallyport {

GsaslSession::GsaslSession(GsaslRole role, const char* mechanism, Properties properties)
    : properties_(std::move(properties)) {
  EXPECT_EQ(gsasl_init(&library_), GSASL_OK);
  gsasl_callback_set(library_, &GsaslSession::Answer);
  gsasl_callback_hook_set(library_, this);
  EXPECT_EQ(role == GsaslRole::kClient ? gsasl_client_start(library_, mechanism, &session_)
                                       : gsasl_server_start(library_, mechanism, &session_),
            GSASL_OK);
}

GsaslSession::~GsaslSession() {
  gsasl_finish(session_);
  gsasl_done(library_);
}

int GsaslSession::Answer(Gsasl* library, Gsasl_session* session, Gsasl_property property) {
  if (property == GSASL_VALIDATE_EXTERNAL || property == GSASL_VALIDATE_ANONYMOUS ||
      property == GSASL_VALIDATE_GSSAPI) {
    return GSASL_OK;
  }
  const auto* self = static_cast<const GsaslSession*>(gsasl_callback_hook_get(library));
  const auto entry = self->properties_.find(property);
  if (entry == self->properties_.end()) return GSASL_NO_CALLBACK;
  gsasl_property_set(session, property, entry->second.c_str());
  return GSASL_OK;
}

std::string GsaslSession::Step(std::optional<std::string_view> input) {
  // GSSAPI's first step leaks in libgssglue, which GNU SASL calls Kerberos by.
  const ForgivenLeaks of_gssglue;
  char* output = nullptr;
  size_t length = 0;
  status_ = gsasl_step(session_, input.has_value() ? input->data() : nullptr,
                       input.has_value() ? input->size() : 0, &output, &length);
  if (status_ != GSASL_OK && status_ != GSASL_NEEDS_MORE) return {};
  std::string message(output == nullptr ? "" : output, length);
  gsasl_free(output);
  return message;
}

std::string GsaslSession::Property(Gsasl_property property) const {
  const char* value = gsasl_property_fast(session_, property);
  return value == nullptr ? "" : value;
}

}  // namespace sallyport
