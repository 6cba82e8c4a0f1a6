#include <string>
#include <vector>

#include "core/credentials/credential.h"
#include "gtest/gtest.h"

namespace sallyport {
namespace {

// 20, 32 and 64 bytes in base64.
constexpr char kKey20[] = "6dlGYMOdZcOPutkcNY8U2g7vK9Y=";
constexpr char kKey32[] = "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=";
constexpr char kKey64[] =
    "DBrOiIySlWRl4z+VgGPKfweT8tDZGs3V/Yg5Hd19QfaCFV/oaPeQAMJkwtvBdi4XgARejU3ucE9eDagBMHJ+Vw==";
// 32 bytes without padding.
constexpr char kPhcKey[] = "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";

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

TEST(MalformedCredential, RefusesUnknownSchemes) {
  const std::string unknown = "at position 1: the scheme is unknown";
  ExpectRefused({{"", unknown},
                 {"password", unknown},
                 {"{SSHA224}abcd", unknown},
                 {"{SSHA", unknown},
                 {"SSHA}abcd", unknown},
                 {"{UNIX}root", unknown},
                 {"{CLEARTEXT", unknown},
                 {"SCRAM-SHA-256", unknown},
                 {"SCRAM-SHA-256 ", unknown},
                 {"SCRAM-SHA-2560$4096:", unknown},
                 {" {CLEARTEXT}password", unknown},
                 {"{CLEARTEXT }password", unknown},
                 {"SCRAM-SHA-256-PLUS$4096:", unknown},
                 {"SHA256$c2FsdA==$", unknown},
                 {"\tSHA1$c2FsdA==$", unknown},
                 {"SHA1 : c2FsdA==$", unknown},
                 {"$6$salt$", unknown}});
}

TEST(MalformedCredential, RefusesMalformedScramKeys) {
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
      {salt + key + ":" + key + "\n", "at position 74: the server key is not base64"},
      {salt + key + ": " + key, "at position 74: the server key is not base64"},
      {salt + key + " :" + key, "at position 29: the stored key is not base64"},
      {"SCRAM-SHA-256$4096 :c2FsdA==$", count},
      {" SCRAM-SHA-256 $ 0:c2FsdA==$",
       "at position 18: the iteration count is not a number from 1 to 10000000"},
      {"SCRAM-SHA-256$4096:c2FsdA== ", "at position 29: there is no '$' to end the salt"},
      {salt + key + ":" + key + ":" + key, "at position 74: the server key is not base64"},
  });
}

TEST(MalformedCredential, RefusesMalformedPbkdf2Hashes) {
  const std::string start = "{PBKDF2-SHA1}1000$c2FsdA$";
  const std::string size = "at position 26: the hash does not have 20 bytes";
  const std::string form = "at position 26: the hash is not base64 without padding";
  ExpectRefused({
      {"{PBKDF2-SHA1}", "at position 14: there is no '$' to end the iteration count"},
      {"{PBKDF2-SHA1}0$", "at position 14: the iteration count is not a number from 1 to 10000000"},
      {"{PBKDF2}10000001$",
       "at position 9: the iteration count is not a number from 1 to 10000000"},
      {"{PBKDF2-SHA1}1000$", "at position 19: there is no '$' to end the salt"},
      {"{PBKDF2-SHA1}1000$$", "at position 19: the salt is empty"},
      {"{PBKDF2-SHA1}1000$c2FsdA==$", "at position 19: the salt is not base64 without padding"},
      {"{PBKDF2-SHA1}1000$c2Fs-A$", "at position 19: the salt is not base64 without padding"},
      {"{PBKDF2-SHA1}1000$" + std::string(88, 'A') + "$",
       "at position 19: the salt does not have 1 to 64 bytes"},
      {start, "at position 26: the hash is empty"},
      {start + "c2hvcnQ", size},
      {start + kPhcKey, size},
      {start + kKey20, form},
      {start + "6dlGYMOdZcOPutkcNY8U2g7vK9Y$", form},
      {start + "6dlGYMOdZcOPutkcNY8U2g7vK9Z", form},
      {start + "6dlGYMOdZcOPutkcNY8U2g7vK9Y ", form},
      // A hash that a broken module cut short.
      {"{PBKDF2-SHA1}10000$ZBEH6B07rgQpJSikyvMU2w$TAA03a5IYkz1QlPsbJKvUsTqNV",
       "at position 43: the hash is not base64 without padding"},
  });
}

