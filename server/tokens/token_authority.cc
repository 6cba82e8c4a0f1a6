#include "server/tokens/token_authority.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "core/credentials/secret.h"
#include "core/sasl/saslprep/saslprep.h"
#include "core/tokens/verify_token.h"
#include "process/file.h"
#include "process/log.h"
#include "server/tokens/fetched_key_set.h"
#include "server/tokens/key_set_file.h"
#include "server/tokens/key_url.h"

namespace sallyport::server {
namespace {

constexpr size_t kMaxCaFileSize = 1 << 20;
// As for the names in other mechanisms' messages.
constexpr size_t kMaxNameSize = 1024;

FailureReason ReasonOf(TokenRefusal refusal) {
  using enum TokenRefusal;
  switch (refusal) {
    case kTooLarge:
    case kMalformed:
    case kEncrypted:
    case kUnsupportedHeader:
    case kWrongType:
    case kAlgorithmNotAllowed:
    case kUnknownKey:
    case kBadSignature:
      return FailureReason::kTokenInvalid;
    case kExpired:
    case kNotYetValid:
      return FailureReason::kTokenExpired;
    case kIssuer:
    case kAudience:
    case kNoExpiry:
    case kLivesTooLong:
    case kLacksScope:
    case kName:
    case kGroups:
      return FailureReason::kTokenNotAccepted;
  }
  return FailureReason::kTokenInvalid;
}

// What a token is judged by while its issuer's keys are not known: one that no key
// would help need not wait for them.
const KeySet& NoKeys() {
  static const auto* const none = new std::shared_ptr(*KeySet::Parse(R"({"keys":[]})"));
  return **none;
}

CredentialAnswer Refuse(TokenRefusal refusal, std::string_view issuer) {
  // Of the token itself not a word: not even what it claims its issuer to be.
  process::Log(process::LogLevel::kInfo, "token refused",
               {{"store", issuer}, {"why", Describe(refusal)}});
  return CredentialsFound{.denial = ReasonOf(refusal), .what = Describe(refusal)};
}

CredentialAnswer Unavailable(const absl::Status& status) {
  return CredentialsUnavailable{absl::IsResourceExhausted(status)
                                    ? FailureReason::kOverloaded
                                    : FailureReason::kStoreUnavailable};
}

CredentialAnswer Accept(TokenClaims claims, const std::string& issuer) {
  // To its issuer, a name that SASLprep would change is another name than what it
  // would become.
  if (claims.name.size() > kMaxNameSize || SaslPrepQuery(claims.name) != claims.name) {
    return Refuse(TokenRefusal::kName, issuer);
  }
  CredentialsFound found = {.vouched_by_token = true};
  Account account;
  account.authentication_id = std::move(claims.name);
  account.store = issuer;
  account.groups = std::move(claims.groups);
  account.attributes = std::move(claims.attributes);
  account.expires_at = claims.expires_at;
  found.account = std::make_shared<const Account>(std::move(account));
  return found;
}

absl::Status CheckIssuer(const TokenIssuer& issuer) {
  if (issuer.name.empty() || issuer.rules.issuer.empty() || issuer.rules.audiences.empty()) {
    return absl::InvalidArgumentError("an issuer of tokens needs a name, an issuer, an audience");
  }
  if (!IsKeyUrl(issuer.keys)) return ReadKeySet(issuer.keys).status();
  const absl::Status status = CheckKeyUrl(issuer.keys, issuer.allow_plaintext);
  if (!status.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(issuer.keys, ": ", status.message()));
  }
  if (issuer.ca_file.empty()) return absl::OkStatus();
  return process::ReadFile(issuer.ca_file, kMaxCaFileSize).status();
}

absl::StatusOr<std::unique_ptr<KeySetSource>> OpenKeys(const TokenIssuer& issuer) {
  if (!IsKeyUrl(issuer.keys)) return KeySetFile::Open(issuer.keys);
  FetchedKeySetOptions options;
  options.url = issuer.keys;
  options.ca_file = issuer.ca_file;
  options.refresh = issuer.refresh;
  options.max_age = issuer.max_age;
  options.min_interval = issuer.min_interval;
  return std::make_unique<FetchedKeySet>(std::move(options));
}

}  // namespace

