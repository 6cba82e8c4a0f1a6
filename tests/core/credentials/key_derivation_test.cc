#include "core/credentials/key_derivation.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "core/crypto/base64.h"
#include "gtest/gtest.h"
#include "tests/vectors/vector_file.h"

namespace sallyport {
namespace {

Credential Parsed(const std::string& text) {
  absl::StatusOr<Credential> credential = ParseCredential(text);
  if (!credential.ok()) ADD_FAILURE() << credential.status();
  return credential.ok() ? *std::move(credential) : Cleartext{};
}

// One of each kind, each with the password "pencil".
std::vector<Credential> OneOfEachKind() {
  return {
      Parsed("{CLEARTEXT}pencil"),
      Parsed("SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4"
             "qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="),
      Parsed("{PBKDF2-SHA256}4096$W22ZaJ0SNY7soEsUEjb6gQ==$"
             "xKSVEDI6tPlSysH6mUQZOeeOp01r6B3fcJbodRPcYV0="),
  };
}

bool Matches(std::string_view password, std::vector<Credential> credentials) {
  const DerivationAnswer answer = Derive(PasswordCheck{Secret(password), std::move(credentials)});
  const auto* const verdict = std::get_if<PasswordVerdict>(&answer);
  if (verdict == nullptr) {
    ADD_FAILURE() << "the check was refused";
    return false;
  }
  return verdict->matches;
}

bool IsRefused(const KeyDerivation& work) {
  return std::holds_alternative<DerivationRefused>(Derive(work));
}

TEST(KeyDerivation, SaltedPasswordMatchesThePublishedExchanges) {
  ForEachVector("tests/vectors/scram_keys.txt", [](VectorRecord& vector) {
    SaltedPassword work;
    const std::string hash = vector.Bytes("Hash");
    for (const auto candidate :
         {HashFunction::kSha1, HashFunction::kSha256, HashFunction::kSha512}) {
      if (HashName(candidate) == hash) work.hash = candidate;
    }
    work.password = Secret(vector.Bytes("Password"));
    const std::string salt = vector.Bytes("Salt");
    work.salt = DecodeBase64(salt).value();
    work.iterations = vector.Number("Iterations");
    const DerivationAnswer answer = Derive(work);
    ASSERT_TRUE(std::holds_alternative<Secret>(answer));
    EXPECT_TRUE(std::get<Secret>(answer).Equals(vector.Bytes("SaltedPassword")));

    std::string text = absl::StrCat("SCRAM-", hash, "$", work.iterations, ":", salt, "$");
    AppendBase64(vector.Bytes("StoredKey"), &text);
    text.push_back(':');
    AppendBase64(vector.Bytes("ServerKey"), &text);
    EXPECT_TRUE(Matches(work.password.view(), {Parsed(text)}));
    EXPECT_NE(vector.Bytes("User"), "");
  });
}

TEST(KeyDerivation, Argon2idMatchesTheReferenceImplementation) {
  ForEachVector("tests/vectors/argon2id.txt", [](VectorRecord& vector) {
    const Credential stored = Parsed("{ARGON2}" + vector.Bytes("Encoded"));
    EXPECT_TRUE(Matches(vector.Bytes("Password"), {stored}));
    EXPECT_FALSE(Matches(vector.Bytes("Password") + "x", {stored}));
  });
}

TEST(KeyDerivation, EachKindTakesItsPasswordAndNoOther) {
  for (const Credential& credential : OneOfEachKind()) {
    EXPECT_TRUE(Matches("pencil", {credential})) << SchemeName(credential);
    for (const std::string_view wrong : {"", "Pencil", "penci", "pencils", "pencik"}) {
      EXPECT_FALSE(Matches(wrong, {credential})) << SchemeName(credential) << " " << wrong;
    }
  }
  // Of the other kinds it is the password as well: HMAC pads its key with zeros.
  EXPECT_FALSE(Matches(std::string_view("pencil\0", 7), {Parsed("{CLEARTEXT}pencil")}));
}

TEST(KeyDerivation, AnyOfSeveralCredentialsMayMatch) {
  for (const Credential& credential : OneOfEachKind()) {
    const Credential other = Parsed("{CLEARTEXT}other");
    EXPECT_TRUE(Matches("pencil", {credential, other, other}));
    EXPECT_TRUE(Matches("pencil", {other, other, credential}));
    EXPECT_TRUE(Matches("other", {credential, other}));
    EXPECT_FALSE(Matches("neither", {credential, other}));
  }
  EXPECT_FALSE(Matches("pencil", {}));
}

TEST(KeyDerivation, ACredentialWithoutAKeyMatchesNothing) {
  const ScramKeys scram{HashFunction::kSha256, "salt", 1, Secret(), Secret()};
  const Pbkdf2Hash pbkdf2{HashFunction::kSha256, "salt", 1, Secret()};
  const Argon2idHash argon2id{8, 1, 1, "somesalt", Secret()};
  for (const std::string_view password : {"", "pencil"}) {
    EXPECT_FALSE(Matches(password, {Cleartext{}}));
    EXPECT_FALSE(Matches(password, {scram}));
    EXPECT_FALSE(Matches(password, {pbkdf2}));
    EXPECT_FALSE(Matches(password, {argon2id}));
  }
}

// A check that could not be made whole must not pass, wherever the match stood.
TEST(KeyDerivation, RefusesWhenOneCredentialCannotBeTried) {
  const Credential good = Parsed("{CLEARTEXT}pencil");
  const Secret key(std::string(32, 'k'));
  const std::string salt = "somesalt";
  const std::vector<Credential> untriable = {
      ScramKeys{HashFunction::kSha256, salt, 0, key, key},
      ScramKeys{HashFunction::kSha256, salt, kMaxIterations + 1, key, key},
      Pbkdf2Hash{HashFunction::kSha256, salt, 0, key},
      Pbkdf2Hash{HashFunction::kSha256, salt, kMaxIterations + 1, key},
      Pbkdf2Hash{HashFunction::kSha256, salt, 1, Secret(std::string(kMaxKeySize + 1, 'k'))},
      Argon2idHash{kMaxArgon2MemoryKib + 1, 1, 1, salt, key},
      Argon2idHash{8, kMaxArgon2Passes + 1, 1, salt, key},
      Argon2idHash{8, 1, 0, salt, key},
      Argon2idHash{8, 1, 2, salt, key},
      Argon2idHash{1024, 1, kMaxArgon2Lanes + 1, salt, key},
      Argon2idHash{8, 1, 1, "short", key},
      Argon2idHash{8, 1, 1, std::string(kMaxSaltSize + 1, 's'), key},
      Argon2idHash{8, 1, 1, salt, Secret(std::string(kMaxKeySize + 1, 'k'))},
  };
  for (size_t i = 0; i < untriable.size(); ++i) {
    EXPECT_TRUE(IsRefused(PasswordCheck{Secret("pencil"), {good, untriable[i]}})) << i;
    EXPECT_TRUE(IsRefused(PasswordCheck{Secret("pencil"), {untriable[i], good}})) << i;
  }
}

TEST(KeyDerivation, RefusesASaltedPasswordBeyondTheLimits) {
  EXPECT_TRUE(IsRefused(SaltedPassword{HashFunction::kSha256, Secret("pencil"), "salt", 0}));
  EXPECT_TRUE(IsRefused(
      SaltedPassword{HashFunction::kSha256, Secret("pencil"), "salt", kMaxIterations + 1}));
}

}  // namespace
}  // namespace sallyport