TEST(MalformedCredential, RefusesMalformedDigests) {
  const std::string both = "at position 7: the digest with its salt does not have 21 to 84 bytes";
  ExpectRefused({
      {"{SHA}", "at position 6: the digest is empty"},
      {"{SHA}x", "at position 6: the digest is not base64"},
      {std::string("{SHA}") + kKey32, "at position 6: the digest does not have 20 bytes"},
      {std::string("{MD5}") + kKey20, "at position 6: the digest does not have 16 bytes"},
      {std::string("{SHA384}") + kKey64, "at position 9: the digest does not have 48 bytes"},
      {std::string("{SHA}") + kKey20 + " ", "at position 6: the digest is not base64"},
      {"{SHA} " + std::string(kKey20), "at position 6: the digest is not base64"},
      {"{SHA}6dlGYMOdZcOPutkcNY8U2g7vK9Y", "at position 6: the digest is not base64"},
      {"{SSHA}", "at position 7: the digest with its salt is empty"},
      {std::string("{SSHA}") + kKey20, both},
      {"{SSHA}" + std::string(116, 'A'), both},
      {"{SSHA}OuNMn6i3VdtwqB8eCPZInJ79I1DsO3r",
       "at position 7: the digest with its salt is not base64"},
  });
}

TEST(MalformedCredential, RefusesMalformedRabbitMqHashes) {
  const std::string size = "at position 18: the salt with the digest does not have 36 bytes";
  ExpectRefused({
      {"{RABBITMQ-SHA256}", "at position 18: the salt with the digest is empty"},
      {"{RABBITMQ-SHA256}x", "at position 18: the salt with the digest is not base64"},
      // A digest without a salt, with a salt of 3 bytes, and with one of 5.
      {std::string("{RABBITMQ-SHA256}") + kKey32, size},
      {"{RABBITMQ-SHA256}" + std::string(46, 'A') + "A=", size},
      {"{RABBITMQ-SHA256}" + std::string(54, 'A') + "A=", size},
      {"{RABBITMQ-MD5}" + std::string(48, 'A'),
       "at position 15: the salt with the digest does not have 20 bytes"},
      {"{RABBITMQ-SHA1}" + std::string(32, 'A'), "at position 1: the scheme is unknown"},
  });
}

TEST(MalformedCredential, RefusesMalformedAuthPasswords) {
  const std::string start = "SHA1$c2FsdA==$";
  ExpectRefused({
      {"SHA1$", "at position 6: the salt is empty"},
      {"SHA1$c2FsdA==", "at position 14: there is no '$' to end the salt"},
      {"SHA1$c2FsdA$", "at position 6: the salt is not base64"},
      {"SHA1$c2 FsdA==$", "at position 6: the salt is not base64"},
      {std::string("SHA1$$") + kKey20, "at position 6: the salt is empty"},
      {"SHA1$" + std::string(88, 'A') + "$", "at position 6: the salt does not have 1 to 64 bytes"},
      {start, "at position 15: the digest is empty"},
      {start + "  ", "at position 17: the digest is empty"},
      {start + kKey32, "at position 15: the digest does not have 20 bytes"},
      {start + kKey20 + "$", "at position 15: the digest is not base64"},
      {start + kKey20 + " x", "at position 15: the digest is not base64"},
      {"  MD5  $  c2FsdA==  $  " + std::string(kKey20),
       "at position 24: the digest does not have 16 bytes"},
  });
}

