#include "core/tokens/key_set.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "core/tokens/json_object.h"

namespace sallyport {
namespace {

// "key 2 ('2019')". What an issuer calls its key may be of any size and content.
std::string NameOf(size_t index, const json_t* jwk) {
  constexpr size_t kMaxShown = 64;
  const std::string_view id = TextOf(Member(jwk, "kid")).value_or("");
  if (id.empty()) return absl::StrCat("key ", index);
  return absl::StrCat("key ", index, " ('",
                      absl::CHexEscape({id.data(), std::min(id.size(), kMaxShown)}),
                      id.size() > kMaxShown ? "...')" : "')");
}

}  // namespace

absl::StatusOr<std::shared_ptr<const KeySet>> KeySet::Parse(std::string_view jwks_json) {
  if (jwks_json.size() > kMaxKeySetSize) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the key set has ", jwks_json.size(), " bytes: at most ", kMaxKeySetSize, " are allowed"));
  }
  const auto json = ParseJsonObject(jwks_json);
  if (!json.ok()) return json.status();
  const json_t* const list = Member(json->get(), "keys");
  if (!json_is_array(list)) {
    return absl::InvalidArgumentError("this is not a key set: expected {\"keys\": [...]}");
  }
  const size_t count = json_array_size(list);
  if (count > kMaxKeys) {
    return absl::InvalidArgumentError(
        absl::StrCat("the key set has ", count, " keys: at most ", kMaxKeys, " are allowed"));
  }
  std::shared_ptr<KeySet> set(new KeySet);
  for (size_t i = 0; i < count; ++i) {
    const json_t* const jwk = json_array_get(list, i);
    if (!json_is_object(jwk)) {
      return absl::InvalidArgumentError(absl::StrCat("key ", i, ": expected a JSON object"));
    }
    auto key = VerificationKey::Parse(jwk);
    if (key.ok()) {
      set->keys_.push_back(*std::move(key));
    } else {
      set->skipped_.push_back(absl::StrCat(NameOf(i, jwk), ": ", key.status().message()));
    }
  }
  return set;
}

}  // namespace sallyport