absl::Status TokenAuthority::Check(const std::vector<TokenIssuer>& issuers) {
  for (auto issuer = issuers.begin(); issuer != issuers.end(); ++issuer) {
    if (absl::Status status = CheckIssuer(*issuer); !status.ok()) return status;
    const auto twin = std::find_if(issuers.begin(), issuer, [issuer](const TokenIssuer& other) {
      return other.name == issuer->name || other.rules.issuer == issuer->rules.issuer;
    });
    if (twin != issuer) {
      return absl::InvalidArgumentError(absl::StrCat("two issuers of tokens are '", issuer->name,
                                                     "', or issue as '", issuer->rules.issuer,
                                                     "': give each a name and an issuer of its "
                                                     "own"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<TokenAuthority>> TokenAuthority::Create(
    const std::vector<TokenIssuer>& issuers) {
  if (absl::Status status = Check(issuers); !status.ok()) return status;
  std::vector<Issuer> opened;
  for (const TokenIssuer& issuer : issuers) {
    auto keys = OpenKeys(issuer);
    if (!keys.ok()) return keys.status();
    opened.push_back({issuer.name, issuer.rules, *std::move(keys)});
  }
  return std::unique_ptr<TokenAuthority>(new TokenAuthority(std::move(opened)));
}

TokenAuthority::TokenAuthority(std::vector<Issuer> issuers) : issuers_(std::move(issuers)) {}

TokenAuthority::~TokenAuthority() = default;

std::optional<CredentialAnswer> TokenAuthority::JudgeBy(const Issuer& issuer, const KeySet& keys,
                                                        std::string_view token) {
  auto verdict = VerifyToken(token, keys, issuer.rules, absl::Now());
  if (auto* claims = std::get_if<TokenClaims>(&verdict)) {
    return Accept(std::move(*claims), issuer.name);
  }
  const TokenRefusal refusal = std::get<TokenRefusal>(verdict);
  if (refusal == TokenRefusal::kUnknownKey) return std::nullopt;
  return Refuse(refusal, issuer.name);
}

CredentialAnswer TokenAuthority::JudgeByNewest(const Issuer& issuer, const KeySetAnswer& newest,
                                               const std::shared_ptr<const KeySet>& tried,
                                               std::string_view token) {
  if (!newest.ok()) return Unavailable(newest.status());
  std::optional<CredentialAnswer> answer;
  if (*newest != tried) answer = JudgeBy(issuer, **newest, token);
  return answer.has_value() ? *std::move(answer) : Refuse(TokenRefusal::kUnknownKey, issuer.name);
}

std::variant<CredentialAnswer, TokenAuthority::NeedsKeys> TokenAuthority::Judge(
    std::string_view token) const {
  const auto read = ReadTokenHeader(token);
  if (const auto* refusal = std::get_if<TokenRefusal>(&read)) return Refuse(*refusal, "");
  const std::string& claimed = std::get<TokenHeader>(read).issuer;
  const auto issuer =
      std::find_if(issuers_.begin(), issuers_.end(),
                   [&claimed](const Issuer& issuer) { return issuer.rules.issuer == claimed; });
  if (issuer == issuers_.end()) return Refuse(TokenRefusal::kIssuer, "");
  auto keys = issuer->keys->Current();
  const KeySet& known = keys == nullptr ? NoKeys() : *keys;
  if (auto answer = JudgeBy(*issuer, known, token)) return *std::move(answer);
  if (const auto newest = issuer->keys->Newest()) {
    return JudgeByNewest(*issuer, *newest, keys, token);
  }
  return NeedsKeys{&*issuer, std::move(keys)};
}

std::optional<CredentialAnswer> TokenAuthority::ResolveCached(std::string_view token) {
  auto judged = Judge(token);
  if (auto* answer = std::get_if<CredentialAnswer>(&judged)) return std::move(*answer);
  return std::nullopt;
}

void TokenAuthority::Resolve(std::string_view token, Done done) {
  auto judged = Judge(token);
  if (auto* answer = std::get_if<CredentialAnswer>(&judged)) {
    std::move(done)(std::move(*answer));
    return;
  }
  auto& needs = std::get<NeedsKeys>(judged);
  const Issuer& issuer = *needs.issuer;
  issuer.keys->Refresh([&issuer, tried = std::move(needs.tried), token = Secret(token),
                        done = std::move(done)](KeySetAnswer newest) mutable {
    std::move(done)(JudgeByNewest(issuer, newest, tried, token.view()));
  });
}

}  // namespace sallyport::server
