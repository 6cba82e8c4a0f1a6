#include "core/crypto/sealing_keys.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace sallyport {
namespace {

class ConstantRandom : public RandomSource {
 public:
  explicit ConstantRandom(char value) : value_(value) {}
  bool Fill(std::span<char> out) override {
    std::fill(out.begin(), out.end(), value_);
    return true;
  }

 private:
  const char value_;
};

class NoRandom : public RandomSource {
 public:
  bool Fill(std::span<char>) override { return false; }
};

Secret KeyOf(char value) { return Secret(std::string(kSealingKeySize, value)); }

std::shared_ptr<const SealingKeys> KeysOf(std::string_view values,
                                          RandomSource& random = SystemRandom()) {
  std::vector<Secret> keys;
  for (const char value : values) keys.push_back(KeyOf(value));
  auto created = SealingKeys::Create(std::move(keys), random);
  EXPECT_TRUE(created.ok()) << created.status();
  return *std::move(created);
}

std::string Opened(const SealingKeys& keys, std::string_view sealed, std::string_view bound_to) {
  const auto opened = keys.Open(sealed, bound_to);
  if (const auto* refusal = std::get_if<SealRefusal>(&opened)) {
    return "refused " + std::to_string(static_cast<int>(*refusal));
  }
  return std::string(std::get<Secret>(opened).view());
}

constexpr char kFormat[] = "refused 0";
constexpr char kUnknownKey[] = "refused 1";
constexpr char kNotGenuine[] = "refused 2";

// Computed by Node's crypto module from the description in the header.
constexpr char kSealedByAnother[] =
    "017dfed6247382a17b7373737373737373737373737373737300000000000000000000000073eddc58f4829de7bf33"
    "47f074e0a4e87ba7c90546";

TEST(SealingKeys, SealsAsItIsDescribed) {
  ConstantRandom salt('s');
  const auto keys = KeysOf("k", salt);
  const auto sealed = keys->Seal("state", "context");
  ASSERT_TRUE(sealed.has_value());
  EXPECT_EQ(absl::BytesToHexString(*sealed), kSealedByAnother);
  EXPECT_EQ(Opened(*KeysOf("k"), absl::HexStringToBytes(kSealedByAnother), "context"), "state");
}

TEST(SealingKeys, OpenAtAnotherReplica) {
  for (const std::string& plain : {std::string(), std::string("x"), std::string(5000, 'y')}) {
    const auto sealed = KeysOf("a")->Seal(plain, "context");
    ASSERT_TRUE(sealed.has_value());
    EXPECT_EQ(Opened(*KeysOf("a"), *sealed, "context"), plain);
  }
}

TEST(SealingKeys, RefuseWhateverWasAltered) {
  const auto keys = KeysOf("a");
  const std::string sealed = *keys->Seal("state", "context");
  for (size_t i = 0; i < sealed.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string altered = sealed;
      altered[i] = static_cast<char>(altered[i] ^ (1 << bit));
      EXPECT_EQ(Opened(*keys, altered, "context").substr(0, 7), "refused") << i;
    }
    EXPECT_EQ(Opened(*keys, sealed.substr(0, i), "context").substr(0, 7), "refused") << i;
  }
  EXPECT_EQ(Opened(*keys, sealed + "x", "context"), kNotGenuine);
  EXPECT_EQ(Opened(*keys, std::string(2 << 20, '\1'), "context"), kFormat);
}

TEST(SealingKeys, RefuseWhatIsBoundToSomethingElse) {
  const auto keys = KeysOf("a");
  const std::string sealed = *keys->Seal("state", "context");
  for (const char* other : {"", "contexu", "contex", "context "}) {
    EXPECT_EQ(Opened(*keys, sealed, other), kNotGenuine);
  }
}

TEST(SealingKeys, AreRotated) {
  const auto before = KeysOf("a");
  const auto during = KeysOf("ba");
  const auto after = KeysOf("b");
  const std::string old_token = *before->Seal("state", "context");
  const std::string new_token = *during->Seal("state", "context");
  EXPECT_EQ(Opened(*during, old_token, "context"), "state");
  EXPECT_EQ(Opened(*during, new_token, "context"), "state");
  EXPECT_EQ(Opened(*after, new_token, "context"), "state");
  EXPECT_EQ(Opened(*after, old_token, "context"), kUnknownKey);
  EXPECT_EQ(Opened(*before, new_token, "context"), kUnknownKey);
}

TEST(SealingKeys, NeverSealTheSameWayTwice) {
  std::set<std::string> seen;
  for (int replica = 0; replica < 10; ++replica) {
    const auto keys = KeysOf("a");
    for (int i = 0; i < 100; ++i) {
      // Version, key id, salt and nonce.
      EXPECT_TRUE(seen.insert(keys->Seal("state", "context")->substr(0, 37)).second);
    }
  }
}

TEST(SealingKeys, AreNotMixedUpOnAThread) {
  const auto a = KeysOf("a");
  const auto b = KeysOf("b");
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Opened(*KeysOf("a"), *a->Seal("of a", "context"), "context"), "of a");
    EXPECT_EQ(Opened(*KeysOf("a"), *a->Seal("of a again", "context"), "context"), "of a again");
    EXPECT_EQ(Opened(*KeysOf("b"), *b->Seal("of b", "context"), "context"), "of b");
  }
}

TEST(SealingKeys, AreRefused) {
  EXPECT_EQ(SealingKeys::Create({}, SystemRandom()).status().code(),
            absl::StatusCode::kInvalidArgument);
  for (const size_t size : {0, 16, 31, 33}) {
    std::vector<Secret> keys;
    keys.emplace_back(std::string(size, 'a'));
    EXPECT_EQ(SealingKeys::Create(std::move(keys), SystemRandom()).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
  std::vector<Secret> twice;
  twice.push_back(KeyOf('a'));
  twice.push_back(KeyOf('a'));
  EXPECT_EQ(SealingKeys::Create(std::move(twice), SystemRandom()).status().code(),
            absl::StatusCode::kInvalidArgument);
  NoRandom none;
  std::vector<Secret> one;
  one.push_back(KeyOf('a'));
  EXPECT_EQ(SealingKeys::Create(std::move(one), none).status().code(), absl::StatusCode::kInternal);
}

}  // namespace
}  // namespace sallyport
