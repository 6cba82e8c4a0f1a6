#include "core/credentials/credential_entry.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "gtest/gtest.h"
#include "tests/core/credentials/pencil_credentials.h"

namespace sallyport {
namespace {

using Parameters = std::vector<std::pair<std::string, std::string>>;

CredentialEntry Entry(std::string type, std::string_view value, Parameters parameters = {}) {
  return {std::move(type), Secret(value), std::move(parameters)};
}

std::string ErrorOf(const CredentialEntry& entry) {
  const absl::StatusOr<Credential> credential = ParseCredentialEntry(entry);
  if (credential.ok()) return "none";
  EXPECT_EQ(credential.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(credential.status().message());
}

TEST(CredentialEntry, IsTheTextInParts) {
  const struct {
    const char* text;
    CredentialEntry entry;
  } forms[] = {
      {"{CLEARTEXT}pencil", Entry("password", "pencil")},
      {"{SSHA}OuNMn6i3VdtwqB8eCPZInJ79I1DsO3r1",
       Entry("userPassword-SSHA", "OuNMn6i3VdtwqB8eCPZInJ79I1DsO3r1")},
      {"{CRYPT}$1$saltsalt$wCrc3hcrR95SV83Xh8Z.41",
       Entry("userPassword-CRYPT", "$1$saltsalt$wCrc3hcrR95SV83Xh8Z.41")},
      {"{ARGON2}$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHQ$wssBaiUcOSLWveyITJMffuarA8dGbVD+"
       "YqEMmJWOK40",
       Entry("userPassword-ARGON2",
             "$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHQ$wssBaiUcOSLWveyITJMffuarA8dGbVD+"
             "YqEMmJWOK40")},
      {"{PBKDF2-SHA1}1212$OB.dtnSEXZK8U5cgxU/GYQ$y5LKPOplRmok7CZp/aqVDVg8zGI",
       Entry("userPassword-PBKDF2-SHA1",
             "1212$OB.dtnSEXZK8U5cgxU/GYQ$y5LKPOplRmok7CZp/aqVDVg8zGI")},
      {"MD5$c2FsdHNhbHQ=$nZ6BNg4qUgjWovZzOEkWDw==",
       Entry("authPassword-MD5", "nZ6BNg4qUgjWovZzOEkWDw==", {{"info", "c2FsdHNhbHQ="}})},
      {"SCRAM-SHA-1$4096:QSXCR+Q6sek8bf92$6dlGYMOdZcOPutkcNY8U2g7vK9Y=:"
       "D+CSWLOshSulAsxiupA+qs2/fTE=",
       Entry("authPassword-SCRAM-SHA-1",
             "6dlGYMOdZcOPutkcNY8U2g7vK9Y=:D+CSWLOshSulAsxiupA+qs2/fTE=",
             {{"info", "4096:QSXCR+Q6sek8bf92"}})},
  };
  for (const auto& [text, entry] : forms) {
    const absl::StatusOr<Credential> read = ParseCredentialEntry(entry);
    ASSERT_TRUE(read.ok()) << text << ": " << read.status();
    EXPECT_EQ(FormatCredential(*read), text);
    const CredentialEntry written = CredentialEntryOf(Parsed(text));
    EXPECT_EQ(written.type, entry.type);
    EXPECT_EQ(written.value.view(), entry.value.view());
    EXPECT_EQ(written.parameters, entry.parameters);
  }
}

TEST(CredentialEntry, OfEachSchemeReadsAgainTheSame) {
  for (const PencilCredential& form : kPencilCredentials) {
    CredentialEntry entry = CredentialEntryOf(Parsed(form.text));
    const absl::StatusOr<Credential> read = ParseCredentialEntry(entry);
    ASSERT_TRUE(read.ok()) << form.text << ": " << read.status();
    EXPECT_EQ(FormatCredential(*read), form.text);
    entry.type = absl::AsciiStrToLower(entry.type);
    EXPECT_EQ(FormatCredential(ParseCredentialEntry(entry).value()), form.text);
  }
}

TEST(CredentialEntry, OfAnotherNameForTheSameIsRead) {
  EXPECT_EQ(
      FormatCredential(ParseCredentialEntry(Entry("userPassword-CLEARTEXT", "pencil")).value()),
      "{CLEARTEXT}pencil");
  EXPECT_EQ(SchemeName(ParseCredentialEntry(
                           Entry("userPassword-PBKDF2",
                                 "1212$OB.dtnSEXZK8U5cgxU/GYQ$y5LKPOplRmok7CZp/aqVDVg8zGI"))
                           .value()),
            "PBKDF2-SHA1");
}

TEST(CredentialEntry, APasswordIsTakenAsItIs) {
  const std::string_view odd("{SSHA} $\0\xff", 10);
  const Credential read = ParseCredentialEntry(Entry("password", odd)).value();
  EXPECT_EQ(std::get<Cleartext>(read).password.view(), odd);
  EXPECT_EQ(CredentialEntryOf(read).value.view(), odd);
}

TEST(CredentialEntry, OfAnUnknownTypeIsRefused) {
  for (const char* type : {"",
                           "passwor",
                           "password ",
                           "userPassword",
                           "userPassword-",
                           "userPassword-SSHA224",
                           "userPassword-{SSHA}",
                           "userPassword-SSHA}",
                           "userPassword-SCRAM-SHA-1",
                           "userPassword-AUTHPASSWORD-MD5",
                           "userPassword-ARGON2ID",
                           "userPassword-CRYPT-MD5",
                           "authPassword-",
                           "authPassword-SSHA",
                           "authPassword-SHA",
                           "authPassword-SHA1$",
                           "authPassword-{SSHA}",
                           "authPassword-SCRAM-SHA-1-PLUS",
                           "authPasswordSHA1",
                           "SSHA"}) {
    EXPECT_EQ(ErrorOf(Entry(type, "x", {{"info", "x"}})),
              std::string("the credential type '") + type +
                  "' is unknown; there are password, userPassword-<scheme> and "
                  "authPassword-<scheme> of a known scheme");
  }
  EXPECT_EQ(ErrorOf(Entry("a\n\xff" + std::string(100, 'b'), "x")).substr(0, 38),
            "the credential type 'a\\n\\377bbbbbbbbbb");
}

TEST(CredentialEntry, OfWrongParametersIsRefused) {
  const std::string digest = "nZ6BNg4qUgjWovZzOEkWDw==";
  EXPECT_EQ(ErrorOf(Entry("authPassword-MD5", digest)),
            "the credential type 'authPassword-MD5' needs the parameter 'info', which is missing");
  EXPECT_EQ(ErrorOf(Entry("authPassword-MD5", digest, {{"info", "c2FsdA=="}, {"salt", "x"}})),
            "the credential type 'authPassword-MD5' has no parameter 'salt'");
  EXPECT_EQ(ErrorOf(Entry("authPassword-MD5", digest, {{"Info", "c2FsdA=="}})),
            "the credential type 'authPassword-MD5' has no parameter 'Info'");
  EXPECT_EQ(ErrorOf(Entry("authPassword-MD5", digest, {{"info", "c2FsdA=="}, {"info", ""}})),
            "the parameter 'info' is given twice");
  EXPECT_EQ(ErrorOf(Entry("userPassword-MD5", digest, {{"info", "c2FsdA=="}})),
            "the credential type 'userPassword-MD5' has no parameter 'info'");
  EXPECT_EQ(ErrorOf(Entry("password", "pencil", {{"", ""}})),
            "the credential type 'password' has no parameter ''");
}

TEST(CredentialEntry, ErrorsNameThePartAndThePositionInIt) {
  const std::string digest = "nZ6BNg4qUgjWovZzOEkWDw==";
  const std::string info = "the parameter 'info' of the credential of type 'authPassword-";
  const std::string value = "the value of the credential of type '";
  EXPECT_EQ(ErrorOf(Entry("password", "")),
            value + "password', at position 1: the password is empty");
  EXPECT_EQ(ErrorOf(Entry("userPassword-MD5", "x")),
            value + "userPassword-MD5', at position 1: the digest is not base64");
  EXPECT_EQ(ErrorOf(Entry("userPassword-CRYPT", "$6$sa:t$")),
            value + "userPassword-CRYPT', at position 6: there is no '$' to end the salt");
  EXPECT_EQ(ErrorOf(Entry("authPassword-MD5", digest, {{"info", ""}})),
            info + "MD5', at position 1: the salt is empty");
  EXPECT_EQ(ErrorOf(Entry("authPassword-MD5", digest, {{"info", " c2FsdA=="}})),
            info + "MD5', at position 1: the salt is not base64");
  EXPECT_EQ(ErrorOf(Entry("authPassword-MD5", digest, {{"info", "c2FsdA==$x"}})),
            info + "MD5', at position 1: the salt is not base64");
  EXPECT_EQ(ErrorOf(Entry("authPassword-MD5", "x", {{"info", "c2FsdA=="}})),
            value + "authPassword-MD5', at position 1: the digest is not base64");
  EXPECT_EQ(ErrorOf(Entry("authPassword-SCRAM-SHA-1", "a:b", {{"info", "4096"}})),
            info + "SCRAM-SHA-1', at position 5: there is no ':' to end the iteration count");
  EXPECT_EQ(ErrorOf(Entry("authPassword-SCRAM-SHA-1", "6dlGYMOdZcOPutkcNY8U2g7vK9Y=:x",
                          {{"info", "4096:c2FsdA=="}})),
            value + "authPassword-SCRAM-SHA-1', at position 30: the server key is not base64");
}

TEST(CredentialEntry, ErrorsDoNotRepeatTheSecret) {
  const std::string secret = "hunter2hunter2";
  for (const PencilCredential& form : kPencilCredentials) {
    CredentialEntry entry = CredentialEntryOf(Parsed(form.text));
    if (entry.type == "password") continue;
    entry.value = Secret(secret);
    EXPECT_EQ(ErrorOf(entry).find("hunter2"), std::string::npos) << form.text;
  }
}

}  // namespace
}  // namespace sallyport
