#include "core/credentials/credential.h"

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/core/credentials/pencil_credentials.h"

namespace sallyport {
namespace {

TEST(Credential, EveryFormRoundTrips) {
  for (const PencilCredential& form : kPencilCredentials) {
    EXPECT_EQ(FormatCredential(Parsed(form.text)), form.text);
  }
  const std::string password = "{CLEARTEXT}pass$word {with} \xc3\xa4 and : in it ";
  EXPECT_EQ(FormatCredential(Parsed(password)), password);
}

TEST(Credential, TheCaseOfTheSchemeDoesNotMatter) {
  for (const PencilCredential& form : kPencilCredentials) {
    const std::string text = form.text;
    const size_t end = text.find_first_of("}$") + 1;
    const std::string lower =
        absl::StrCat(absl::AsciiStrToLower(text.substr(0, end)), text.substr(end));
    ASSERT_NE(lower, text);
    EXPECT_EQ(FormatCredential(Parsed(lower)), text);
  }
}

TEST(Credential, SchemeNamesAndIterations) {
  for (const PencilCredential& form : kPencilCredentials) {
    const Credential credential = Parsed(form.text);
    EXPECT_EQ(SchemeName(credential), form.scheme) << form.text;
    EXPECT_EQ(CredentialIterations(credential), form.iterations) << form.text;
    EXPECT_EQ(FindCredentialScheme(form.scheme), form.scheme);
    EXPECT_EQ(FindCredentialScheme(absl::AsciiStrToLower(form.scheme)), form.scheme);
  }
  for (const std::string_view unknown :
       {"", "SHA-256", "{MD5}", "PBKDF2", "ARGON2", "SHA1", "MD5$", "CRYPT "}) {
    EXPECT_EQ(FindCredentialScheme(unknown), "") << unknown;
  }
}

TEST(Credential, ReadsEachPart) {
  const auto scram = std::get<ScramKeys>(
      Parsed("SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmt"
             "bsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="));
  EXPECT_EQ(scram.hash, HashFunction::kSha256);
  EXPECT_EQ(scram.iterations, 4096u);
  EXPECT_EQ(scram.salt.substr(0, 2), "\x5b\x6d");
  EXPECT_EQ(scram.stored_key.view().substr(0, 2), "\x58\x6e");
  EXPECT_EQ(scram.server_key.view().substr(0, 2), "\xc1\xf3");

  const auto argon2 = std::get<Argon2Hash>(
      Parsed("{ARGON2}$argon2i$v=19$m=256,t=2,p=3$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQw"));
  EXPECT_EQ(argon2.function, Argon2Function::kArgon2i);
  EXPECT_EQ(argon2.memory_kib, 256u);
  EXPECT_EQ(argon2.passes, 2u);
  EXPECT_EQ(argon2.lanes, 3u);
  EXPECT_EQ(argon2.salt, "somesalt");
  EXPECT_EQ(argon2.key.size(), 23u);

  const auto cleartext = std::get<Cleartext>(Parsed("{CLEARTEXT} with spaces "));
  EXPECT_EQ(cleartext.password.view(), " with spaces ");
}

TEST(Credential, ADigestsSaltIsWhatFollowsTheDigest) {
  const auto salted = std::get<DigestHash>(Parsed("{SMD5}AAECAwQFBgcICQoLDA0OD3NhbHQ="));
  EXPECT_EQ(salted.form, DigestForm::kUserPassword);
  EXPECT_EQ(salted.hash, HashFunction::kMd5);
  EXPECT_EQ(salted.salt, "salt");
  EXPECT_EQ(salted.digest.view(), std::string_view("\0\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17", 16));

  const auto plain = std::get<DigestHash>(Parsed("{MD5}AAECAwQFBgcICQoLDA0ODw=="));
  EXPECT_EQ(plain.salt, "");
  EXPECT_EQ(plain.digest.view(), salted.digest.view());

  const auto auth = std::get<DigestHash>(Parsed("MD5$c2FsdA==$AAECAwQFBgcICQoLDA0ODw=="));
  EXPECT_EQ(auth.form, DigestForm::kAuthPassword);
  EXPECT_EQ(auth.salt, "salt");
  EXPECT_EQ(auth.digest.view(), salted.digest.view());
}

TEST(Credential, RabbitMqHasTheSaltInFrontOfTheDigest) {
  const auto stored = std::get<DigestHash>(Parsed("{RABBITMQ-MD5}c2FsdAABAgMEBQYHCAkKCwwNDg8="));
  EXPECT_EQ(stored.form, DigestForm::kRabbitMq);
  EXPECT_EQ(stored.hash, HashFunction::kMd5);
  EXPECT_EQ(stored.salt, "salt");
  EXPECT_EQ(stored.digest.view(), std::string_view("\0\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17", 16));
}

TEST(Credential, Pbkdf2WithoutAHashFunctionsNameIsOfSha1) {
  EXPECT_EQ(FormatCredential(Parsed("{pbkdf2}1212$OB.dtnSEXZK8U5cgxU/GYQ$"
                                    "y5LKPOplRmok7CZp/aqVDVg8zGI")),
            "{PBKDF2-SHA1}1212$OB.dtnSEXZK8U5cgxU/GYQ$y5LKPOplRmok7CZp/aqVDVg8zGI");
}

// Early versions of OpenLDAP's module left a '+' at the beginning as it was, and all read one.
TEST(Credential, APlusStandsForAFullStopInPbkdf2) {
  EXPECT_EQ(FormatCredential(Parsed("{PBKDF2-SHA1}1212$+B.dtnSEXZK8U5cgxU/GYQ$"
                                    "+5LKPOplRmok7CZp/aqVDVg8zGI")),
            "{PBKDF2-SHA1}1212$.B.dtnSEXZK8U5cgxU/GYQ$.5LKPOplRmok7CZp/aqVDVg8zGI");
}

// RFC 3112 section 2.1.
TEST(Credential, SpacesAroundTheDollarsOfAnAuthPasswordAreSkipped) {
  const std::string sha1 = "SHA1$c2FsdHNhbHQ=$M0YXe+4K7AXJbpIQR++HGoshE8I=";
  for (const std::string& spaced :
       {"  " + sha1, sha1 + "  ", std::string("SHA1 $c2FsdHNhbHQ=$M0YXe+4K7AXJbpIQR++HGoshE8I="),
        std::string("sha1$ c2FsdHNhbHQ= $  M0YXe+4K7AXJbpIQR++HGoshE8I="),
        std::string(" SHA1  $  c2FsdHNhbHQ=  $ M0YXe+4K7AXJbpIQR++HGoshE8I= ")}) {
    EXPECT_EQ(FormatCredential(Parsed(spaced)), sha1) << spaced;
  }
  const std::string info = "4096:W22ZaJ0SNY7soEsUEjb6gQ==";
  const std::string value =
      "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";
  EXPECT_EQ(FormatCredential(Parsed(absl::StrCat(" SCRAM-SHA-256 $ ", info, " $ ", value, " "))),
            absl::StrCat("SCRAM-SHA-256$", info, "$", value));
}

TEST(Credential, ATruncationIsRefusedOrReadAsItStands) {
  for (const PencilCredential& form : kPencilCredentials) {
    const std::string text = form.text;
    for (size_t size = 0; size < text.size(); ++size) {
      const auto credential = ParseCredential(text.substr(0, size));
      if (!credential.ok()) continue;
      EXPECT_EQ(FormatCredential(*credential), text.substr(0, size));
      // A shorter salt is a salt, and a shorter Argon2 hash a hash.
      const auto* digest = std::get_if<DigestHash>(&*credential);
      EXPECT_TRUE(std::holds_alternative<Cleartext>(*credential) ||
                  std::holds_alternative<Argon2Hash>(*credential) ||
                  (digest != nullptr && !digest->salt.empty()))
          << text.substr(0, size);
    }
  }
}

}  // namespace
}  // namespace sallyport
