#include "tests/core/sasl/gss_peer.h"

#include "core/sasl/gssapi/kerberos_error.h"
#include "gtest/gtest.h"

namespace sallyport {

GssPeer::GssPeer(Side side, OM_uint32 flags, const gss_OID_desc* mechanism)
    : side_(side), flags_(flags), mechanism_(const_cast<gss_OID>(mechanism)) {
  OM_uint32 minor = 0;
  gss_buffer_desc name = GssInput("amqp@localhost");
  EXPECT_EQ(gss_import_name(&minor, &name, GSS_C_NT_HOSTBASED_SERVICE, target_.out()),
            GSS_S_COMPLETE);
}

GssStatus GssPeer::Advance(std::optional<std::string_view> token, GssBuffer& output) {
  gss_buffer_desc input = GssInput(token.value_or(""));
  GssStatus status;
  if (side_ == Side::kInitiator) {
    status.major = gss_init_sec_context(
        &status.minor, GSS_C_NO_CREDENTIAL, context_.out(), target_.get(), mechanism_, flags_,
        GSS_C_INDEFINITE, GSS_C_NO_CHANNEL_BINDINGS, token.has_value() ? &input : GSS_C_NO_BUFFER,
        nullptr, output.out(), nullptr, nullptr);
  } else {
    status.major = gss_accept_sec_context(&status.minor, context_.out(), GSS_C_NO_CREDENTIAL,
                                          &input, GSS_C_NO_CHANNEL_BINDINGS, nullptr, nullptr,
                                          output.out(), nullptr, nullptr, nullptr);
  }
  established_ = status.complete();
  return status;
}

std::string GssPeer::Step(std::optional<std::string_view> token) {
  GssBuffer output;
  const GssStatus status = Advance(token, output);
  EXPECT_FALSE(GSS_ERROR(status.major)) << KerberosText(status);
  return std::string(output.view());
}

std::string GssPeer::Fail(std::string_view token) {
  GssBuffer output;
  EXPECT_TRUE(GSS_ERROR(Advance(token, output).major));
  return std::string(output.view());
}

std::string GssPeer::Wrap(std::string_view message, bool encrypt) {
  OM_uint32 minor = 0;
  gss_buffer_desc input = GssInput(message);
  GssBuffer output;
  EXPECT_EQ(gss_wrap(&minor, context_.get(), encrypt ? 1 : 0, GSS_C_QOP_DEFAULT, &input, nullptr,
                     output.out()),
            GSS_S_COMPLETE);
  return std::string(output.view());
}

std::optional<std::string> GssPeer::Unwrap(std::string_view token) {
  OM_uint32 minor = 0;
  gss_buffer_desc input = GssInput(token);
  GssBuffer output;
  if (gss_unwrap(&minor, context_.get(), &input, output.out(), nullptr, nullptr) !=
      GSS_S_COMPLETE) {
    return std::nullopt;
  }
  return std::string(output.view());
}

const gss_OID_desc* SpnegoMechanism() {
  static char elements[] = "\x2b\x06\x01\x05\x05\x02";
  static const gss_OID_desc mechanism = {.length = 6, .elements = elements};
  return &mechanism;
}

}  // namespace sallyport
