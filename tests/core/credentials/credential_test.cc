#include "core/credentials/credential.h"

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace sallyport {
namespace {

// 20, 32 and 64 bytes in base64, and the 32 without padding.
constexpr char kKey20[] = "6dlGYMOdZcOPutkcNY8U2g7vK9Y=";
constexpr char kKey32[] = "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=";
constexpr char kKey64[] =
    "DBrOiIySlWRl4z+VgGPKfweT8tDZGs3V/Yg5Hd19QfaCFV/oaPeQAMJkwtvBdi4XgARejU3ucE9eDagBMHJ+Vw==";
constexpr char kPhcKey[] = "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
constexpr char kPhc[] = "{ARGON2}$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$";

std::string Scram(std::string_view name, const char* key) {
  return absl::StrCat(std::string(name), "$4096:W22ZaJ0SNY7soEsUEjb6gQ==$", key, ":", key);
}

std::vector<std::string> EveryForm() {
  return {
      Scram("SCRAM-SHA-1", kKey20),
      Scram("SCRAM-SHA-256", kKey32),
      Scram("SCRAM-SHA-512", kKey64),
      "{CLEARTEXT}pass$word {with} \xc3\xa4 and : in it",
      absl::StrCat("{PBKDF2-SHA1}1000$W22ZaJ0SNY7soEsUEjb6gQ==$", kKey20),
      absl::StrCat("{PBKDF2-SHA256}600000$W22ZaJ0SNY7soEsUEjb6gQ==$", kKey32),
      absl::StrCat("{PBKDF2-SHA512}10000000$W22ZaJ0SNY7soEsUEjb6gQ==$", kKey64),
      absl::StrCat(kPhc, kPhcKey),
  };
}

TEST(Credential, EveryFormRoundTrips) {
  for (const std::string& text : EveryForm()) {
    const absl::StatusOr<Credential> credential = ParseCredential(text);
    ASSERT_TRUE(credential.ok()) << text << ": " << credential.status();
    EXPECT_EQ(FormatCredential(*credential), text);
  }
}

TEST(Credential, TheCaseOfTheSchemeDoesNotMatter) {
  for (const std::string& text : EveryForm()) {
    const size_t end = text.find_first_of("}$") + 1;
    std::string lower = absl::StrCat(absl::AsciiStrToLower(text.substr(0, end)), text.substr(end));
    ASSERT_NE(lower, text);
    const absl::StatusOr<Credential> credential = ParseCredential(lower);
    ASSERT_TRUE(credential.ok()) << lower << ": " << credential.status();
    EXPECT_EQ(FormatCredential(*credential), text);
  }
}

TEST(Credential, ReadsEachPart) {
  const auto scram = ParseCredential(Scram("SCRAM-SHA-256", kKey32));
  ASSERT_TRUE(scram.ok());
  const auto& keys = std::get<ScramKeys>(*scram);
  EXPECT_EQ(keys.hash, HashFunction::kSha256);
  EXPECT_EQ(keys.iterations, 4096u);
  EXPECT_EQ(keys.salt.substr(0, 2), "\x5b\x6d");
  EXPECT_EQ(keys.stored_key.view().substr(0, 2), "\x58\x6e");
  EXPECT_EQ(keys.server_key.size(), 32u);

  const auto argon2 = ParseCredential(absl::StrCat(kPhc, kPhcKey));
  ASSERT_TRUE(argon2.ok());
  const auto& hash = std::get<Argon2idHash>(*argon2);
  EXPECT_EQ(hash.memory_kib, 256u);
  EXPECT_EQ(hash.passes, 2u);
  EXPECT_EQ(hash.lanes, 1u);
  EXPECT_EQ(hash.salt, "somesalt");
  EXPECT_EQ(hash.key.size(), 32u);

  const auto cleartext = ParseCredential("{CLEARTEXT} with spaces ");
  ASSERT_TRUE(cleartext.ok());
  EXPECT_EQ(std::get<Cleartext>(*cleartext).password.view(), " with spaces ");
}

TEST(Credential, SchemeNamesAndIterations) {
  const struct {
    const char* name;
    uint32_t iterations;
  } expected[] = {
      {"SCRAM-SHA-1", 4096},         {"SCRAM-SHA-256", 4096},
      {"SCRAM-SHA-512", 4096},       {"CLEARTEXT", 0},
      {"PBKDF2-SHA1", 1000},         {"PBKDF2-SHA256", 600'000},
      {"PBKDF2-SHA512", 10'000'000}, {"ARGON2ID", 2},
  };
  const std::vector<std::string> forms = EveryForm();
  ASSERT_EQ(forms.size(), std::size(expected));
  for (size_t i = 0; i < forms.size(); ++i) {
    const auto credential = ParseCredential(forms[i]);
    ASSERT_TRUE(credential.ok());
    EXPECT_EQ(SchemeName(*credential), expected[i].name);
    EXPECT_EQ(CredentialIterations(*credential), expected[i].iterations);
  }
}

struct Mistake {
  std::string text;
  std::string error;
};

void ExpectRefused(const std::vector<Mistake>& mistakes) {
  for (const Mistake& mistake : mistakes) {
    const absl::StatusOr<Credential> credential = ParseCredential(mistake.text);
    ASSERT_FALSE(credential.ok()) << mistake.text;
    EXPECT_EQ(credential.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(std::string(credential.status().message()), mistake.error) << mistake.text;
  }
}

TEST(Credential, RefusesUnknownSchemes) {
  const std::string unknown = "at position 1: the scheme is unknown";
  ExpectRefused({{"", unknown},
                 {"password", unknown},
                 {"{SSHA}abcd", unknown},
                 {"{CLEARTEXT", unknown},
                 {"SCRAM-SHA-256", unknown},
                 {"SCRAM-SHA-2560$4096:", unknown},
                 {" {CLEARTEXT}password", unknown},
                 {"SCRAM-SHA-256-PLUS$4096:", unknown}});
}

TEST(Credential, RefusesMalformedScramKeys) {
  const std::string count =
      "at position 15: the iteration count is not a number from 1 to 10000000";
  const std::string salt = "SCRAM-SHA-256$4096:c2FsdA==$";
  const std::string key = kKey32;
  ExpectRefused({
      {"SCRAM-SHA-256$", "at position 15: there is no ':' to end the iteration count"},
      {"SCRAM-SHA-256$4096", "at position 19: there is no ':' to end the iteration count"},
      {"SCRAM-SHA-256$:c2FsdA==$", count},
      {"SCRAM-SHA-256$0:c2FsdA==$", count},
      {"SCRAM-SHA-256$04096:c2FsdA==$", count},
      {"SCRAM-SHA-256$-1:c2FsdA==$", count},
      {"SCRAM-SHA-256$+1:c2FsdA==$", count},
      {"SCRAM-SHA-256$ 1:c2FsdA==$", count},
      {"SCRAM-SHA-256$1x:c2FsdA==$", count},
      {"SCRAM-SHA-256$0x10:c2FsdA==$", count},
      {"SCRAM-SHA-256$10000001:c2FsdA==$", count},
      {"SCRAM-SHA-256$4294967297:c2FsdA==$", count},
      {"SCRAM-SHA-256$4096:c2FsdA==", "at position 28: there is no '$' to end the salt"},
      {"SCRAM-SHA-256$4096:c2FsdA$", "at position 20: the salt is not base64"},
      {"SCRAM-SHA-256$4096:c2FsdB==$", "at position 20: the salt is not base64"},
      {"SCRAM-SHA-256$4096: c2FsdA==$", "at position 20: the salt is not base64"},
      {"SCRAM-SHA-256$4096:$", "at position 20: the salt is empty"},
      {"SCRAM-SHA-256$4096:" + std::string(88, 'A') + "$",
       "at position 20: the salt does not have 1 to 64 bytes"},
      {salt, "at position 29: there is no ':' to end the stored key"},
      {salt + ":", "at position 29: the stored key is empty"},
      {salt + "!:", "at position 29: the stored key is not base64"},
      {salt + kKey20 + ":" + kKey20, "at position 29: the stored key does not have 32 bytes"},
      {salt + kKey64 + ":" + kKey64, "at position 29: the stored key does not have 32 bytes"},
      {salt + key + ":", "at position 74: the server key is empty"},
      {salt + key + ":" + kKey20, "at position 74: the server key does not have 32 bytes"},
      {salt + key + ":" + key + " ", "at position 74: the server key is not base64"},
      {salt + key + ":" + key + ":" + key, "at position 74: the server key is not base64"},
  });
}

TEST(Credential, RefusesMalformedPbkdf2Hashes) {
  const std::string start = "{PBKDF2-SHA1}1000$c2FsdA==$";
  ExpectRefused({
      {"{PBKDF2-SHA1}", "at position 14: there is no '$' to end the iteration count"},
      {"{PBKDF2-SHA1}0$", "at position 14: the iteration count is not a number from 1 to 10000000"},
      {"{PBKDF2-SHA1}1000$", "at position 19: there is no '$' to end the salt"},
      {"{PBKDF2-SHA1}1000$$", "at position 19: the salt is empty"},
      {start, "at position 28: the hash is empty"},
      {start + "c2hvcnQ=", "at position 28: the hash does not have 16 to 64 bytes"},
      {start + std::string(88, 'A'), "at position 28: the hash does not have 16 to 64 bytes"},
      {start + kPhcKey, "at position 28: the hash is not base64"},
  });
}

TEST(Credential, RefusesMalformedArgon2Hashes) {
  const std::string v = "{ARGON2}$argon2id$v=19$";
  const std::string costs = v + "m=256,t=2,p=1$";
  const std::string memory = "at position 26: the memory is not a number from 8 to 1048576";
  ExpectRefused({
      {"{ARGON2}", "at position 9: the PHC string does not begin with '$'"},
      {"{ARGON2}argon2id$v=19$", "at position 9: the PHC string does not begin with '$'"},
      {"{ARGON2}$argon2i$v=19$m=256,t=2,p=1$",
       "at position 10: argon2i is not supported, only argon2id is"},
      {"{ARGON2}$argon2d$v=19$m=256,t=2,p=1$",
       "at position 10: argon2d is not supported, only argon2id is"},
      {"{ARGON2}$ARGON2ID$v=19$", "at position 10: the function is not argon2id"},
      {"{ARGON2}$scrypt$", "at position 10: the function is not argon2id"},
      {"{ARGON2}$argon2id$v=16$m=256,t=2,p=1$",
       "at position 19: version 16 is not supported, only version 19 is"},
      {"{ARGON2}$argon2id$m=256,t=2,p=1$",
       "at position 19: version 16 is not supported, only version 19 is"},
      {"{ARGON2}$argon2id$v=20$", "at position 19: the version is not 19"},
      {v + "t=2,m=256,p=1$", "at position 24: the memory (m=) is missing"},
      {v + "m=7,t=2,p=1$", memory},
      {v + "m=1048577,t=2,p=1$", memory},
      {v + "m=,t=2,p=1$", memory},
      {v + "m=256,p=1,t=2$", "at position 30: the number of passes (t=) is missing"},
      {v + "m=256,t=0,p=1$", "at position 32: the number of passes is not a number from 1 to 64"},
      {v + "m=256,t=65,p=1$", "at position 32: the number of passes is not a number from 1 to 64"},
      {v + "m=256,t=2,keyid=x,p=1$", "at position 34: the number of lanes (p=) is missing"},
      {v + "m=256,t=2,p=0$", "at position 36: the number of lanes is not a number from 1 to 16"},
      {v + "m=256,t=2,p=17$", "at position 36: the number of lanes is not a number from 1 to 16"},
      {v + "m=16,t=2,p=3$", "at position 35: the number of lanes is not a number from 1 to 2"},
      {v + "m=256,t=2,p=1,data=x$",
       "at position 36: the number of lanes is not a number from 1 to 16"},
      {costs, "at position 38: there is no '$' to end the salt"},
      {costs + "c29tZXNhbA$", "at position 38: the salt does not have 8 to 64 bytes"},
      {costs + "c29tZXNhbHQ=$", "at position 38: the salt is not base64 without padding"},
      {costs + "c29tZXNhbHR$", "at position 38: the salt is not base64 without padding"},
      {costs + "c29tZXNhbHQ$", "at position 50: the hash is empty"},
      {costs + "c29tZXNhbHQ$c2hvcnQ", "at position 50: the hash does not have 16 to 64 bytes"},
      {costs + "c29tZXNhbHQ$" + kPhcKey + "=",
       "at position 50: the hash is not base64 without padding"},
      {costs + "c29tZXNhbHQ$" + kPhcKey + "$",
       "at position 50: the hash is not base64 without padding"},
  });
}

TEST(Credential, RefusesAnEmptyPassword) {
  ExpectRefused({{"{CLEARTEXT}", "at position 12: the password is empty"}});
}

TEST(Credential, ATruncationIsRefusedOrReadAsItStands) {
  for (const std::string& text : EveryForm()) {
    if (text.find("{CLEARTEXT}") == 0) continue;
    for (size_t size = 0; size < text.size(); ++size) {
      // A shorter hash of whole base64 groups is a hash too, where any size may be.
      const auto credential = ParseCredential(text.substr(0, size));
      if (credential.ok()) {
        EXPECT_NE(text.find("{"), std::string::npos) << text.substr(0, size);
        EXPECT_EQ(FormatCredential(*credential), text.substr(0, size));
      }
    }
  }
}

}  // namespace
}  // namespace sallyport
