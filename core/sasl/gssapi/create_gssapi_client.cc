#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/amqp/utf8.h"
#include "core/sasl/gssapi/gssapi.h"
#include "core/sasl/gssapi/gssapi_client.h"
#include "core/sasl/prepared_names.h"

namespace sallyport {
namespace {

constexpr std::string_view kDefaultService = "amqp";

absl::Status Unusable(std::string_view what, std::string_view must) {
  return absl::InvalidArgumentError(
      absl::StrCat("GSSAPI: the ", std::string(what), " must ", std::string(must)));
}

bool IsName(std::string_view name) {
  return name.size() <= kMaxFieldSize && amqp::IsUtf8(name) &&
         name.find('\0') == std::string_view::npos;
}

// Whether `part` can stand on either side of the '@' in a service's name.
bool IsServicePart(std::string_view part) {
  return !part.empty() && part.size() <= kMaxFieldSize &&
         std::all_of(part.begin(), part.end(),
                     [](char c) { return c > ' ' && c < '\x7f' && c != '@' && c != '/'; });
}

}  // namespace

absl::StatusOr<std::unique_ptr<ClientMechanism>> CreateGssapiClient(
    const ClientMechanismContext& context) {
  const ClientCredentials& credentials = *context.credentials;
  constexpr std::string_view kNameRule = "be UTF-8 without NUL, up to 1024 bytes";
  if (!IsName(credentials.authentication_id)) return Unusable("authentication id", kNameRule);
  if (!IsName(credentials.authorization_id)) return Unusable("authorization id", kNameRule);
  const std::string_view service =
      FindParameter(context.parameters, "service").value_or(kDefaultService);
  constexpr std::string_view kServiceRule = "be printable ASCII without '@', '/' and blanks";
  if (!IsServicePart(service)) return Unusable("service", kServiceRule);
  if (context.server_name.empty()) return Unusable("server's name", "be given");
  if (!IsServicePart(context.server_name)) return Unusable("server's name", kServiceRule);
  const std::string_view ccache = FindParameter(context.parameters, "ccache").value_or("");
  const std::string_view keytab = FindParameter(context.parameters, "keytab").value_or("");
  if (!IsName(ccache)) return Unusable("ccache", kNameRule);
  if (!IsName(keytab)) return Unusable("keytab", kNameRule);
  InitiatorSettings settings = {
      .principal = credentials.authentication_id,
      .target = absl::StrCat(std::string(service), "@", std::string(context.server_name)),
      .ccache = std::string(ccache),
      .keytab = std::string(keytab)};
  return std::make_unique<GssapiClient>(std::move(settings), credentials.authorization_id);
}

}  // namespace sallyport
