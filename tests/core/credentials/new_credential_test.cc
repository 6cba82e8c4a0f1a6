#include "core/credentials/new_credential.h"

#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "core/credentials/key_derivation.h"
#include "core/crypto/base64.h"
#include "gtest/gtest.h"
#include "tests/vectors/vector_file.h"

namespace sallyport {
namespace {

constexpr char kDecoyKey[] = "0123456789abcdef0123456789abcdef";
constexpr HashFunction kHashFunctions[] = {HashFunction::kSha1, HashFunction::kSha256,
                                           HashFunction::kSha512};
constexpr const char* kSchemes[] = {"SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512",
                                    "PBKDF2-SHA1", "PBKDF2-SHA256", "PBKDF2-SHA512",
                                    "ARGON2ID",    "CRYPT",         "CLEARTEXT"};

// FixedRandom gives the same bytes each time, or nothing when there are none.
class FixedRandom final : public RandomSource {
 public:
  explicit FixedRandom(std::string bytes) : bytes_(std::move(bytes)) {}

  bool Fill(std::span<char> out) override {
    if (bytes_.size() != out.size()) return false;
    std::copy(bytes_.begin(), bytes_.end(), out.begin());
    return true;
  }

 private:
  const std::string bytes_;
};

CredentialCosts CheapCosts() {
  CredentialCosts costs;
  costs.scram_iterations = 7;
  costs.pbkdf2_iterations = 8;
  costs.argon2_memory_kib = 64;
  costs.argon2_passes = 3;
  costs.argon2_lanes = 2;
  costs.yescrypt_cost = 1;
  return costs;
}

bool Matches(std::string_view password, const Credential& credential) {
  const DerivationAnswer answer = Derive(PasswordCheck{Secret(password), {credential}});
  return std::holds_alternative<PasswordVerdict>(answer) &&
         std::get<PasswordVerdict>(answer).matches;
}

TEST(NewCredential, EverySchemeTakesItsPasswordAndSurvivesItsText) {
  for (const std::string scheme : kSchemes) {
    const auto made = NewCredential(scheme, "pencil", CheapCosts(), SystemRandom());
    ASSERT_TRUE(made.ok()) << scheme << ": " << made.status();
    EXPECT_EQ(SchemeName(*made), scheme);
    EXPECT_TRUE(IsForNewPasswords(scheme));
    const auto parsed = ParseCredential(FormatCredential(*made));
    ASSERT_TRUE(parsed.ok()) << scheme << ": " << parsed.status();
    EXPECT_TRUE(Matches("pencil", *parsed)) << scheme;
    EXPECT_FALSE(Matches("pencils", *parsed)) << scheme;
    EXPECT_TRUE(
        NewCredential(absl::AsciiStrToLower(scheme), "pencil", CheapCosts(), SystemRandom()).ok());
  }
}

TEST(NewCredential, UsesTheCostsThatAreAskedFor) {
  const auto make = [](const char* scheme) {
    return NewCredential(scheme, "pencil", CheapCosts(), SystemRandom()).value();
  };
  EXPECT_EQ(CredentialIterations(make("SCRAM-SHA-256")), 7u);
  EXPECT_EQ(CredentialIterations(make("PBKDF2-SHA512")), 8u);
  const Credential argon2id = make("ARGON2ID");
  EXPECT_EQ(std::get<Argon2Hash>(argon2id).memory_kib, 64u);
  EXPECT_EQ(std::get<Argon2Hash>(argon2id).passes, 3u);
  EXPECT_EQ(std::get<Argon2Hash>(argon2id).lanes, 2u);
  EXPECT_EQ(std::get<Argon2Hash>(argon2id).function, Argon2Function::kArgon2id);
  EXPECT_TRUE(std::get<CryptHash>(make("CRYPT")).text.view().starts_with("$y$j75$"));
}

TEST(NewCredential, EachHasAFreshSalt) {
  const auto salt = [] {
    const auto made = NewCredential("SCRAM-SHA-256", "pencil", CheapCosts(), SystemRandom());
    return std::get<ScramKeys>(made.value()).salt;
  };
  const std::string first = salt();
  EXPECT_EQ(first.size(), kNewSaltSize);
  EXPECT_NE(first, salt());
}

// Those of the published exchanges whose salt is as long as a new one.
TEST(NewCredential, ScramKeysAreThoseOfThePublishedExchanges) {
  int compared = 0;
  ForEachVector("tests/vectors/scram_keys.txt", [&compared](VectorRecord& vector) {
    const std::string scheme = "SCRAM-" + vector.Bytes("Hash");
    const std::string salt = DecodeBase64(vector.Bytes("Salt")).value();
    CredentialCosts costs;
    costs.scram_iterations = vector.Number("Iterations");
    const std::string password = vector.Bytes("Password");
    const std::string stored_key = vector.Bytes("StoredKey");
    const std::string server_key = vector.Bytes("ServerKey");
    EXPECT_NE(vector.Bytes("User"), vector.Bytes("SaltedPassword"));
    if (salt.size() != kNewSaltSize) return;
    ++compared;
    FixedRandom random(salt);
    const auto made = NewCredential(scheme, password, costs, random);
    ASSERT_TRUE(made.ok()) << made.status();
    EXPECT_TRUE(std::get<ScramKeys>(*made).stored_key.Equals(stored_key));
    EXPECT_TRUE(std::get<ScramKeys>(*made).server_key.Equals(server_key));
  });
  EXPECT_EQ(compared, 2);
}

TEST(NewCredential, RefusesWithoutRandomness) {
  FixedRandom exhausted("");
  for (const std::string scheme : kSchemes) {
    if (scheme == "CLEARTEXT") continue;
    EXPECT_EQ(NewCredential(scheme, "pencil", CheapCosts(), exhausted).status().code(),
              absl::StatusCode::kUnavailable);
  }
}

TEST(NewCredential, RefusesUnknownSchemesAndEmptyPasswords) {
  for (const char* scheme : {"", "SCRAM", "SCRAM-SHA-256$", "SCRAM-SHA-25", "MD5", "{CLEARTEXT}"}) {
    const absl::Status status =
        NewCredential(scheme, "pencil", CheapCosts(), SystemRandom()).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << scheme;
  }
  for (const char* scheme : kSchemes) {
    const absl::Status status = NewCredential(scheme, "", CheapCosts(), SystemRandom()).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << scheme;
  }
}

TEST(NewCredential, MakesNoneOfASchemeThatIsForVerificationOnly) {
  const struct {
    const char* scheme;
    bool weak;
  } schemes[] = {
      {"MD5", true},      {"SMD5", true},      {"SHA", true},
      {"SSHA", true},     {"SHA256", true},    {"SSHA256", true},
      {"SHA384", true},   {"SSHA384", true},   {"SHA512", true},
      {"ssha512", true},  {"CRYPT-MD5", true}, {"AUTHPASSWORD-MD5", true},
      {"ARGON2I", false}, {"argon2d", false},  {"authPassword-SHA1", true},
  };
  for (const auto& [scheme, weak] : schemes) {
    EXPECT_FALSE(IsForNewPasswords(scheme)) << scheme;
    const absl::Status status =
        NewCredential(scheme, "pencil", CheapCosts(), SystemRandom()).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << scheme;
    const std::string message(status.message());
    EXPECT_EQ(message.find("is weak") != std::string::npos, weak) << message;
    EXPECT_NE(message.find("those for new passwords are SCRAM-SHA-256, SCRAM-SHA-512, "
                           "SCRAM-SHA-1, ARGON2ID, CRYPT, PBKDF2-SHA256, PBKDF2-SHA512, "
                           "PBKDF2-SHA1, CLEARTEXT"),
              std::string::npos)
        << message;
  }
  EXPECT_FALSE(IsForNewPasswords("unknown"));
}

// The same setting and hash that mkpasswd of Debian 12 writes.
TEST(NewCredential, CryptIsYescryptWithTheSaltThatWasDrawn) {
  FixedRandom random(std::string("\0\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17", 16));
  const auto made = NewCredential("CRYPT", "pencil", CheapCosts(), random);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(FormatCredential(*made),
            "{CRYPT}$y$j75$.2U.1EE/4Q.07ck0AoU1D.$/J1k2ycnw0vgWswyDySFA3k1KGVfl0gHHECd8cWa3Z9");
}

TEST(NewCredential, CryptRefusesAPasswordThatItWouldNotSeeToItsEnd) {
  const auto make = [](std::string_view password) {
    return NewCredential("CRYPT", password, CheapCosts(), SystemRandom());
  };
  const std::string longest(511, 'x');
  EXPECT_TRUE(Matches(longest, make(longest).value()));
  for (const std::string& password : {longest + "x", std::string("pen\0cil", 7)}) {
    EXPECT_EQ(make(password).status().code(), absl::StatusCode::kInvalidArgument);
  }
}

TEST(NewCredential, RefusesCostsThatCouldNotBeReadBack) {
  const auto refused = [](const char* scheme, auto change) {
    CredentialCosts costs = CheapCosts();
    change(costs);
    return NewCredential(scheme, "pencil", costs, SystemRandom()).status().code() ==
           absl::StatusCode::kInvalidArgument;
  };
  for (const uint32_t count : {0u, kMaxIterations + 1, ~0u}) {
    EXPECT_TRUE(refused("SCRAM-SHA-256", [=](auto& costs) { costs.scram_iterations = count; }));
    EXPECT_TRUE(refused("PBKDF2-SHA256", [=](auto& costs) { costs.pbkdf2_iterations = count; }));
    EXPECT_TRUE(refused("ARGON2ID", [=](auto& costs) { costs.argon2_memory_kib = count; }));
    EXPECT_TRUE(refused("ARGON2ID", [=](auto& costs) { costs.argon2_passes = count; }));
    EXPECT_TRUE(refused("ARGON2ID", [=](auto& costs) { costs.argon2_lanes = count; }));
  }
  EXPECT_TRUE(refused("ARGON2ID", [](auto& costs) { costs.argon2_memory_kib = 15; }));
  for (const uint32_t cost : {0u, 10u, 11u, 12u, ~0u}) {
    EXPECT_TRUE(refused("CRYPT", [=](auto& costs) { costs.yescrypt_cost = cost; })) << cost;
  }
}

TEST(DecoyScramKeys, AreStableAndLookLikeRealOnes) {
  for (const HashFunction hash : kHashFunctions) {
    const ScramKeys decoy = DecoyScramKeys(hash, "nobody", kDecoyKey, CheapCosts());
    const ScramKeys again = DecoyScramKeys(hash, "nobody", kDecoyKey, CheapCosts());
    EXPECT_EQ(decoy.hash, hash);
    EXPECT_EQ(decoy.iterations, 7u);
    EXPECT_EQ(decoy.salt.size(), kNewSaltSize);
    EXPECT_EQ(decoy.stored_key.size(), DigestSize(hash));
    EXPECT_EQ(decoy.server_key.size(), DigestSize(hash));
    EXPECT_EQ(FormatCredential(decoy), FormatCredential(again));
    EXPECT_TRUE(ParseCredential(FormatCredential(decoy)).ok());
  }
}

// Replicas of other builds must give the same salt: it is the first 16 bytes of
// HMAC-SHA-256(key, "sallyport decoy salt" NUL "SHA-256" NUL "nobody"), here as
// Python 3.11's hmac computes it.
TEST(DecoyScramKeys, TheSaltIsAFixedFunctionOfTheName) {
  const ScramKeys decoy = DecoyScramKeys(HashFunction::kSha256, "nobody", kDecoyKey, CheapCosts());
  EXPECT_EQ(absl::BytesToHexString(decoy.salt), "929703dfc53cf999aba004fde237f1f1");
}

TEST(DecoyScramKeys, DifferByNameHashFunctionAndKey) {
  std::set<std::string> salts;
  std::set<std::string> keys;
  const auto add = [&](const ScramKeys& decoy) {
    EXPECT_TRUE(salts.insert(decoy.salt).second);
    EXPECT_TRUE(keys.insert(std::string(decoy.stored_key.view())).second);
    EXPECT_TRUE(keys.insert(std::string(decoy.server_key.view())).second);
  };
  for (const HashFunction hash : kHashFunctions) {
    for (const std::string_view name : {"nobody", "nobodx", "", "n"}) {
      add(DecoyScramKeys(hash, name, kDecoyKey, CheapCosts()));
      add(DecoyScramKeys(hash, name, "another key", CheapCosts()));
    }
  }
}

TEST(DecoyScramKeys, NoLikelyPasswordMatches) {
  const ScramKeys decoy = DecoyScramKeys(HashFunction::kSha256, "nobody", kDecoyKey, CheapCosts());
  for (const std::string_view password : {"", "nobody", kDecoyKey, "password"}) {
    EXPECT_FALSE(Matches(password, decoy));
  }
}

TEST(DecoyCryptHash, IsStableAndLooksLikeARealOne) {
  for (const uint32_t cost : {1u, 5u, 9u}) {
    CredentialCosts costs = CheapCosts();
    costs.yescrypt_cost = cost;
    const std::string decoy = FormatCredential(DecoyCryptHash("nobody", kDecoyKey, costs));
    EXPECT_EQ(decoy, FormatCredential(DecoyCryptHash("nobody", kDecoyKey, costs)));
    EXPECT_NE(decoy, FormatCredential(DecoyCryptHash("nobodx", kDecoyKey, costs)));
    EXPECT_NE(decoy, FormatCredential(DecoyCryptHash("nobody", "another key", costs)));
    EXPECT_TRUE(ParseCredential(decoy).ok()) << decoy;
    if (cost == 9) continue;
    const auto real = NewCredential("CRYPT", "pencil", costs, SystemRandom());
    const std::string text = FormatCredential(real.value());
    EXPECT_EQ(decoy.size(), text.size());
    constexpr size_t kParameters = sizeof("{CRYPT}$y$j9T$") - 1;
    EXPECT_EQ(decoy.substr(0, kParameters), text.substr(0, kParameters));
  }
}

TEST(DecoyCryptHash, NoLikelyPasswordMatches) {
  const CryptHash decoy = DecoyCryptHash("nobody", kDecoyKey, CheapCosts());
  for (const std::string_view password : {"", "nobody", kDecoyKey, "password"}) {
    const DerivationAnswer answer = Derive(PasswordCheck{Secret(password), {decoy}});
    ASSERT_TRUE(std::holds_alternative<PasswordVerdict>(answer));
    EXPECT_FALSE(std::get<PasswordVerdict>(answer).matches);
  }
}

}  // namespace
}  // namespace sallyport