TEST(MalformedCredential, RefusesOtherMethodsOfCrypt) {
  const std::string des =
      "at position 8: there is no '$'; traditional DES is refused: it ignores all but 8 characters";
  const std::string method =
      "at position 8: the method is none of $6$, $5$, $2a$, $2b$, $2y$, $y$ and $1$";
  ExpectRefused({
      {"{CRYPT}", des},
      {"{CRYPT}ZZKRwXSu3tt8s", des},
      {"{CRYPT}_J9..CCCCXBrJUJV154M", des},
      {"{CRYPT}*", des},
      {"{CRYPT}!$6$salt$", des},
      {"{CRYPT} $6$salt$", des},
      {"{CRYPT}$", method},
      {"{CRYPT}$6", method},
      {"{CRYPT}$2$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", method},
      {"{CRYPT}$2x$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e", method},
      {"{CRYPT}$3$$8846f7eaee8fb117ad06bdd830b7586c", method},
      {"{CRYPT}$7$C6..../....SodiumChloride$kBGj9fHznVYFQMEn/qDCfrDevf9YDtcDdKvEqHJLV8D", method},
      {"{CRYPT}$gy$j9T$dZZACKQy5jE344hHtI3sQ/$d.kB7A2uNANeWuy2td/7oD3GMgbQtcx/XzibtJqHg5.", method},
      {"{CRYPT}$sha1$10$rnqXlOsF$aGJf.cdRPewJAXo1Rn1BkbaYh0fP", method},
      {"{CRYPT}$md5$rounds=904$Vc3VgyFx44iS8.Yu$Scf90iLWN6O6mT9TA06NK/", method},
      {"{CRYPT}$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$", method},
      {"{CRYPT}$apr1$s6ZisKjN$Jq5H2PPPEEzDxuokVtbkB1",
       "at position 8: the method $apr1$ is Apache's alone; set the password anew, as htpasswd "
       "does with -B, -5 or -2"},
  });
}

TEST(MalformedCredential, RefusesMalformedShaCrypt) {
  const std::string rounds =
      "at position 18: the number of rounds is not a number from 1000 to 1000000";
  const std::string hash(86, 'a');
  ExpectRefused({
      {"{CRYPT}$6$", "at position 11: not a character of the salt"},
      {"{CRYPT}$6$$" + hash, "at position 11: not a character of the salt"},
      {"{CRYPT}$6$salt", "at position 15: there is no '$' to end the salt"},
      {"{CRYPT}$6$saltstringsaltst0$" + hash, "at position 27: there is no '$' to end the salt"},
      {"{CRYPT}$6$sa:t$" + hash, "at position 13: there is no '$' to end the salt"},
      {"{CRYPT}$6$sa\xc3\xa4t$" + hash, "at position 13: there is no '$' to end the salt"},
      {"{CRYPT}$6$salt$", "at position 16: not a character of the hash"},
      {"{CRYPT}$6$salt$" + hash.substr(1), "at position 101: not a character of the hash"},
      {"{CRYPT}$6$salt$" + hash + "a", "at position 102: there is more than the hash"},
      {"{CRYPT}$6$salt$" + hash.substr(1) + "+", "at position 101: not a character of the hash"},
      {"{CRYPT}$5$salt$" + hash, "at position 59: there is more than the hash"},
      {"{CRYPT}$6$rounds=", "at position 18: there is no '$' to end the number of rounds"},
      {"{CRYPT}$6$rounds=$salt$" + hash, rounds},
      {"{CRYPT}$6$rounds=999$salt$" + hash, rounds},
      {"{CRYPT}$6$rounds=1000001$salt$" + hash, rounds},
      {"{CRYPT}$6$rounds=999999999$salt$" + hash, rounds},
      {"{CRYPT}$6$rounds=4294967297000$salt$" + hash, rounds},
      {"{CRYPT}$5$rounds=01000$salt$" + hash.substr(43), rounds},
      {"{CRYPT}$1$saltsalt0$" + hash.substr(64), "at position 19: there is no '$' to end the salt"},
      {"{CRYPT}$1$salt$" + hash.substr(65), "at position 37: not a character of the hash"},
      {"{CRYPT}$1$salt$" + hash.substr(63), "at position 38: there is more than the hash"},
  });
}

