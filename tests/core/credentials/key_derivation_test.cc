#include "core/credentials/key_derivation.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "core/crypto/base64.h"
#include "gtest/gtest.h"
#include "tests/core/credentials/fake_verifier.h"
#include "tests/core/credentials/pencil_credentials.h"
#include "tests/vectors/vector_file.h"

namespace sallyport {
namespace {

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

TEST(KeyDerivation, Argon2MatchesTheReferenceImplementation) {
  ForEachVector("tests/vectors/argon2.txt", [](VectorRecord& vector) {
    const Credential stored = Parsed("{ARGON2}" + vector.Bytes("Encoded"));
    EXPECT_TRUE(Matches(vector.Bytes("Password"), {stored}));
    EXPECT_FALSE(Matches(vector.Bytes("Password") + "x", {stored}));
  });
}

TEST(KeyDerivation, WhatOthersStoreTakesItsPasswordAndNoOther) {
  for (const char* path : {"tests/vectors/user_password.txt", "tests/vectors/auth_password.txt",
                           "tests/vectors/rabbitmq.txt"}) {
    ForEachVector(path, [](VectorRecord& vector) {
      const std::string password = vector.Bytes("Password");
      const Credential stored = Parsed(vector.Bytes("Stored"));
      EXPECT_TRUE(Matches(password, {stored}));
      EXPECT_FALSE(Matches(password + "x", {stored}));
      EXPECT_FALSE(Matches(password.substr(1), {stored}));
    });
  }
}

TEST(KeyDerivation, EachKindTakesItsPasswordAndNoOther) {
  for (const PencilCredential& form : kPencilCredentials) {
    const Credential credential = Parsed(form.text);
    EXPECT_TRUE(Matches("pencil", {credential})) << form.text;
    for (const std::string_view wrong : {"", "Pencil", "penci", "pencils", "pencik"}) {
      EXPECT_FALSE(Matches(wrong, {credential})) << form.text << " " << wrong;
    }
  }
}

// Of SCRAM and PBKDF2 it is the password as well: HMAC pads its key with zeros.
TEST(KeyDerivation, APasswordWithANulIsAnother) {
  for (const PencilCredential& form : kPencilCredentials) {
    const Credential credential = Parsed(form.text);
    if (std::holds_alternative<ScramKeys>(credential)) continue;
    if (std::holds_alternative<Pbkdf2Hash>(credential)) continue;
    for (const std::string_view wrong :
         {std::string_view("pencil\0", 7), std::string_view("pencil\0s", 8),
          std::string_view("\0pencil", 7)}) {
      EXPECT_FALSE(Matches(wrong, {credential})) << form.text;
    }
  }
}

TEST(KeyDerivation, AnyOfSeveralCredentialsMayMatch) {
  const Credential other = Parsed("{CLEARTEXT}other");
  for (const PencilCredential& form : kPencilCredentials) {
    const Credential credential = Parsed(form.text);
    EXPECT_TRUE(Matches("pencil", {credential, other, other}));
    EXPECT_TRUE(Matches("pencil", {other, other, credential}));
    EXPECT_TRUE(Matches("other", {credential, other}));
    EXPECT_FALSE(Matches("neither", {credential, other}));
  }
  EXPECT_FALSE(Matches("pencil", {}));
}

// The salt must not be taken for a part of the password, nor the other way round.
TEST(KeyDerivation, ADigestOfAnotherDivisionDoesNotMatch) {
  const auto hash = std::get<DigestHash>(Parsed("SHA1$c2FsdHNhbHQ=$M0YXe+4K7AXJbpIQR++HGoshE8I="));
  EXPECT_TRUE(Matches("pencil", {hash}));
  EXPECT_FALSE(Matches("pencilsaltsalt", {hash}));
  EXPECT_FALSE(Matches("pencilsalt", {hash}));

  auto rabbitmq = std::get<DigestHash>(Parsed("{RABBITMQ-MD5}T34c8LEj+ok+Q9lQFpNj2ktOcig="));
  EXPECT_TRUE(Matches("pencil", {rabbitmq}));
  EXPECT_FALSE(Matches(rabbitmq.salt + "pencil", {rabbitmq}));
  rabbitmq.form = DigestForm::kUserPassword;
  EXPECT_FALSE(Matches("pencil", {rabbitmq}));
}

TEST(KeyDerivation, ACredentialWithoutAKeyMatchesNothing) {
  const ScramKeys scram{HashFunction::kSha256, "salt", 1, Secret(), Secret()};
  const Pbkdf2Hash pbkdf2{HashFunction::kSha256, "salt", 1, Secret()};
  const Argon2Hash argon2{Argon2Function::kArgon2id, 8, 1, 1, "somesalt", Secret()};
  const DigestHash digest{DigestForm::kUserPassword, HashFunction::kSha1, "salt", Secret()};
  for (const std::string_view password : {"", "pencil"}) {
    EXPECT_FALSE(Matches(password, {Cleartext{}}));
    EXPECT_FALSE(Matches(password, {scram}));
    EXPECT_FALSE(Matches(password, {pbkdf2}));
    EXPECT_FALSE(Matches(password, {argon2}));
    EXPECT_FALSE(Matches(password, {digest}));
  }
}

// A check that could not be made whole must not pass, wherever the match stood.
TEST(KeyDerivation, RefusesWhenOneCredentialCannotBeTried) {
  const Credential good = Parsed("{CLEARTEXT}pencil");
  const Secret key(std::string(32, 'k'));
  const std::string salt = "somesalt";
  constexpr Argon2Function kId = Argon2Function::kArgon2id;
  const std::vector<Credential> untriable = {
      ScramKeys{HashFunction::kSha256, salt, 0, key, key},
      ScramKeys{HashFunction::kSha256, salt, kMaxIterations + 1, key, key},
      Pbkdf2Hash{HashFunction::kSha256, salt, 0, key},
      Pbkdf2Hash{HashFunction::kSha256, salt, kMaxIterations + 1, key},
      Pbkdf2Hash{HashFunction::kSha256, salt, 1, Secret(std::string(kMaxKeySize + 1, 'k'))},
      Argon2Hash{kId, kMaxArgon2MemoryKib + 1, 1, 1, salt, key},
      Argon2Hash{kId, 8, kMaxArgon2Passes + 1, 1, salt, key},
      Argon2Hash{kId, 8, 1, 0, salt, key},
      Argon2Hash{kId, 8, 1, 2, salt, key},
      Argon2Hash{kId, 1024, 1, kMaxArgon2Lanes + 1, salt, key},
      Argon2Hash{kId, 8, 1, 1, "short", key},
      Argon2Hash{kId, 8, 1, 1, std::string(kMaxSaltSize + 1, 's'), key},
      Argon2Hash{kId, 8, 1, 1, salt, Secret(std::string(kMaxKeySize + 1, 'k'))},
      CryptHash{},
      CryptHash{Secret("ZZKRwXSu3tt8s")},
      CryptHash{Secret("$6$rounds=999999999$salt$" + std::string(86, 'a'))},
      CryptHash{Secret("$2b$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")},
      CryptHash{Secret("$y$jFT$CCCC$" + std::string(43, 'a'))},
      // A salt of a length that yescrypt's encoding does not have.
      CryptHash{Secret("$y$j75$C$" + std::string(43, 'a'))},
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

// Bcrypt looks at 72 bytes: of a longer password it would take any with the same ones.
TEST(KeyDerivation, BcryptMatchesNoPasswordBeyondWhatItSees) {
  const std::string salt = "{CRYPT}$2b$04$CCCCCCCCCCCCCCCCCCCCC.";
  const Credential of71 = Parsed(salt + "mwrsLq6gtszNEQrpvY85c8XKy5rgdwW");
  EXPECT_TRUE(Matches(std::string(71, 'x'), {of71}));
  EXPECT_FALSE(Matches(std::string(72, 'x'), {of71}));
  const Credential of72 = Parsed(salt + "ug0A3dTXhy5U.dFjx/qguZ8I4CB77BC");
  for (const size_t size : {71, 72, 73, 500}) {
    EXPECT_FALSE(Matches(std::string(size, 'x'), {of72})) << size;
  }
  // Published as the hash of a text "chars after 72 are ignored".
  const Credential published =
      Parsed("{CRYPT}$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui");
  const std::string seen =
      "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  EXPECT_FALSE(Matches(seen, {published}));
  EXPECT_FALSE(Matches(seen + "chars after 72 are ignored", {published}));
}

TEST(KeyDerivation, CryptMatchesNoPasswordBeyondItsLimit) {
  const Credential of511 = Parsed("{CRYPT}$1$saltsalt$x9F2.6Bg2JHTiGLCk1ITS0");
  EXPECT_TRUE(Matches(std::string(511, 'x'), {of511}));
  EXPECT_FALSE(Matches(std::string(510, 'x'), {of511}));
  EXPECT_FALSE(Matches(std::string(512, 'x'), {of511}));
  EXPECT_FALSE(Matches(std::string(5000, 'x'), {of511}));
}

// What the store says of `password`.
DerivationAnswer Ask(std::string_view password, std::shared_ptr<const PasswordVerifier> verifier) {
  DerivationAnswer answer;
  AskVerifier(DelegatedCheck{Secret(password), std::move(verifier)},
              [&](DerivationAnswer said) { answer = std::move(said); });
  return answer;
}

TEST(KeyDerivation, AVerifierIsBelievedAndItsOutageIsItsOwnRefusal) {
  const auto pencil = std::make_shared<FakeVerifier>("pencil");
  EXPECT_TRUE(std::get<PasswordVerdict>(Ask("pencil", pencil)).matches);
  EXPECT_FALSE(std::get<PasswordVerdict>(Ask("pen", pencil)).matches);
  const DerivationAnswer down =
      Ask("pencil", std::make_shared<FakeVerifier>(PasswordAnswer::kUnavailable));
  EXPECT_TRUE(std::get<DerivationRefused>(down).store_unavailable);
  EXPECT_FALSE(std::get<DerivationRefused>(down).overloaded);
}

TEST(KeyDerivation, NoVerifierIsAskedAboutAnEmptyPassword) {
  const auto yes = std::make_shared<FakeVerifier>(PasswordAnswer::kRight);
  EXPECT_FALSE(std::get<PasswordVerdict>(Ask("", yes)).matches);
  EXPECT_EQ(yes->asked(), 0);
}

TEST(KeyDerivation, ADelegatedCheckIsNotForAThread) {
  const auto yes = std::make_shared<FakeVerifier>(PasswordAnswer::kRight);
  EXPECT_TRUE(IsRefused(DelegatedCheck{Secret("pencil"), yes}));
  EXPECT_EQ(yes->asked(), 0);
  EXPECT_TRUE(std::holds_alternative<DerivationRefused>(Ask("pencil", nullptr)));
}

// $2a$ of crypt_blowfish's tests: what its bug of old took for the same is not.
TEST(KeyDerivation, BcryptOfEightBitCharactersDoesNotCollide) {
  const Credential stored =
      Parsed("{CRYPT}$2y$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e");
  EXPECT_TRUE(Matches("\xff\xff\xa3", {stored}));
  EXPECT_FALSE(Matches("\xa3", {stored}));
}

}  // namespace
}  // namespace sallyport
