#include "core/sasl/gssapi/kerberos_context.h"

#include <utility>

namespace sallyport {
namespace {

// 1.2.840.113554.1.2.2, as PropertiesOf shows it.
constexpr char kMechanismText[] = "1.2.840.113554.1.2.2";

struct FlagName {
  uint32_t flag;
  std::string_view name;
};

constexpr FlagName kFlagNames[] = {
    {GSS_C_MUTUAL_FLAG, "mutual"},        {GSS_C_REPLAY_FLAG, "replay"},
    {GSS_C_SEQUENCE_FLAG, "sequence"},    {GSS_C_INTEG_FLAG, "integrity"},
    {GSS_C_CONF_FLAG, "confidentiality"}, {GSS_C_DELEG_FLAG, "delegation"},
};

std::optional<std::string> PrincipalIn(const GssName& name) {
  OM_uint32 minor = 0;
  GssBuffer text;
  gss_OID type = GSS_C_NO_OID;
  if (gss_display_name(&minor, name.get(), text.out(), &type) != GSS_S_COMPLETE) {
    return std::nullopt;
  }
  if (!SameOid(type, GSS_KRB5_NT_PRINCIPAL_NAME)) return std::nullopt;
  return std::string(text.view());
}

}  // namespace

std::optional<KerberosContext> WriteContext(GssContext context) {
  OM_uint32 minor = 0;
  GssName initiator;
  GssName acceptor;
  gss_OID mechanism = GSS_C_NO_OID;
  OM_uint32 flags = 0;
  int is_open = 0;
  if (gss_inquire_context(&minor, context.get(), initiator.out(), acceptor.out(), nullptr,
                          &mechanism, &flags, nullptr, &is_open) != GSS_S_COMPLETE) {
    return std::nullopt;
  }
  if (is_open == 0 || !SameOid(mechanism, gss_mech_krb5)) return std::nullopt;
  std::optional<std::string> initiator_name = PrincipalIn(initiator);
  std::optional<std::string> acceptor_name = PrincipalIn(acceptor);
  if (!initiator_name.has_value() || !acceptor_name.has_value()) return std::nullopt;
  GssBuffer token;
  if (gss_export_sec_context(&minor, context.out(), token.out()) != GSS_S_COMPLETE) {
    return std::nullopt;
  }
  return KerberosContext{Secret(token.view()), *std::move(initiator_name),
                         *std::move(acceptor_name), flags};
}

GssContext ReadContext(const Secret& token) {
  OM_uint32 minor = 0;
  GssContext context;
  gss_buffer_desc input = GssInput(token.view());
  gss_import_sec_context(&minor, &input, context.out());
  return context;
}

std::optional<std::string> WrapMessage(const GssContext& context, std::string_view message) {
  OM_uint32 minor = 0;
  gss_buffer_desc input = GssInput(message);
  GssBuffer wrapped;
  if (gss_wrap(&minor, context.get(), /*conf_req_flag=*/0, GSS_C_QOP_DEFAULT, &input,
               /*conf_state=*/nullptr, wrapped.out()) != GSS_S_COMPLETE) {
    return std::nullopt;
  }
  return std::string(wrapped.view());
}

std::optional<std::string> UnwrapMessage(const GssContext& context, std::string_view token) {
  OM_uint32 minor = 0;
  gss_buffer_desc input = GssInput(token);
  GssBuffer message;
  // A token out of its order is not an error to the library, but is not complete.
  if (gss_unwrap(&minor, context.get(), &input, message.out(), /*conf_state=*/nullptr,
                 /*qop_state=*/nullptr) != GSS_S_COMPLETE) {
    return std::nullopt;
  }
  return std::string(message.view());
}

MechanismProperties PropertiesOf(const KerberosContext& context) {
  std::string flags;
  for (const FlagName& one : kFlagNames) {
    if ((context.flags & one.flag) == 0) continue;
    if (!flags.empty()) flags.push_back(' ');
    flags.append(one.name);
  }
  return {{"gssapi-initiator", context.initiator},
          {"gssapi-acceptor", context.acceptor},
          {"gssapi-mechanism", kMechanismText},
          {"gssapi-flags", std::move(flags)}};
}

void SaveContext(const KerberosContext& context, StateWriter& state) {
  state.Bytes(context.token.view());
  state.Bytes(context.initiator);
  state.Bytes(context.acceptor);
  state.Number(context.flags);
}

KerberosContext RestoreContext(StateReader& state) {
  return {.token = Secret(state.Bytes()),
          .initiator = std::string(state.Bytes()),
          .acceptor = std::string(state.Bytes()),
          .flags = static_cast<uint32_t>(state.Number())};
}

}  // namespace sallyport