TEST(MalformedCredential, RefusesMalformedBcrypt) {
  const std::string salt = "CCCCCCCCCCCCCCCCCCCCC.";
  const std::string hash = "E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
  const std::string cost = "at position 12: the cost is not from 04 to 14";
  ExpectRefused({
      {"{CRYPT}$2b$", cost},
      {"{CRYPT}$2b$5$" + salt + hash, cost},
      {"{CRYPT}$2b$005$" + salt + hash, cost},
      {"{CRYPT}$2b$03$" + salt + hash, cost},
      {"{CRYPT}$2b$15$" + salt + hash, cost},
      {"{CRYPT}$2y$31$" + salt + hash, cost},
      {"{CRYPT}$2a$05" + salt + hash, cost},
      {"{CRYPT}$2b$05$" + salt.substr(2), "at position 35: not a character of the salt"},
      {"{CRYPT}$2b$05$CCCCCCCCCC+CCCCCCCCCC." + hash,
       "at position 25: not a character of the salt"},
      {"{CRYPT}$2b$05$CCCCCCCCCCCCCCCCCCCCCC" + hash,
       "at position 36: not a character of the salt's end"},
      {"{CRYPT}$2b$05$" + salt, "at position 37: not a character of the hash"},
      {"{CRYPT}$2b$05$" + salt + hash.substr(1), "at position 67: not a character of the hash"},
      {"{CRYPT}$2b$05$" + salt + hash + "a", "at position 68: there is more than the hash"},
  });
}

TEST(MalformedCredential, RefusesMalformedYescrypt) {
  const std::string end = "$CCCCCCCCCCCCCCCCCCCCC.$9iiLFVM7uLA9JabOUrCiUZJgx8EqdsQrlgGgqCFFwS2";
  const std::string memory = "at position 12: N and r ask for more than 262144 KiB";
  const std::string more = "at position 14: there are more parameters than N and r";
  ExpectRefused({
      {"{CRYPT}$y$", "at position 11: the flavor is not 'j'"},
      {"{CRYPT}$y$/6." + end, "at position 11: the flavor is not 'j'"},
      {"{CRYPT}$y$j", "at position 12: not a character of the logarithm of N"},
      {"{CRYPT}$y$j$", "at position 12: not a character of the logarithm of N"},
      {"{CRYPT}$y$jz5" + end, "at position 12: the logarithm of N is above 48"},
      {"{CRYPT}$y$j7" + end, "at position 13: not a character of r"},
      {"{CRYPT}$y$j7k" + end, "at position 13: r is above 48"},
      // 512 MiB as crypt_gensalt would ask for it, 256 MiB and a little, and all there is.
      {"{CRYPT}$y$jET" + end, memory},
      {"{CRYPT}$y$jDU" + end, memory},
      {"{CRYPT}$y$jjj" + end, memory},
      {"{CRYPT}$y$jD5.7" + end, more},
      {"{CRYPT}$y$j75", more},
      {"{CRYPT}$y$j75$$9iiLFVM7uLA9JabOUrCiUZJgx8EqdsQrlgGgqCFFwS2",
       "at position 15: not a character of the salt"},
      {"{CRYPT}$y$j75$CC*C$", "at position 17: there is no '$' to end the salt"},
      {"{CRYPT}$y$j75$" + std::string(87, 'C') + "$",
       "at position 101: there is no '$' to end the salt"},
      {"{CRYPT}$y$j75$CCCC$short", "at position 25: not a character of the hash"},
      {"{CRYPT}$y$j75" + end + "2", "at position 81: there is more than the hash"},
  });
}

TEST(MalformedCredential, RefusesMalformedArgon2Hashes) {
  const std::string v = "{ARGON2}$argon2id$v=19$";
  const std::string costs = v + "m=256,t=2,p=1$";
  const std::string function = "at position 10: the function is not argon2id, argon2i or argon2d";
  const std::string memory = "at position 26: the memory is not a number from 8 to 1048576";
  ExpectRefused({
      {"{ARGON2}", "at position 9: the PHC string does not begin with '$'"},
      {"{ARGON2}argon2id$v=19$", "at position 9: the PHC string does not begin with '$'"},
      {"{ARGON2}$ARGON2ID$v=19$", function},
      {"{ARGON2}$argon2$v=19$", function},
      {"{ARGON2}$scrypt$", function},
      {"{ARGON2}$argon2i$m=256,t=2,p=1$",
       "at position 18: version 16 is not supported, only version 19 is"},
      {"{ARGON2}$argon2d$v=19$m=256,t=2,p=1$short$",
       "at position 37: the salt is not base64 without padding"},
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

TEST(MalformedCredential, RefusesAnEmptyPassword) {
  ExpectRefused({{"{CLEARTEXT}", "at position 12: the password is empty"}});
}

}  // namespace
}  // namespace sallyport
