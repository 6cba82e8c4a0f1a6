#include "core/sasl/scram/scram_server.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/crypto/base64.h"
#include "core/sasl/login_verdict.h"
#include "core/sasl/prepared_names.h"
#include "core/sasl/scram/scram_proof.h"

namespace sallyport {
namespace {

// Room for what follows the client's name in an AuthMessage of the usual size,
// so that it is allocated once.
constexpr size_t kAuthMessageReserve = 288;

Failure Malformed(const char* what) { return Failure{FailureReason::kMalformedMessage, what}; }

Failure Internal() { return Failure{FailureReason::kInternal, "the cryptographic library failed"}; }

}  // namespace

ScramServer::ScramServer(const ScramVariant& variant, const ServerMechanismContext& context,
                         std::string nonce, uint32_t iterations)
    : SequencedServerMechanism(Opening::kClient),
      variant_(variant),
      context_(context),
      nonce_(std::move(nonce)),
      decoy_iterations_(iterations) {}

StepResult ScramServer::FirstMessage(std::string_view message) {
  if (nonce_.empty()) return Internal();
  const auto parsed = ParseScramClientFirst(message);
  if (const auto* error = std::get_if<ScramSyntaxError>(&parsed)) return Malformed(error->what);
  const auto& first = std::get<ScramClientFirst>(parsed);
  if (const auto failure = CheckBindingFlag(first)) return *failure;

  auto names = PrepareNames(first.username, first.authorization_id, variant_.name);
  if (const auto* failure = std::get_if<Failure>(&names)) return *failure;
  query_ = std::get<CredentialQuery>(std::move(names));
  gs2_header_ = first.gs2_header;
  BeginAuthMessage(first);
  return NeedCredentials{0, query_};
}

// RFC 5802 section 6.
std::optional<Failure> ScramServer::CheckBindingFlag(const ScramClientFirst& first) {
  const bool used = first.binding_flag == ScramBindingFlag::kUsed;
  if (used && !variant_.plus) return Failure{FailureReason::kChannelBindingWithoutPlus};
  if (!used && variant_.plus) return Malformed("a -PLUS mechanism without channel binding");
  if (first.binding_flag == ScramBindingFlag::kNotOffered && context_.plus_offered) {
    return Failure{FailureReason::kChannelBindingDowngrade};
  }
  if (!used) return std::nullopt;
  binding_ = FindBinding(first.binding_type);
  if (binding_ != nullptr) return std::nullopt;
  return Failure{FailureReason::kChannelBindingMismatch,
                 "the connection has no channel binding of the client's type"};
}

const ChannelBinding* ScramServer::FindBinding(std::string_view type) const {
  for (const ChannelBinding& binding : context_.channel_bindings) {
    if (binding.type == type) return &binding;
  }
  return nullptr;
}

void ScramServer::BeginAuthMessage(const ScramClientFirst& first) {
  auth_message_.reserve(first.bare.size() + 2 * first.nonce.size() + kAuthMessageReserve);
  auth_message_.append(first.bare).push_back(',');
  server_first_begin_ = auth_message_.size();
  auth_message_.append("r=").append(first.nonce).append(nonce_);
  nonce_end_ = auth_message_.size();
}

StepResult ScramServer::OnCredentials(CredentialsFound found) {
  const bool restored = !proof_.empty();
  looked_up_ = true;
  found_ = std::move(found);
  const ServerMechanismSettings& settings = *context_.settings;
  credential_ =
      ChooseScramCredential(found_.account.get(), variant_.hash, settings.min_scram_iterations);
  if (credential_.keys == nullptr) {
    std::string name(context_.decoy_realm);
    if (!name.empty()) name.push_back('\0');
    name.append(query_.authentication_id);
    decoy_ = DecoyScramKeys(variant_.hash, name, settings.decoy_key.view(),
                            {.scram_iterations = decoy_iterations_});
  }
  if (restored) return CheckProof();
  return Challenge{AppendServerFirst(credential_.keys != nullptr ? *credential_.keys : *decoy_)};
}

std::string ScramServer::AppendServerFirst(const ScramKeys& keys) {
  salt_ = keys.salt;
  iterations_ = keys.iterations;
  auth_message_.append(",s=");
  AppendBase64(salt_, &auth_message_);
  auth_message_.append(",i=").append(std::to_string(iterations_));
  return auth_message_.substr(server_first_begin_);
}

StepResult ScramServer::NextMessage(std::string_view message) {
  auto parsed = ParseScramClientFinal(message);
  if (const auto* error = std::get_if<ScramSyntaxError>(&parsed)) return Malformed(error->what);
  auto& final = std::get<ScramClientFinal>(parsed);
  if (const auto failure = CheckBinding(final.binding)) return *failure;
  const size_t nonce_begin = server_first_begin_ + 2;
  if (final.nonce !=
      std::string_view(auth_message_).substr(nonce_begin, nonce_end_ - nonce_begin)) {
    return Malformed("client-final does not repeat the nonce");
  }
  if (final.proof.size() != DigestSize(variant_.hash)) return Malformed("the proof's size");
  auth_message_.append(",").append(final.without_proof);
  proof_ = std::move(final.proof);
  if (!looked_up_) return NeedCredentials{0, query_};
  return CheckProof();
}

StepResult ScramServer::CheckProof() {
  if (credential_.keys != nullptr) {
    const ScramKeys* keys = credential_.keys;
    // Of two passwords that are valid, the proof says which it is of.
    if (credential_.other_keys != nullptr &&
        ScramProofMatches(variant_.hash, credential_.other_keys->stored_key, auth_message_,
                          proof_) == true) {
      keys = credential_.other_keys;
    }
    return Judge(keys->stored_key, keys->server_key);
  }
  if (credential_.password == nullptr && !UsersHaveCleartext()) {
    return Judge(decoy_->stored_key, decoy_->server_key);
  }
  // An unknown user costs the derivation that one with a cleartext password does.
  const Secret& password =
      credential_.password != nullptr ? *credential_.password : decoy_->stored_key;
  return NeedDerivation{0, SaltedPassword{variant_.hash, password, salt_, iterations_}};
}

// Whether a user of the configured schemes has no keys for this mechanism, only a
// password to derive them from.
bool ScramServer::UsersHaveCleartext() const {
  const std::vector<std::string>& schemes = context_.settings->decoy_schemes;
  const std::string keys = std::string("SCRAM-").append(HashName(variant_.hash));
  return std::find(schemes.begin(), schemes.end(), "CLEARTEXT") != schemes.end() &&
         std::find(schemes.begin(), schemes.end(), keys) == schemes.end();
}

// "c=" is the GS2 header, with the channel's data behind it.
std::optional<Failure> ScramServer::CheckBinding(std::string_view sent) const {
  if (!sent.starts_with(gs2_header_)) return Malformed("c= does not repeat the GS2 header");
  sent.remove_prefix(gs2_header_.size());
  if (binding_ == nullptr) {
    if (sent.empty()) return std::nullopt;
    return Malformed("c= has data without channel binding");
  }
  const std::string& data = binding_->data;
  if (sent.size() == data.size() && CRYPTO_memcmp(sent.data(), data.data(), data.size()) == 0) {
    return std::nullopt;
  }
  return Failure{FailureReason::kChannelBindingMismatch, "c= is of another channel"};
}

StepResult ScramServer::OnSaltedPassword(Secret salted_password) {
  const auto keys = DeriveScramKeys(variant_.hash, salted_password.view());
  if (!keys.has_value()) return Internal();
  return Judge(keys->stored_key, keys->server_key);
}

StepResult ScramServer::Judge(const Secret& stored_key, const Secret& server_key) {
  const std::optional<bool> matches =
      ScramProofMatches(variant_.hash, stored_key, auth_message_, proof_);
  // Also where nobody will see it: a refusal costs what a success does.
  const std::optional<ScramDigest> signature =
      ScramServerSignature(variant_.hash, server_key.view(), auth_message_);
  if (!matches.has_value() || !signature.has_value()) return Internal();
  const bool usable = credential_.keys != nullptr || credential_.password != nullptr;
  if (const auto refusal = RefusalOf(found_, usable, *matches)) return Failure{*refusal};

  Identity identity = IdentityOf(std::move(query_), found_.account);
  identity.channel_bound = binding_ != nullptr;
  std::string server_final = "v=";
  AppendBase64(signature->view(), &server_final);
  return Success{std::move(identity), std::move(server_final)};
}

MechanismProperties ScramServer::properties() const {
  MechanismProperties properties = {{"iterations", std::to_string(iterations_)}};
  if (binding_ != nullptr) properties.push_back({"channel-binding", binding_->type});
  return properties;
}

absl::Status ScramServer::SaveMessages(StateWriter& state) const {
  state.Bytes(query_.authentication_id);
  state.Bytes(query_.authorization_id);
  state.Bytes(gs2_header_);
  state.Bytes(binding_ == nullptr ? std::string_view() : binding_->type);
  state.Bytes(auth_message_);
  state.Number(server_first_begin_);
  state.Number(nonce_end_);
  state.Bytes(salt_);
  state.Number(iterations_);
  return absl::OkStatus();
}

absl::Status ScramServer::RestoreMessages(StateReader& state) {
  query_ = {.authentication_id = std::string(state.Bytes()),
            .authorization_id = std::string(state.Bytes()),
            .mechanism = variant_.name};
  gs2_header_ = state.Bytes();
  const std::string_view binding_type = state.Bytes();
  auth_message_ = state.Bytes();
  server_first_begin_ = state.Number();
  nonce_end_ = state.Number();
  salt_ = state.Bytes();
  const uint64_t iterations = state.Number();
  if (iterations > kMaxIterations) state.Fail();
  iterations_ = static_cast<uint32_t>(iterations);
  // The views into auth_message_ begin behind "r=".
  if (nonce_end_ > auth_message_.size() || nonce_end_ < 2 || server_first_begin_ > nonce_end_ - 2) {
    state.Fail();
  }
  binding_ = FindBinding(binding_type);
  if (binding_type.empty() != !variant_.plus || (variant_.plus && binding_ == nullptr)) {
    return absl::InvalidArgumentError("the connection lacks the channel binding of the state");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<ServerMechanism>> CreateScramServer(
    const ScramVariant& variant, const ServerMechanismContext& context, std::string nonce) {
  uint32_t iterations = context.settings->costs.scram_iterations;
  if (const auto given = FindParameter(context.parameters, "i")) {
    const char* const end = given->data() + given->size();
    const auto [stop, error] = std::from_chars(given->data(), end, iterations);
    if (error != std::errc() || stop != end || iterations == 0 || iterations > kMaxIterations) {
      return absl::InvalidArgumentError(
          absl::StrCat("SCRAM: i must be a number from 1 to ", kMaxIterations));
    }
  }
  return std::make_unique<ScramServer>(variant, context, std::move(nonce), iterations);
}

}  // namespace sallyport
