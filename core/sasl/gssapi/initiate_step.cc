#include "core/sasl/gssapi/initiate_step.h"

#include <gssapi/gssapi_ext.h>

#include <array>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/sasl/gssapi/kerberos_error.h"

namespace sallyport {
namespace {

absl::Status Error(std::string_view what, std::string_view about, GssStatus status) {
  return absl::UnauthenticatedError(absl::StrCat("GSSAPI: ", std::string(what), " ",
                                                 std::string(about), ": ", KerberosText(status)));
}

GssStatus ImportName(const std::string& text, gss_OID type, GssName& name) {
  GssStatus status;
  gss_buffer_desc input = GssInput(text);
  status.major = gss_import_name(&status.minor, &input, type, name.out());
  return status;
}

}  // namespace

absl::Status InitiateStep::AcquireCredentials(Initiation& initiation) const {
  GssName principal;
  if (!settings_.principal.empty()) {
    const GssStatus status = ImportName(settings_.principal, GSS_KRB5_NT_PRINCIPAL_NAME, principal);
    if (!status.complete()) return Error("not a principal:", settings_.principal, status);
  }
  std::array<gss_key_value_element_desc, 2> elements;
  gss_key_value_set_desc store = {.count = 0, .elements = elements.data()};
  if (!settings_.ccache.empty()) elements[store.count++] = {"ccache", settings_.ccache.c_str()};
  if (!settings_.keytab.empty()) {
    elements[store.count++] = {"client_keytab", settings_.keytab.c_str()};
  }
  gss_OID_set_desc mechanisms = {.count = 1, .elements = gss_mech_krb5};
  GssStatus status;
  status.major =
      gss_acquire_cred_from(&status.minor, principal.get(), GSS_C_INDEFINITE, &mechanisms,
                            GSS_C_INITIATE, store.count == 0 ? GSS_C_NO_CRED_STORE : &store,
                            initiation.credentials.out(), nullptr, nullptr);
  if (status.complete()) return absl::OkStatus();
  return Error("no credentials of", settings_.principal.empty() ? "anybody" : settings_.principal,
               status);
}

absl::StatusOr<Initiation> InitiateStep::Initiate() const {
  Initiation initiation;
  if (absl::Status status = AcquireCredentials(initiation); !status.ok()) return status;
  const GssStatus named =
      ImportName(settings_.target, GSS_C_NT_HOSTBASED_SERVICE, initiation.target);
  if (!named.complete()) return Error("not a service:", settings_.target, named);
  GssBuffer token;
  OM_uint32 flags = 0;
  const GssStatus begun = AdvanceContext(initiation, {}, token, flags);
  if (begun.major != GSS_S_CONTINUE_NEEDED) {
    return Error("no ticket for", settings_.target, begun);
  }
  initiation.token = token.view();
  return initiation;
}

GssStatus AdvanceContext(Initiation& initiation, std::string_view token, GssBuffer& reply,
                         OM_uint32& flags) {
  constexpr OM_uint32 kFlags =
      GSS_C_MUTUAL_FLAG | GSS_C_REPLAY_FLAG | GSS_C_SEQUENCE_FLAG | GSS_C_INTEG_FLAG;
  gss_buffer_desc input = GssInput(token);
  GssStatus status;
  status.major = gss_init_sec_context(
      &status.minor, initiation.credentials.get(), initiation.context.out(),
      initiation.target.get(), gss_mech_krb5, kFlags, GSS_C_INDEFINITE, GSS_C_NO_CHANNEL_BINDINGS,
      token.empty() ? GSS_C_NO_BUFFER : &input, /*actual_mech_type=*/nullptr, reply.out(), &flags,
      /*time_rec=*/nullptr);
  return status;
}

}  // namespace sallyport
