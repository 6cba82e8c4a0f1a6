#include "core/sasl/gssapi/accept_step.h"

#include <gssapi/gssapi_ext.h>

#include <optional>
#include <utility>

#include "core/sasl/gssapi/kerberos_error.h"
#include "core/sasl/gssapi/kerberos_token.h"
#include "core/sasl/gssapi/security_layer.h"

namespace sallyport {
namespace {

Failure Refused(const char* what) { return Failure{FailureReason::kKerberosRefused, what}; }

}  // namespace

void AcceptStep::Run() { result_ = Accept(); }

std::variant<Failure, GssCredential> AcceptStep::AcquireKeys() const {
  GssStatus status;
  GssName service;
  if (!settings_.service.empty()) {
    gss_buffer_desc text = GssInput(settings_.service);
    status.major = gss_import_name(&status.minor, &text, GSS_C_NT_HOSTBASED_SERVICE, service.out());
    if (!status.complete()) {
      return Failure{FailureReason::kMisconfigured,
                     "the Kerberos service that is configured is not of the form amqp@host"};
    }
  }
  gss_key_value_element_desc keytab = {.key = "keytab", .value = settings_.keytab.c_str()};
  const gss_key_value_set_desc store = {.count = 1, .elements = &keytab};
  gss_OID_set_desc mechanisms = {.count = 1, .elements = gss_mech_krb5};
  GssCredential keys;
  status.major = gss_acquire_cred_from(
      &status.minor, service.get(), GSS_C_INDEFINITE, &mechanisms, GSS_C_ACCEPT,
      settings_.keytab.empty() ? GSS_C_NO_CRED_STORE : &store, keys.out(), nullptr, nullptr);
  if (!status.complete()) return AcquireFailure(status);
  return keys;
}

std::variant<Failure, Acceptance> AcceptStep::Accept() const {
  auto keys = AcquireKeys();
  if (const auto* failure = std::get_if<Failure>(&keys)) return *failure;
  GssStatus status;
  GssContext context;
  gss_buffer_desc token = GssInput(token_);
  GssBuffer reply;
  OM_uint32 flags = 0;
  status.major = gss_accept_sec_context(
      &status.minor, context.out(), std::get<GssCredential>(keys).get(), &token,
      GSS_C_NO_CHANNEL_BINDINGS, /*src_name=*/nullptr, /*mech_type=*/nullptr, reply.out(), &flags,
      /*time_rec=*/nullptr, /*delegated_cred_handle=*/nullptr);
  if (status.major == GSS_S_CONTINUE_NEEDED) {
    return Failure{FailureReason::kMalformedMessage,
                   "the client's token begins another exchange than that of RFC 4121"};
  }
  if (!status.complete()) return AcceptFailure(status);
  if (!settings_.allow_one_way && (flags & GSS_C_MUTUAL_FLAG) == 0) {
    return Refused(
        "the client does not ask for mutual authentication: have it do so, or allow it not to");
  }

  Acceptance acceptance;
  acceptance.reply = reply.view();
  std::optional<std::string> offer = WrapMessage(context, kNoLayerOffer);
  if (!offer.has_value()) {
    return Failure{FailureReason::kInternal, "the Kerberos library did not wrap our message"};
  }
  if (!settings_.allow_one_way && !IsUnderAcceptorSubkey(*offer)) {
    return Refused("the client's encryption type is too old to agree on a fresh key: use AES");
  }
  acceptance.layer_offer = *std::move(offer);
  auto written = WriteContext(std::move(context));
  if (!written.has_value())
    return Refused("the client's ticket begins no usable context: it may be anonymous");
  acceptance.context = *std::move(written);
  return acceptance;
}

}  // namespace sallyport
