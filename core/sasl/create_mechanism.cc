#include "core/sasl/create_mechanism.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace sallyport {
namespace {

constexpr std::string_view kMutual = "mutual";
constexpr std::string_view kSecure = "secure";

absl::Status Refuse(const MechanismDescriptor& mechanism, const MechanismParameter& parameter,
                    std::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(std::string(mechanism.name), ": parameter '",
                                                 parameter.name, "': ", std::string(why)));
}

const KnownParameter* Find(std::span<const KnownParameter> known, std::string_view name) {
  const auto found = std::find_if(known.begin(), known.end(),
                                  [name](const KnownParameter& one) { return one.name == name; });
  return found == known.end() ? nullptr : &*found;
}

// The value must be a truth value; `kept` says whether the mechanism keeps to true.
absl::Status CheckDemand(const MechanismDescriptor& mechanism, const MechanismParameter& parameter,
                         bool kept, std::string_view why_not) {
  if (parameter.value != "true" && parameter.value != "false") {
    return Refuse(mechanism, parameter, "expected true or false");
  }
  if (parameter.value == "true" && !kept) return Refuse(mechanism, parameter, why_not);
  return absl::OkStatus();
}

absl::Status Check(const MechanismDescriptor& mechanism, std::span<const KnownParameter> known,
                   const MechanismParameter& parameter) {
  if (parameter.name == kMutual) {
    return CheckDemand(mechanism, parameter, mechanism.mutual,
                       "the server proves nothing in this mechanism");
  }
  if (parameter.name == kSecure) {
    return CheckDemand(mechanism, parameter, !mechanism.exposes_secret,
                       "this mechanism shows a secret to whoever reads the connection");
  }
  if (parameter.critical && Find(known, parameter.name) == nullptr) {
    return Refuse(mechanism, parameter, "it is critical, and the mechanism does not know it");
  }
  return absl::OkStatus();
}

absl::Status CheckAll(const MechanismDescriptor& mechanism, std::span<const KnownParameter> known,
                      std::span<const MechanismParameter> parameters) {
  for (auto parameter = parameters.begin(); parameter != parameters.end(); ++parameter) {
    if (absl::Status status = Check(mechanism, known, *parameter); !status.ok()) return status;
    // One of two could go unheard.
    if (FindParameter({parameters.begin(), parameter}, parameter->name).has_value()) {
      return Refuse(mechanism, *parameter, "it is given twice");
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<ServerMechanism>> CreateServerMechanism(
    const MechanismDescriptor& mechanism, const ServerMechanismContext& context) {
  absl::Status status = CheckAll(mechanism, mechanism.server_parameters, context.parameters);
  if (!status.ok()) return status;
  return mechanism.create_server(context);
}

absl::StatusOr<std::unique_ptr<ClientMechanism>> CreateClientMechanism(
    const MechanismDescriptor& mechanism, const ClientMechanismContext& context) {
  absl::Status status = CheckAll(mechanism, mechanism.client_parameters, context.parameters);
  if (!status.ok()) return status;
  return mechanism.create_client(context);
}

absl::StatusOr<std::vector<MechanismParameter>> AdmitParameters(
    const MechanismDescriptor& mechanism, std::vector<MechanismParameter> parameters) {
  std::vector<MechanismParameter> admitted;
  for (MechanismParameter& parameter : parameters) {
    const KnownParameter* const known = Find(mechanism.server_parameters, parameter.name);
    const bool unknown = known == nullptr || known->own_only;
    absl::Status status =
        Check(mechanism, unknown ? std::span<const KnownParameter>() : mechanism.server_parameters,
              parameter);
    if (!status.ok()) return status;
    const bool common = parameter.name == kMutual || parameter.name == kSecure;
    if (common || !unknown) admitted.push_back(std::move(parameter));
  }
  return admitted;
}

}  // namespace sallyport
