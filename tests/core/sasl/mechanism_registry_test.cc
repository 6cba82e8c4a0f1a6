#include "core/sasl/mechanism_registry.h"

#include <algorithm>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace sallyport {
namespace {

TEST(MechanismRegistry, ListsTheStrongestFirst) {
  std::vector<std::string> names;
  for (const MechanismDescriptor& mechanism : Mechanisms()) names.emplace_back(mechanism.name);
  EXPECT_EQ(names,
            (std::vector<std::string>{"SCRAM-SHA-512-PLUS", "SCRAM-SHA-256-PLUS",
                                      "SCRAM-SHA-1-PLUS", "SCRAM-SHA-512", "SCRAM-SHA-256",
                                      "SCRAM-SHA-1", "GSSAPI", "EXTERNAL", "OAUTHBEARER", "XOAUTH2",
                                      "DIGEST-MD5", "CRAM-MD5", "PLAIN", "LOGIN", "ANONYMOUS"}));
}

TEST(MechanismRegistry, FindsExactNamesOnly) {
  for (const MechanismDescriptor& mechanism : Mechanisms()) {
    EXPECT_EQ(FindMechanism(mechanism.name), &mechanism);
  }
  EXPECT_EQ(FindMechanism("plain"), nullptr);
  EXPECT_EQ(FindMechanism("PLAIN "), nullptr);
  EXPECT_EQ(FindMechanism("SCRAM-SHA-256-PLU"), nullptr);
  EXPECT_EQ(FindMechanism(""), nullptr);
}

TEST(MechanismRegistry, NamesAreLegal) {
  for (const MechanismDescriptor& mechanism : Mechanisms()) {
    EXPECT_GE(mechanism.name.size(), 1u);
    EXPECT_LE(mechanism.name.size(), 20u);
    EXPECT_TRUE(std::all_of(mechanism.name.begin(), mechanism.name.end(), [](char c) {
      return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    })) << mechanism.name;
  }
}

ClientFirst FirstIn(std::string_view name) {
  if (name == "CRAM-MD5") return ClientFirst::kNo;
  if (name == "DIGEST-MD5" || name == "LOGIN") return ClientFirst::kOptional;
  return ClientFirst::kRequired;
}

TEST(MechanismRegistry, DescriptorsSayWhatPolicyMustKnow) {
  for (const MechanismDescriptor& mechanism : Mechanisms()) {
    const std::string name(mechanism.name);
    const bool proves = name.starts_with("SCRAM-") || name == "DIGEST-MD5";
    const bool anonymous = name == "ANONYMOUS";
    EXPECT_EQ(mechanism.client_first, FirstIn(name)) << name;
    EXPECT_EQ(mechanism.server_sends_final_data, proves) << name;
    EXPECT_EQ(mechanism.mutual, proves || name == "GSSAPI") << name;
    EXPECT_EQ(mechanism.channel_binding, name.ends_with("-PLUS")) << name;
    const bool oauth = name == "OAUTHBEARER" || name == "XOAUTH2";
    const bool one_name = anonymous || name == "XOAUTH2" || name == "CRAM-MD5" || name == "LOGIN";
    EXPECT_EQ(mechanism.supports_authzid, !one_name) << name;
    EXPECT_EQ(mechanism.exposes_secret, name == "PLAIN" || name == "LOGIN" || oauth) << name;
    EXPECT_EQ(mechanism.needs_token, oauth) << name;
    EXPECT_EQ(mechanism.needs_password,
              proves || name == "PLAIN" || name == "LOGIN" || name == "CRAM-MD5")
        << name;
    EXPECT_EQ(mechanism.needs_certificate, name == "EXTERNAL") << name;
    EXPECT_EQ(mechanism.opt_in,
              anonymous || name.ends_with("-MD5") || name == "LOGIN" || name == "GSSAPI")
        << name;
    EXPECT_EQ(mechanism.large_tokens, name == "GSSAPI") << name;
    EXPECT_EQ(mechanism.absent_is_empty, anonymous || name == "EXTERNAL") << name;
  }
}

}  // namespace
}  // namespace sallyport
