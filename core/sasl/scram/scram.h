#ifndef SALLYPORT_CORE_SASL_SCRAM_SCRAM_H_
#define SALLYPORT_CORE_SASL_SCRAM_SCRAM_H_

// SCRAM (RFC 5802, RFC 7677), with and without channel binding: one
// implementation, of which each mechanism's name is a variant. Whether a user
// exists is not to be told from steps, bytes or work.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "core/crypto/hash.h"
#include "core/crypto/random_source.h"
#include "core/sasl/mechanism_descriptor.h"

namespace sallyport {

// ScramVariant is one of SCRAM's mechanisms.
struct ScramVariant {
  // Valid for the life of the process.
  std::string_view name;
  HashFunction hash = HashFunction::kSha256;
  // Whether it is a -PLUS one.
  bool plus = false;
};

// kScramMinIterations and kScramMaxIterations are what a client accepts from a
// server: fewer would help who guesses the password, more would stall the client.
inline constexpr uint32_t kScramMinIterations = 4096;
inline constexpr uint32_t kScramMaxIterations = 10'000'000;

// ScramNonceOf is the parameter "nonce" where there is one, else a new one, empty
// where `random` fails. InvalidArgument where the parameter is not printable.
absl::StatusOr<std::string> ScramNonceOf(std::span<const MechanismParameter> parameters,
                                         RandomSource& random);

// CreateScramServer makes the server's side. `nonce` is the server's part, fresh
// and printable; where it is empty, the first step fails. InvalidArgument where
// the parameter "i" is not an iteration count.
absl::StatusOr<std::unique_ptr<ServerMechanism>> CreateScramServer(
    const ScramVariant& variant, const ServerMechanismContext& context, std::string nonce);

// CreateScramClient makes the client's side. InvalidArgument where a name or the
// password cannot be prepared or is empty, where `nonce` is empty, or where a
// -PLUS variant has no channel binding.
absl::StatusOr<std::unique_ptr<ClientMechanism>> CreateScramClient(
    const ScramVariant& variant, const ClientMechanismContext& context, std::string nonce);

// kScramServerParameters: "nonce" is the server's part of it, for tests; "i" the
// iteration count for whoever has a cleartext password, or no account.
inline constexpr KnownParameter kScramServerParameters[] = {{"nonce", true}, {"i", true}};

// kScramClientParameters: "nonce" is the client's part of it, for tests.
inline constexpr KnownParameter kScramClientParameters[] = {{"nonce", true}};

// kScramSha1Variant and its like are all the variants there are.
inline constexpr ScramVariant kScramSha1Variant = {"SCRAM-SHA-1", HashFunction::kSha1, false};
inline constexpr ScramVariant kScramSha256Variant = {"SCRAM-SHA-256", HashFunction::kSha256, false};
inline constexpr ScramVariant kScramSha512Variant = {"SCRAM-SHA-512", HashFunction::kSha512, false};
inline constexpr ScramVariant kScramSha1PlusVariant = {"SCRAM-SHA-1-PLUS", HashFunction::kSha1,
                                                       true};
inline constexpr ScramVariant kScramSha256PlusVariant = {"SCRAM-SHA-256-PLUS",
                                                         HashFunction::kSha256, true};
inline constexpr ScramVariant kScramSha512PlusVariant = {"SCRAM-SHA-512-PLUS",
                                                         HashFunction::kSha512, true};

// ScramDescriptor declares a variant.
template <const ScramVariant& kVariant>
constexpr MechanismDescriptor ScramDescriptor() {
  return {
      .name = kVariant.name,
      .client_first = ClientFirst::kRequired,
      .server_sends_final_data = true,
      .supports_authzid = true,
      .channel_binding = kVariant.plus,
      .mutual = true,
      .needs_password = true,
      .server_parameters = kScramServerParameters,
      .client_parameters = kScramClientParameters,
      .create_server = [](const ServerMechanismContext& context)
          -> absl::StatusOr<std::unique_ptr<ServerMechanism>> {
        auto nonce = ScramNonceOf(context.parameters, *context.random);
        if (!nonce.ok()) return nonce.status();
        return CreateScramServer(kVariant, context, *std::move(nonce));
      },
      .create_client = [](const ClientMechanismContext& context)
          -> absl::StatusOr<std::unique_ptr<ClientMechanism>> {
        auto nonce = ScramNonceOf(context.parameters, *context.random);
        if (!nonce.ok()) return nonce.status();
        return CreateScramClient(kVariant, context, *std::move(nonce));
      },
  };
}

// kScramSha1 and its like declare the variants to the registry.
inline constexpr MechanismDescriptor kScramSha1 = ScramDescriptor<kScramSha1Variant>();
inline constexpr MechanismDescriptor kScramSha256 = ScramDescriptor<kScramSha256Variant>();
inline constexpr MechanismDescriptor kScramSha512 = ScramDescriptor<kScramSha512Variant>();
inline constexpr MechanismDescriptor kScramSha1Plus = ScramDescriptor<kScramSha1PlusVariant>();
inline constexpr MechanismDescriptor kScramSha256Plus = ScramDescriptor<kScramSha256PlusVariant>();
inline constexpr MechanismDescriptor kScramSha512Plus = ScramDescriptor<kScramSha512PlusVariant>();

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_SCRAM_SCRAM_H_
