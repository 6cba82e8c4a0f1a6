#include "core/credentials/weak_schemes.h"

#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/core/credentials/pencil_credentials.h"

namespace sallyport {
namespace {

const std::set<std::string>& WeakSchemes() {
  static const auto* const schemes = new std::set<std::string>{"MD5",
                                                               "SMD5",
                                                               "SHA",
                                                               "SSHA",
                                                               "SHA256",
                                                               "SSHA256",
                                                               "SHA384",
                                                               "SSHA384",
                                                               "SHA512",
                                                               "SSHA512",
                                                               "CRYPT-MD5",
                                                               "AUTHPASSWORD-MD5",
                                                               "AUTHPASSWORD-SHA1",
                                                               "RABBITMQ-MD5",
                                                               "RABBITMQ-SHA256",
                                                               "RABBITMQ-SHA512"};
  return *schemes;
}

TEST(WeakSchemes, AreThoseOfFastHashes) {
  size_t weak = 0;
  std::set<std::string> seen;
  for (const PencilCredential& form : kPencilCredentials) {
    const bool expected = WeakSchemes().count(form.scheme) == 1;
    EXPECT_EQ(IsWeak(Parsed(form.text)), expected) << form.text;
    EXPECT_EQ(IsWeakScheme(form.scheme), expected) << form.scheme;
    if (expected && seen.insert(form.scheme).second) ++weak;
  }
  EXPECT_EQ(weak, WeakSchemes().size());
  EXPECT_TRUE(IsWeakScheme("ssha"));
  EXPECT_FALSE(IsWeakScheme(""));
  EXPECT_FALSE(IsWeakScheme("unknown"));
}

TEST(WeakSchemes, AreVerifiedOnlyWhereTheyAreAllowed) {
  for (const PencilCredential& form : kPencilCredentials) {
    const Credential credential = Parsed(form.text);
    const bool weak = IsWeak(credential);
    EXPECT_EQ(MayVerify(credential, {}), !weak) << form.text;
    const std::vector<std::string> others = {"", "SCRAM-SHA-256", "CRYPT", "CLEARTEXT", "PBKDF2"};
    EXPECT_EQ(MayVerify(credential, others), !weak) << form.text;
    const std::vector<std::string> listed = {"unknown", form.scheme};
    EXPECT_TRUE(MayVerify(credential, listed)) << form.text;
  }
}

TEST(WeakSchemes, AreAllowedByTheirWholeNameWithoutCase) {
  const Credential ssha = Parsed("{SSHA}OuNMn6i3VdtwqB8eCPZInJ79I1DsO3r1");
  for (const std::string allowed : {"SSHA", "ssha", "Ssha"}) {
    EXPECT_TRUE(MayVerify(ssha, std::vector<std::string>{allowed})) << allowed;
  }
  for (const std::string allowed : {"SHA", "SSHA256", "SSH", "{SSHA}", "SSHA ", "*"}) {
    EXPECT_FALSE(MayVerify(ssha, std::vector<std::string>{allowed})) << allowed;
  }
}

TEST(WeakSchemes, ADigestThatNoSchemeNamesIsWeakAsWell) {
  const DigestHash digest{DigestForm::kAuthPassword, HashFunction::kSha512, "salt", Secret("x")};
  EXPECT_TRUE(IsWeak(digest));
  EXPECT_FALSE(MayVerify(digest, {}));
}

}  // namespace
}  // namespace sallyport
